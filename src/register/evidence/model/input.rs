//! Request bodies that create, change and review evidence.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::{EvidenceKind, ReviewOutcome};
use crate::database::schema::{evidence, evidence_reviews};
use crate::http::extract::{nullable, present};
use crate::values::date::Date;
use crate::values::text::{Prose, Sha256Sum, Title, WebAddress};

/// A new piece of evidence.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = evidence)]
#[serde(deny_unknown_fields)]
pub struct NewEvidence {
    /// The kind of evidence.
    pub kind: EvidenceKind,
    /// A title of one line, which names no child.
    #[validate(nested)]
    pub title: Title,
    /// The URL of the evidence, which the register does not store.
    #[validate(nested)]
    pub url: Option<WebAddress>,
    /// The SHA-256 of the file, in hexadecimal.
    #[validate(nested)]
    pub sha256: Option<Sha256Sum>,
    /// The day on which the evidence was observed, today in London at the latest.
    pub observed_on: Option<Date>,
    /// The last day on which the evidence is valid, not before `observed_on`.
    pub expires_on: Option<Date>,
}

/// A change of a piece of evidence: absent members do not change, null clears a member, a value sets it.
#[derive(Debug, Clone, Deserialize, Validate, AsChangeset, ToSchema)]
#[diesel(table_name = evidence)]
#[serde(deny_unknown_fields)]
pub struct EvidencePatch {
    /// The kind of evidence.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub kind: Option<EvidenceKind>,
    /// A title of one line, which names no child.
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub title: Option<Title>,
    /// The URL of the evidence, which the register does not store.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub url: Option<Option<WebAddress>>,
    /// The SHA-256 of the file, in hexadecimal.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub sha256: Option<Option<Sha256Sum>>,
    /// The day on which the evidence was observed, today in London at the latest.
    #[serde(default, deserialize_with = "nullable")]
    pub observed_on: Option<Option<Date>>,
    /// The last day on which the evidence is valid, not before `observed_on`.
    #[serde(default, deserialize_with = "nullable")]
    pub expires_on: Option<Option<Date>>,
}

/// A new review of a piece of evidence.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = evidence_reviews)]
#[serde(deny_unknown_fields)]
pub struct NewEvidenceReview {
    /// The outcome.
    pub outcome: ReviewOutcome,
    /// The reasons for the outcome.
    #[validate(nested)]
    pub note: Option<Prose>,
    /// The day from which it applies: today in London if absent, not later, and not before the day on which the action
    /// was proposed.
    #[diesel(skip_insertion)]
    pub effective_on: Option<Date>,
}
