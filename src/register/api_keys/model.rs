//! What a key is.

mod filter;
mod input;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

pub use self::filter::{ApiKeyFilter, ApiKeySort};
pub use self::input::{LONGEST_LIFE, NOT_PAST, NewApiKey, NewApiKeyRotation, broken_end};
use crate::access::Access;
use crate::access::role::Role;
use crate::access::secret::Secret;
use crate::database::schema::{api_key_secrets, api_keys};
use crate::http::page::Page;
use crate::http::response::Versioned;
use crate::values::ids::{AuthorityId, KeyId, RotationId};
use crate::values::text::{KeyName, Name};

/// An API key: who may call, and with which role. Its secret is not returned.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiKey {
    /// What is recorded of itself.
    #[serde(flatten)]
    pub row: ApiKeyRow,
    /// The authorities whose papers it is for.
    #[schema(max_items = 50)]
    pub authority_ids: Vec<AuthorityId>,
}

/// An API key with its new secret; only this response contains it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IssuedApiKey {
    /// What is recorded of itself.
    #[serde(flatten)]
    pub row: ApiKeyRow,
    /// The authorities whose papers it is for.
    #[schema(max_items = 50)]
    pub authority_ids: Vec<AuthorityId>,
    /// The secret, sent as `Authorization: Bearer irk_…`. The register stores only its hash, so this response is the
    /// only one that contains it.
    #[schema(example = "irk_Example0Example0Example0Example0Example0Ex01UhrTK")]
    pub secret: Secret,
}

impl Versioned for ApiKey {
    fn version(&self) -> i32 {
        self.row.version
    }
}

impl Versioned for IssuedApiKey {
    fn version(&self) -> i32 {
        self.row.version
    }
}

/// A key as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = api_keys)]
pub struct ApiKeyRow {
    /// The id.
    pub key_id: KeyId,
    /// The name under which its changes are kept, for all to read who read what it changed.
    pub name: KeyName,
    /// What its holder may do.
    pub role: Role,
    /// The name of the key that made it, or the command.
    pub created_by: Name,
    /// When its current secret was made.
    pub rotated_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was last used, to about a minute; absent if it never was. No change of the key: the version stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<DateTime<Utc>>,
    /// Increases with each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A page of keys.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiKeyPage {
    /// The keys.
    #[schema(max_items = 200)]
    pub items: Vec<ApiKey>,
    /// Where this page stands in the list.
    pub page: Page,
}

/// One secret of a key, without the secret: the first came with the key, each other by a rotation.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = api_key_secrets)]
pub struct ApiKeyRotation {
    /// The id.
    #[diesel(column_name = secret_id)]
    pub rotation_id: RotationId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends, because another took its place. Absent for the current one, which ends with its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A page of the secrets of a key.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiKeyRotationPage {
    /// The secrets, the latest first.
    #[schema(max_items = 200)]
    pub items: Vec<ApiKeyRotation>,
    /// Where this page stands in the list.
    pub page: Page,
}

/// What a secret proves: whose key it is, and until when.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The key.
    pub key_id: KeyId,
    /// The name of the key.
    pub name: KeyName,
    /// The role of its holder.
    pub role: Role,
    /// The authorities that it is bound to.
    pub authorities: Arc<[AuthorityId]>,
    /// When the key or its secret ends, whichever is first.
    pub expires_at: DateTime<Utc>,
    /// When the key was last used, as far as that is recorded.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl Proof {
    /// What the holder may do and see.
    #[must_use]
    pub fn access(&self) -> Access {
        Access::of_key(self.role, Arc::clone(&self.authorities))
    }
}
