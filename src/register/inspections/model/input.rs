//! Request bodies that create and change inspections.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::{AreaCovered, FieldworkPeriod, InspectionSource, Inspector, KindBasis};
use crate::database::schema::inspections;
use crate::http::extract::{nullable, present};
use crate::register::findings::model::NewFinding;
use crate::register::judgements::model::Judgement;
use crate::register::recommendations::model::NewRecommendation;
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, InspectionId};
use crate::values::inspection_kind::InspectionKind;
use crate::values::inspection_state::InspectionState;
use crate::values::json::JsonList;
use crate::values::text::{Code, Lines, Name, Prose, Reason, Title, WebAddress};

fn draft() -> InspectionState {
    InspectionState::Draft
}

/// A new inspection, with the judgements, findings and recommendations of its report.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = inspections)]
#[serde(deny_unknown_fields)]
pub struct NewInspection {
    /// The authority inspected.
    pub authority_id: AuthorityId,
    /// The framework of the inspection.
    #[validate(nested)]
    pub framework: Option<Code>,
    /// The kind of inspection, which the framework must have.
    pub kind: Option<InspectionKind>,
    /// The title of the report or letter.
    #[validate(nested)]
    pub title: Option<Title>,
    /// First day of fieldwork.
    pub started_on: Option<Date>,
    /// Last day of fieldwork.
    pub ended_on: Option<Date>,
    /// The dates of fieldwork in the words of the report.
    #[validate(nested)]
    pub fieldwork_as_printed: Option<Title>,
    /// The periods on site, if there was more than one.
    #[serde(default)]
    #[validate(length(max = 20), nested)]
    #[schema(value_type = Vec<FieldworkPeriod>, max_items = 20)]
    pub fieldwork_periods: JsonList<FieldworkPeriod>,
    /// The day on which the authority received the report.
    pub received_on: Option<Date>,
    /// The day of publication, not after today in London.
    pub published_on: Option<Date>,
    /// The state, `draft` or `published`, which determines who can read the inspection.
    #[serde(default = "draft")]
    #[schema(default = "draft")]
    pub state: InspectionState,
    /// The authority's name as printed.
    #[validate(nested)]
    pub inspected_name: Option<Name>,
    /// The lead inspectors.
    #[serde(default)]
    #[validate(length(max = 10), nested)]
    #[schema(max_items = 10)]
    pub lead_inspectors: Vec<Name>,
    /// The inspectors.
    #[serde(default)]
    #[validate(length(max = 50), nested)]
    #[schema(value_type = Vec<Inspector>, max_items = 50)]
    pub inspectors: JsonList<Inspector>,
    /// The addressee of the letter.
    #[validate(nested)]
    pub addressee: Option<Lines>,
    /// The recipients of copies.
    #[validate(nested)]
    pub copied_to: Option<Lines>,
    /// The parts of the services that it covered, if not all.
    #[serde(default)]
    #[validate(length(max = 50), nested)]
    #[schema(value_type = Vec<AreaCovered>, max_items = 50)]
    pub areas_covered: JsonList<AreaCovered>,
    /// A summary in a few sentences.
    #[validate(nested)]
    pub headline: Option<Prose>,
    /// The graded inspection that opened the series of visits, of the same authority or its predecessor: required for
    /// monitoring visits, optional for focused visits.
    pub opened_by_inspection_id: Option<InspectionId>,
    /// The number in the series of visits, from 1.
    #[validate(range(min = 1, max = 99))]
    #[schema(minimum = 1, maximum = 99)]
    pub visit_number: Option<i32>,
    /// Whether Ofsted called the monitoring visit the last of its series.
    pub is_final_visit: Option<bool>,
    /// The URL of the published report.
    #[validate(nested)]
    pub report_url: Option<WebAddress>,
    /// The source.
    pub source: Option<InspectionSource>,
    /// A more exact reference to the source.
    #[validate(nested)]
    pub source_reference: Option<Lines>,
    /// How the kind is known: printed in the report, or derived from dates.
    pub kind_basis: Option<KindBasis>,
    /// The judgements.
    #[diesel(skip_insertion)]
    #[serde(default)]
    #[validate(length(max = 50), nested)]
    #[schema(max_items = 50)]
    pub judgements: Vec<Judgement>,
    /// The findings.
    #[diesel(skip_insertion)]
    #[serde(default)]
    #[validate(length(max = 500), nested)]
    #[schema(max_items = 500)]
    pub findings: Vec<NewFinding>,
    /// The recommendations.
    #[diesel(skip_insertion)]
    #[serde(default)]
    #[validate(length(max = 500), nested)]
    #[schema(max_items = 500)]
    pub recommendations: Vec<NewRecommendation>,
}

