//! Which keys are wanted.

use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use crate::access::role::Role;
use crate::values::authority_key::AuthorityKey;
use crate::values::codes::Codes;
use crate::values::text_enum::text_enum;

text_enum! {
    /// The orders of keys; `-` for descending.
    pub enum ApiKeySort {
        /// By name.
        Name = "name",
        /// By name, from the end of the alphabet.
        NameDescending = "-name",
        /// By their end, the next first.
        ExpiresAt = "expires_at",
        /// By their end, the last first.
        ExpiresAtDescending = "-expires_at",
    }
}

/// Which keys are wanted.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ApiKeyFilter {
    /// Roles.
    #[param(style = Form, explode = false, value_type = Option<Vec<Role>>, max_items = 50, min_items = 1, example = json!(["contributor", "reviewer"]))]
    pub role: Option<Codes<Role>>,
    /// Authorities that the keys are bound to, by id or code.
    #[param(style = Form, explode = false, value_type = Option<Vec<AuthorityKey>>, max_items = 50, min_items = 1, example = json!(["E06000019"]))]
    pub authority: Option<Codes<AuthorityKey>>,
    /// The order.
    #[param(default = "name", example = "name")]
    pub sort: Option<ApiKeySort>,
}
