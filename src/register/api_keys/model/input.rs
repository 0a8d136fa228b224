//! Request bodies that create and rotate API keys.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::access::role::Role;
use crate::error::FieldError;
use crate::values::ids::AuthorityId;
use crate::values::text::KeyName;
use crate::values::timestamp::Timestamp;

/// The maximum lifetime of a secret.
pub const LONGEST_LIFE: TimeDelta = TimeDelta::days(365);
/// The message for an expiry in the past.
pub const NOT_PAST: &str = "must not be in the past";
/// Names that the register itself acts under, and the one of callers without a key.
const RESERVED: [&str; 5] = ["anonymous", "import", "keys", "migrate", "serve"];
/// The default number of hours for which an old secret remains valid.
const DEFAULT_OVERLAP: u32 = 24;

/// A new key.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// A unique name, never used by another key (ignoring case). Events contain it: name a team or a program, not a
    /// person.
    #[validate(nested)]
    pub name: KeyName,
    /// The role, which determines what the key is permitted to do.
    pub role: Role,
    /// The authorities that the key is bound to: at least one for a contributor, a reviewer or a reader. Their order
    /// has no meaning.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub authority_ids: Vec<AuthorityId>,
    /// The time at which the key expires: at most 365 days ahead.
    pub expires_at: Timestamp,
}

impl NewApiKey {
    /// The broken rules that need no database.
    #[must_use]
    pub fn broken_rules(&self, now: DateTime<Utc>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if RESERVED.contains(&self.name.as_str().to_ascii_lowercase().as_str()) {
            errors.push(FieldError::body("/name", "reserved", "is reserved for the register"));
        }
        if self.authority_ids.is_empty() && self.role.needs_authorities() {
            let message = format!("must name the authorities that the {} is bound to", self.role);
            errors.push(FieldError::body("/authority_ids", "required", message));
        }
        errors.extend(broken_end(self.expires_at.0, now));
        errors
    }
}

/// A new secret for a key. The old secret remains valid for some hours, so that the users of the key can replace it.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKeyRotation {
    /// Hours for which the old secret remains valid: at most 168, 0 if it has leaked. It never outlives the previous
    /// expiry of the key.
    #[serde(default = "default_overlap")]
    #[validate(range(max = 168))]
    #[schema(minimum = 0, maximum = 168, default = 24)]
    pub overlap_hours: u32,
    /// When the key expires: at most 365 days ahead. If absent, the expiry does not change.
    pub expires_at: Option<Timestamp>,
}

fn default_overlap() -> u32 {
    DEFAULT_OVERLAP
}

/// The rule that the expiry of a key breaks.
#[must_use]
pub fn broken_end(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<FieldError> {
    if expires_at <= now {
        Some(FieldError::body("/expires_at", "past", NOT_PAST))
    } else if expires_at > now + LONGEST_LIFE {
        Some(FieldError::body("/expires_at", "too_far", "must be at most 365 days ahead"))
    } else {
        None
    }
}