/// A change of an inspection: absent members do not change, null clears a member, a value sets it. The authority cannot
/// be changed: to correct it, withdraw the inspection and record a new one.
#[derive(Debug, Clone, Deserialize, Validate, AsChangeset, ToSchema)]
#[diesel(table_name = inspections)]
#[serde(deny_unknown_fields)]
pub struct InspectionPatch {
    /// The framework of the inspection; it must have the areas and grades of the judgements.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub framework: Option<Option<Code>>,
    /// The kind of inspection, which the framework must have.
    #[serde(default, deserialize_with = "nullable")]
    pub kind: Option<Option<InspectionKind>>,
    /// The title of the report or letter.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub title: Option<Option<Title>>,
    /// First day of fieldwork.
    #[serde(default, deserialize_with = "nullable")]
    pub started_on: Option<Option<Date>>,
    /// Last day of fieldwork.
    #[serde(default, deserialize_with = "nullable")]
    pub ended_on: Option<Option<Date>>,
    /// The dates of fieldwork in the words of the report.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub fieldwork_as_printed: Option<Option<Title>>,
    /// The periods on site; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 20), nested)]
    #[schema(value_type = Vec<FieldworkPeriod>, max_items = 20)]
    pub fieldwork_periods: Option<JsonList<FieldworkPeriod>>,
    /// The day on which the authority received the report.
    #[serde(default, deserialize_with = "nullable")]
    pub received_on: Option<Option<Date>>,
    /// The day of publication, not after today in London.
    #[serde(default, deserialize_with = "nullable")]
    pub published_on: Option<Option<Date>>,
    /// The state, which determines who can read the inspection.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub state: Option<InspectionState>,
    /// The authority's name as printed.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub inspected_name: Option<Option<Name>>,
    /// The lead inspectors; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 10), nested)]
    #[schema(nullable = false, max_items = 10)]
    pub lead_inspectors: Option<Vec<Name>>,
    /// The inspectors; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 50), nested)]
    #[schema(value_type = Vec<Inspector>, max_items = 50)]
    pub inspectors: Option<JsonList<Inspector>>,
    /// The addressee of the letter.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub addressee: Option<Option<Lines>>,
    /// The recipients of copies.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub copied_to: Option<Option<Lines>>,
    /// The parts of the services that it covered; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 50), nested)]
    #[schema(value_type = Vec<AreaCovered>, max_items = 50)]
    pub areas_covered: Option<JsonList<AreaCovered>>,
    /// A summary in a few sentences.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub headline: Option<Option<Prose>>,
    /// The graded inspection that opened the series of visits.
    #[serde(default, deserialize_with = "nullable")]
    pub opened_by_inspection_id: Option<Option<InspectionId>>,
    /// The number in the series of visits, from 1.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(range(min = 1, max = 99))]
    #[schema(minimum = 1, maximum = 99)]
    pub visit_number: Option<Option<i32>>,
    /// Whether Ofsted called the monitoring visit the last of its series.
    #[serde(default, deserialize_with = "nullable")]
    pub is_final_visit: Option<Option<bool>>,
    /// The URL of the published report.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub report_url: Option<Option<WebAddress>>,
    /// The source.
    #[serde(default, deserialize_with = "nullable")]
    pub source: Option<Option<InspectionSource>>,
    /// A more exact reference to the source.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub source_reference: Option<Option<Lines>>,
    /// How the kind is known: printed in the report, or derived from dates.
    #[serde(default, deserialize_with = "nullable")]
    pub kind_basis: Option<Option<KindBasis>>,
    /// The reason for changing a published inspection.
    #[diesel(skip_update)]
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub reason: Option<Reason>,
}
