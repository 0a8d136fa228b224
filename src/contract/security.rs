//! Security schemes, and the roles that may call an operation.

use serde_json::{Map, Value, json};

use crate::access::Permission;
use crate::access::role::Role;

/// The name of the security scheme.
const SCHEME: &str = "api_key";

/// The security schemes.
pub(super) fn schemes() -> Value {
    json!({ SCHEME: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "irk_ and 49 letters and digits",
        "description": "An API key, sent as `Authorization: Bearer irk_…`. Administrators and the operator of the \
                        register create keys.",
    } })
}

/// Describes whether an operation requires an API key, and with which roles.
pub(super) fn describe(operation: &mut Map<String, Value>, permission: Permission) {
    let is_open = permission == Permission::Read;
    operation
        .insert("security".to_owned(), if is_open { json!([{}, { SCHEME: [] }]) } else { json!([{ SCHEME: [] }]) });
    if !is_open && let Some(Value::String(description)) = operation.get_mut("description") {
        let roles = Role::ALL.iter().filter(|role| permission.is_of(**role)).map(|role| role.as_str());
        let roles = roles.collect::<Vec<_>>();
        description.push_str("\n\nRoles: ");
        description.push_str(&roles.join(", "));
        description.push('.');
        operation.insert("x-roles".to_owned(), json!(roles));
    }
}
