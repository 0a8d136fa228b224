//! API keys and their secrets.

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
    /// The stored members.
    #[serde(flatten)]
    pub row: ApiKeyRow,
    /// The authorities that the key is bound to.
    #[schema(max_items = 50)]
    pub authority_ids: Vec<AuthorityId>,
}

/// An API key with its new secret; only this response contains it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IssuedApiKey {
    /// The stored members.
    #[serde(flatten)]
    pub row: ApiKeyRow,
    /// The authorities that the key is bound to.
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
    /// The unique identifier.
    pub key_id: KeyId,
    /// The name, which events contain as the actor and which everyone who can read the changed resource can read.
    pub name: KeyName,
    /// The role, which determines what the key is permitted to do.
    pub role: Role,
    /// The name of the key, or the command, that created it.
    pub created_by: Name,
    /// The time at which the current secret was created.
    pub rotated_at: DateTime<Utc>,
    /// The time at which the key expires.
    pub expires_at: DateTime<Utc>,
    /// The time of the last use, accurate to about a minute; absent if the key was never used. A use does not increase
    /// the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<DateTime<Utc>>,
    /// Increases with each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// The time at which it was created.
    pub created_at: DateTime<Utc>,
    /// The time of the last change.
    pub updated_at: DateTime<Utc>,
}

/// A page of keys.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiKeyPage {
    /// The keys.
    #[schema(max_items = 200)]
    pub items: Vec<ApiKey>,
    /// The position of this page in the list.
    pub page: Page,
}

/// One secret of a key, without the secret itself: the first was created with the key, each other by a rotation.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = api_key_secrets)]
pub struct ApiKeyRotation {
    /// The unique identifier.
    #[diesel(column_name = secret_id)]
    pub rotation_id: RotationId,
    /// The time at which it was created.
    pub created_at: DateTime<Utc>,
    /// The time at which the secret expires after it was replaced. Absent for the current secret, which expires with
    /// its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A page of the secrets of a key.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiKeyRotationPage {
    /// The secrets, the latest first.
    #[schema(max_items = 200)]
    pub items: Vec<ApiKeyRotation>,
    /// The position of this page in the list.
    pub page: Page,
}

/// The result of verifying a secret: the key, and until when it is valid.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The key.
    pub key_id: KeyId,
    /// The name of the key.
    pub name: KeyName,
    /// The role of the key.
    pub role: Role,
    /// The authorities that it is bound to.
    pub authorities: Arc<[AuthorityId]>,
    /// The time at which the key or the secret expires, whichever is first.
    pub expires_at: DateTime<Utc>,
    /// The recorded time of the last use of the key.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl Proof {
    /// The permissions and the visibility of the holder.
    #[must_use]
    pub fn access(&self) -> Access {
        Access::of_key(self.role, Arc::clone(&self.authorities))
    }
}
