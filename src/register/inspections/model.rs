//! Inspections.

mod filter;
mod input;
mod rules;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

pub use self::filter::{InspectionFilter, InspectionParameters};
pub use self::input::{InspectionPatch, NewInspection};
pub use self::rules::Terms;
use crate::access::references::{Reference, Referred};
use crate::database::schema::inspections;
use crate::http::page::Page;
use crate::http::response::Versioned;
use crate::register::authorities::model::AuthorityNames;
use crate::register::documents::model::Document;
use crate::register::findings::model::Finding;
use crate::register::judgements::model::Judgement;
use crate::register::recommendations::model::Recommendation;
use crate::values::cohort::Cohort;
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, InspectionId};
use crate::values::inspection_kind::InspectionKind;
use crate::values::inspection_state::InspectionState;
use crate::values::json::JsonList;
use crate::values::text::{Code, Lines, Name, Prose, Title, WebAddress};
use crate::values::text_enum::text_enum;

text_enum! {
    /// Sources of inspections.
    pub enum InspectionSource {
        /// The published report.
        Report = "report",
        /// The published letter.
        Letter = "letter",
        /// A summary sheet of another register.
        SummarySheet = "summary_sheet",
        /// A news article.
        News = "news",
        /// The name of a file that is not available.
        FileName = "file_name",
    }
}

text_enum! {
    /// How the kind is known: printed in the report, or derived from dates.
    pub enum KindBasis {
        /// Printed in the report.
        Printed = "printed",
        /// Derived from the dates of fieldwork.
        DerivedFromDates = "derived_from_dates",
    }
}

text_enum! {
    /// Related resources that can be embedded in an inspection.
    pub enum InspectionEmbed {
        /// Its findings.
        Findings = "findings",
        /// Its recommendations.
        Recommendations = "recommendations",
        /// The documents about it, without their full text.
        Documents = "documents",
    }
}

text_enum! {
    /// The orders of inspections; `-` for descending. An absent date sorts last.
    pub enum InspectionSort {
        /// By publication, the earliest first.
        PublishedOn = "published_on",
        /// By publication, the latest first.
        PublishedOnDescending = "-published_on",
        /// By start of fieldwork, the earliest first.
        StartedOn = "started_on",
        /// By start of fieldwork, the latest first.
        StartedOnDescending = "-started_on",
    }
}

/// A period of fieldwork on site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldworkPeriod {
    /// First day.
    pub started_on: Date,
    /// Last day.
    pub ended_on: Date,
}

/// An inspector who took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Inspector {
    /// The name as printed.
    #[validate(nested)]
    pub name: Name,
    /// The role as printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub role: Option<Name>,
}

/// A part of the services that an inspection or a visit covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AreaCovered {
    /// What it is.
    #[validate(nested)]
    pub description: Lines,
    /// The area of the inspection's framework that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub area: Option<Code>,
    /// The themes.
    #[serde(default)]
    #[validate(length(max = 40), nested)]
    #[schema(max_items = 40)]
    pub themes: Vec<Code>,
    /// The groups of children concerned.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    pub cohorts: Vec<Cohort>,
}

/// An inspection of the services of an authority for children by Ofsted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Inspection {
    /// The stored members.
    #[serde(flatten)]
    pub row: InspectionRow,
    /// The names of the authority inspected.
    #[serde(flatten)]
    pub authority: AuthorityNames,
    /// The judgements, in the order of the framework; empty for visits.
    #[schema(max_items = 50)]
    pub judgements: Vec<Judgement>,
    /// Whether the register holds the text of its report or letter: a document about it of kind `report` or `letter` is
    /// recorded, which is not a version for children and young people. If not, what is recorded may be only a part of
    /// what the inspection said.
    pub is_text_held: bool,
    /// The number of recorded findings.
    #[schema(minimum = 0, maximum = 1000)]
    pub finding_count: i64,
    /// The number of recorded recommendations.
    #[schema(minimum = 0, maximum = 1000)]
    pub recommendation_count: i64,
    /// Its findings; with `embed=findings`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200)]
    pub findings: Option<Vec<Finding>>,
    /// Its recommendations; with `embed=recommendations`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200)]
    pub recommendations: Option<Vec<Recommendation>>,
    /// The documents about it, without their full text; with `embed=documents`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200)]
    pub documents: Option<Vec<Document>>,
    /// The values of `embed` whose members here are incomplete: at most 200 items of each are embedded, and 4 MiB in one
    /// response. The rest is in the lists below the inspection, and `GET /documents?inspection={inspection_id}`. Absent if all is complete.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 5, required = false)]
    pub truncated: Vec<InspectionEmbed>,
}

