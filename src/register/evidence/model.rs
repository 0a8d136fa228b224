//! What evidence and its reviews are.

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
    /// What kind of evidence it is.
    pub enum EvidenceKind {
        /// An audit of practice.
        Audit = "audit",
        /// Figures.
        Data = "data",
        /// What children and young people say.
        FeedbackFromChildren = "feedback_from_children",
        /// A review of single cases.
        CaseReview = "case_review",
        /// A document.
        Document = "document",
        /// Something else.
        Other = "other",
    }
}

text_enum! {
    /// What a reviewer made of a piece of evidence.
    pub enum ReviewOutcome {
        /// It shows the effect.
        Accepted = "accepted",
        /// It does not.
        Rejected = "rejected",
        /// It may, once it is changed.
        ChangesRequested = "changes_requested",
    }
}

/// What shows that an action had an effect.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Evidence {
    /// What is recorded of itself.
    #[serde(flatten)]
    pub row: EvidenceRow,
    /// What the latest review made of it; absent as long as there is none.
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
    /// The id.
    pub evidence_id: EvidenceId,
    /// The action whose effect it shows.
    pub action_id: ActionId,
    /// What kind of evidence it is.
    pub kind: EvidenceKind,
    /// What it is, in a line.
    pub title: Title,
    /// Where it lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<WebAddress>,
    /// The SHA-256 of the file, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256Sum>,
    /// The day that it speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_on: Option<Date>,
    /// The last day on which it says something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Date>,
    /// Who recorded it; the review of another supports the action.
    #[schema(min_length = 1, max_length = 200)]
    pub recorded_by: String,
    /// Raised by each change and by each review.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it was last changed or reviewed.
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

/// What somebody made of a piece of evidence.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = evidence_reviews)]
pub struct EvidenceReview {
    /// The id.
    pub review_id: ReviewId,
    /// The piece of evidence.
    pub evidence_id: EvidenceId,
    /// What was made of it.
    pub outcome: ReviewOutcome,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Prose>,
    /// The day from which it holds.
    pub effective_on: Date,
    /// Who recorded it.
    #[schema(min_length = 1, max_length = 200)]
    pub recorded_by: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// A page of evidence.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EvidencePage {
    /// The pieces of evidence.
    #[schema(max_items = 200)]
    pub items: Vec<Evidence>,
    /// Where this page stands in the list.
    pub page: Page,
}

/// A page of reviews.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EvidenceReviewPage {
    /// The reviews.
    #[schema(max_items = 200)]
    pub items: Vec<EvidenceReview>,
    /// Where this page stands in the list.
    pub page: Page,
}
