//! The filter of lists of API keys.

use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use crate::access::role::Role;
use crate::http::parameters::Parameters;
use crate::values::authority_key::AuthorityKey;
use crate::values::codes::Codes;
use crate::values::text_enum::text_enum;

text_enum! {
    /// The orders of keys; `-` for descending.
    pub enum ApiKeySort {
        /// By name.
        Name = "name",
        /// By name, descending.
        NameDescending = "-name",
        /// By expiry, the earliest first.
        ExpiresAt = "expires_at",
        /// By expiry, the latest first.
        ExpiresAtDescending = "-expires_at",
    }
}

/// The filter of lists of API keys.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ApiKeyFilter {
    /// Roles.
    #[param(value_type = Option<Vec<Role>>, example = json!(["contributor", "reviewer"]))]
    pub role: Option<Codes<Role>>,
    /// Authorities that the keys are bound to, by id or code.
    #[param(value_type = Option<Vec<AuthorityKey>>, example = json!(["E06000019"]))]
    pub authority: Option<Codes<AuthorityKey>>,
    /// The order of the items.
    #[param(default = "name", example = "name")]
    pub sort: Option<ApiKeySort>,
}

impl Parameters for ApiKeyFilter {}
