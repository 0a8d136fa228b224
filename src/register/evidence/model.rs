//! Evidence and its reviews.

mod input;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

pub use self::input::{EvidencePatch, NewEvidence, NewEvidenceReview};
use crate::database::schema::{evidence, evidence_reviews};
use crate::error::FieldError;
use crate::http::page::Page;
use crate::http::response::Versioned;
use crate::values::date::Date;
use crate::values::ids::{ActionId, EvidenceId, ReviewId};
use crate::values::text::{Prose, Sha256Sum, Title, WebAddress};
use crate::values::text_enum::text_enum;

text_enum! {
    /// The kind of evidence.
    pub enum EvidenceKind {
        /// An audit of practice.
        Audit = "audit",
        /// Figures.
        Data = "data",
        /// Feedback from children and young people.
        FeedbackFromChildren = "feedback_from_children",
        /// A review of individual cases.
        CaseReview = "case_review",
        /// A document.
        Document = "document",
        /// Something else.
        Other = "other",
    }
}

text_enum! {
    /// Outcomes of a review.
    pub enum ReviewOutcome {
        /// The evidence shows the effect.
        Accepted = "accepted",
        /// The evidence does not show the effect.
        Rejected = "rejected",
        /// The evidence has to be changed before it can be accepted.
        ChangesRequested = "changes_requested",
    }
}

/// A piece of evidence that an action had an effect.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Evidence {
    /// The stored members.
    #[serde(flatten)]
    pub row: EvidenceRow,
    /// The outcome of the latest review; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_outcome: Option<ReviewOutcome>,
}

impl Versioned for Evidence {
    fn version(&self) -> i32 {
        self.row.version
    }
}

/// A piece of evidence as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = evidence)]
pub struct EvidenceRow {
    /// The unique identifier.
    pub evidence_id: EvidenceId,
    /// The action whose effect it shows.
    pub action_id: ActionId,
    /// The kind of evidence.
    pub kind: EvidenceKind,
    /// A title of one line.
    pub title: Title,
    /// The URL of the evidence, which the register does not store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<WebAddress>,
    /// The SHA-256 of the file, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256Sum>,
    /// The day on which the evidence was observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_on: Option<Date>,
    /// The last day on which the evidence is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Date>,
    /// The name of the key, or the command, that recorded it. Only an acceptance by another key supports the action.
    #[schema(min_length = 1, max_length = 200)]
    pub recorded_by: String,
    /// Increases with each change and each review.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// The time at which it was recorded.
    pub created_at: DateTime<Utc>,
    /// The time of the last change or review.
    pub updated_at: DateTime<Utc>,
}

/// The rules of the days of evidence that are broken.
#[must_use]
pub fn broken_days(observed_on: Option<Date>, expires_on: Option<Date>, today: Date) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if observed_on.is_some_and(|day| day > today) {
        let message = format!("must not be after today in London, {today}");
        errors.push(FieldError::body("/observed_on", "future", message));
    }
    if observed_on.zip(expires_on).is_some_and(|(observed_on, expires_on)| expires_on < observed_on) {
        errors.push(FieldError::body("/expires_on", "order", "must not be before observed_on"));
    }
    errors
}

/// A review of a piece of evidence.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = evidence_reviews)]
pub struct EvidenceReview {
    /// The unique identifier.
    pub review_id: ReviewId,
    /// The piece of evidence.
    pub evidence_id: EvidenceId,
    /// The outcome.
    pub outcome: ReviewOutcome,
    /// The reasons for the outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Prose>,
    /// The day from which it applies.
    pub effective_on: Date,
    /// The name of the key, or the command, that recorded it.
    #[schema(min_length = 1, max_length = 200)]
    pub recorded_by: String,
    /// The time at which it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// A page of evidence.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EvidencePage {
    /// The pieces of evidence.
    #[schema(max_items = 200)]
    pub items: Vec<Evidence>,
    /// The position of this page in the list.
    pub page: Page,
}

/// A page of reviews.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EvidenceReviewPage {
    /// The reviews.
    #[schema(max_items = 200)]
    pub items: Vec<EvidenceReview>,
    /// The position of this page in the list.
    pub page: Page,
}
