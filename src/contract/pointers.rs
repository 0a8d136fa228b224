//! What stands at a JSON pointer of a document.

use serde_json::{Map, Value};

/// The members of the object there, none if there is none.
pub(super) fn object_mut<'a>(
    document: &'a mut Value,
    pointer: &str,
) -> impl Iterator<Item = (&'a String, &'a mut Value)> {
    document.pointer_mut(pointer).and_then(Value::as_object_mut).into_iter().flatten()
}

/// Puts a value there, if the object around it is there.
pub(super) fn set(document: &mut Value, pointer: &str, value: Value) {
    if let Some((parent, name)) = pointer.rsplit_once('/')
        && let Some(parent) = document.pointer_mut(parent).and_then(Value::as_object_mut)
    {
        parent.insert(name.to_owned(), value);
    }
}

/// The name of the component that a schema refers to.
pub(super) fn component_of(schema: &Map<String, Value>) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}
