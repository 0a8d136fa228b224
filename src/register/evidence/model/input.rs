//! What is sent to record and to change evidence.

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
    /// What kind of evidence it is.
    pub kind: EvidenceKind,
    /// What it is, in a line; no child is named.
    #[validate(nested)]
    pub title: Title,
    /// Where it lies.
    #[validate(nested)]
    pub url: Option<WebAddress>,
    /// The SHA-256 of the file, in hexadecimal.
    #[validate(nested)]
    pub sha256: Option<Sha256Sum>,
    /// The day that it speaks of, today in London at the latest.
    pub observed_on: Option<Date>,
    /// The last day on which it says something, not before `observed_on`.
    pub expires_on: Option<Date>,
}

/// A change of a piece of evidence: absent members stay, null clears, a value sets.
#[derive(Debug, Clone, Deserialize, Validate, AsChangeset, ToSchema)]
#[diesel(table_name = evidence)]
#[serde(deny_unknown_fields)]
pub struct EvidencePatch {
    /// What kind of evidence it is.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub kind: Option<EvidenceKind>,
    /// What it is, in a line; no child is named.
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub title: Option<Title>,
    /// Where it lies.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub url: Option<Option<WebAddress>>,
    /// The SHA-256 of the file, in hexadecimal.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub sha256: Option<Option<Sha256Sum>>,
    /// The day that it speaks of, today in London at the latest.
    #[serde(default, deserialize_with = "nullable")]
    pub observed_on: Option<Option<Date>>,
    /// The last day on which it says something, not before `observed_on`.
    #[serde(default, deserialize_with = "nullable")]
    pub expires_on: Option<Option<Date>>,
}

/// A new review of a piece of evidence.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = evidence_reviews)]
#[serde(deny_unknown_fields)]
pub struct NewEvidenceReview {
    /// What was made of it.
    pub outcome: ReviewOutcome,
    /// Why.
    #[validate(nested)]
    pub note: Option<Prose>,
    /// The day from which it holds: today in London if it is absent, never later, and not before the action was proposed.
    #[diesel(skip_insertion)]
    pub effective_on: Option<Date>,
}