impl Versioned for Inspection {
    fn version(&self) -> i32 {
        self.row.version
    }
}

/// What is recorded of an inspection itself, as it is stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Serialize, Deserialize, ToSchema)]
#[diesel(table_name = inspections)]
pub struct InspectionRow {
    /// The unique identifier.
    pub inspection_id: InspectionId,
    /// The authority inspected: the one that has its Ofsted URN today.
    pub authority_id: AuthorityId,
    /// The framework of the inspection; absent if no source gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub framework: Option<Code>,
    /// The kind of inspection; absent if no source gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<InspectionKind>,
    /// The title of the report or letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// First day of fieldwork.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_on: Option<Date>,
    /// Last day of fieldwork.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Date>,
    /// The dates of fieldwork in the words of the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fieldwork_as_printed: Option<Title>,
    /// The periods on site, if there was more than one.
    #[schema(value_type = Vec<FieldworkPeriod>, max_items = 20)]
    pub fieldwork_periods: JsonList<FieldworkPeriod>,
    /// The day on which the authority received the report; statutory periods start on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_on: Option<Date>,
    /// The day of publication; absent if Ofsted published nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_on: Option<Date>,
    /// The state, which determines who can read the inspection.
    pub state: InspectionState,
    /// The name of the authority as printed, which may be that of a predecessor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspected_name: Option<Name>,
    /// The lead inspectors.
    #[schema(max_items = 10)]
    pub lead_inspectors: Vec<Name>,
    /// The inspectors, if the report names them.
    #[schema(value_type = Vec<Inspector>, max_items = 50)]
    pub inspectors: JsonList<Inspector>,
    /// The addressee of the letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addressee: Option<Lines>,
    /// The recipients of copies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copied_to: Option<Lines>,
    /// The parts of the services that it covered, if not all.
    #[schema(value_type = Vec<AreaCovered>, max_items = 50)]
    pub areas_covered: JsonList<AreaCovered>,
    /// A summary in a few sentences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<Prose>,
    /// The graded inspection that opened the series of visits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_by_inspection_id: Option<InspectionId>,
    /// The number in the series of visits, from 1; numbers may be missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 99)]
    pub visit_number: Option<i32>,
    /// Whether Ofsted called the visit the last of its series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_final_visit: Option<bool>,
    /// The URL of the published report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_url: Option<WebAddress>,
    /// The source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<InspectionSource>,
    /// A more exact reference to the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_reference: Option<Lines>,
    /// How the kind is known: printed in the report, or derived from dates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind_basis: Option<KindBasis>,
    /// Increases with each change of the inspection, its judgements, findings and recommendations.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// The time at which it was recorded.
    pub created_at: DateTime<Utc>,
    /// The time of the last change.
    pub updated_at: DateTime<Utc>,
}

/// The days of an inspection from which time is counted.
#[derive(Debug, Clone, Copy, Queryable, Selectable, Serialize)]
#[diesel(table_name = inspections)]
pub struct InspectionDays {
    /// Last day of fieldwork.
    pub ended_on: Option<Date>,
    /// The day of publication.
    pub published_on: Option<Date>,
}

impl InspectionRow {
    /// The days from which time is counted.
    #[must_use]
    pub fn days(&self) -> InspectionDays {
        InspectionDays { ended_on: self.ended_on, published_on: self.published_on }
    }
}

/// What it refers to and may not be visible while it is.
pub const REFERENCES: &[Reference] = &[Reference { member: "opened_by_inspection_id", to: Referred::Inspection }];

/// A page of inspections.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InspectionPage {
    /// The inspections.
    #[schema(max_items = 200)]
    pub items: Vec<Inspection>,
    /// The position of this page in the list.
    pub page: Page,
}
