//! Findings.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::references::{Reference, Referred};
use crate::database::schema::findings;
use crate::error::FieldError;
use crate::http::extract::{nullable, present};
use crate::http::page::Page;
use crate::http::parameters::{Parameters, reversed};
use crate::http::response::Versioned;
use crate::register::authorities::model::InspectedAuthority;
use crate::register::improvement_actions::model::ImprovementAction;
use crate::values::authority_key::AuthorityKey;
use crate::values::codes::Codes;
use crate::values::cohort::Cohort;
use crate::values::date::Date;
use crate::values::ids::{DocumentId, FindingId, InspectionId};
use crate::values::text::{Code, Name, Prose, Reason, SearchText};
use crate::values::text_enum::text_enum;

text_enum! {
    /// Whether a finding is a strength or a concern.
    pub enum Polarity {
        /// A strength.
        Strength = "strength",
        /// A concern.
        Concern = "concern",
        /// A strength and a concern.
        Mixed = "mixed",
    }
}

text_enum! {
    /// Related resources that can be embedded in a finding.
    pub enum FindingEmbed {
        /// The improvement actions that respond to it.
        Actions = "actions",
    }
}

/// A finding of an inspection.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Finding {
    /// The stored members.
    #[serde(flatten)]
    pub row: FindingRow,
    /// The authority inspected.
    #[serde(flatten)]
    pub authority: InspectedAuthority,
    /// The improvement actions that respond to it, by due date; with `embed=actions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200)]
    pub actions: Option<Vec<ImprovementAction>>,
    /// The values of `embed` whose members here are incomplete: at most 200 items of each are embedded, and 4 MiB in one
    /// response. The rest is in `GET /improvement-actions?finding={finding_id}`. Absent if all is complete.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 5, required = false)]
    pub truncated: Vec<FindingEmbed>,
}

impl Finding {
    /// A finding of an inspection of this authority, without embedded resources.
    #[must_use]
    pub fn new(row: FindingRow, authority: InspectedAuthority) -> Self {
        Self { row, authority, actions: None, truncated: Vec::new() }
    }
}

impl Versioned for Finding {
    fn version(&self) -> i32 {
        self.row.version
    }
}

/// A finding as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = findings)]
pub struct FindingRow {
    /// The unique identifier.
    pub finding_id: FindingId,
    /// The inspection that it is part of.
    pub inspection_id: InspectionId,
    /// The position in the report, from 1.
    #[schema(minimum = 1, maximum = 1000)]
    pub position: i32,
    /// Whether it is a strength, a concern, or both.
    pub polarity: Polarity,
    /// The text of the finding.
    pub text: Prose,
    /// The heading of the section that contains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<Name>,
    /// The number of the paragraph, as printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paragraph: Option<Name>,
    /// The area of the inspection's framework that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<Code>,
    /// The themes.
    #[schema(max_items = 40)]
    pub themes: Vec<Code>,
    /// The groups of children concerned.
    #[schema(max_items = 20)]
    pub cohorts: Vec<Cohort>,
    /// A quotation from the report, if its licence permits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<Prose>,
    /// The document that contains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_id: Option<DocumentId>,
    /// Increases with each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// The time at which it was recorded.
    pub created_at: DateTime<Utc>,
    /// The time of the last change.
    pub updated_at: DateTime<Utc>,
}

/// What it refers to and may not be visible while it is.
pub const REFERENCES: &[Reference] = &[Reference { member: "document_id", to: Referred::Document }];

/// A new finding.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = findings)]
#[serde(deny_unknown_fields)]
pub struct NewFinding {
    /// The position in the report, from 1; after the last one if absent.
    #[diesel(skip_insertion)]
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000)]
    pub position: Option<i32>,
    /// Whether it is a strength, a concern, or both.
    pub polarity: Polarity,
    /// The text of the finding.
    #[validate(nested)]
    pub text: Prose,
    /// The heading of the section that contains it.
    #[validate(nested)]
    pub section: Option<Name>,
    /// The number of the paragraph, as printed.
    #[validate(nested)]
    pub paragraph: Option<Name>,
    /// The area of the inspection's framework that it belongs to.
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
    /// A quotation from the report, if its licence permits.
    #[validate(nested)]
    pub quote: Option<Prose>,
    /// The document that contains it.
    pub document_id: Option<DocumentId>,
}

/// A change of a finding: absent members do not change, null clears a member, a value sets it.
#[derive(Debug, Clone, Deserialize, Validate, AsChangeset, ToSchema)]
#[diesel(table_name = findings)]
#[serde(deny_unknown_fields)]
pub struct FindingPatch {
    /// The position in the report, from 1.
    #[serde(default, deserialize_with = "present")]
    #[validate(range(min = 1, max = 1000))]
    #[schema(nullable = false, minimum = 1, maximum = 1000)]
    pub position: Option<i32>,
    /// Whether it is a strength, a concern, or both.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub polarity: Option<Polarity>,
    /// The text of the finding.
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub text: Option<Prose>,
    /// The heading of the section that contains it.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub section: Option<Option<Name>>,
    /// The number of the paragraph, as printed.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub paragraph: Option<Option<Name>>,
    /// The area of the inspection's framework that it belongs to.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub area: Option<Option<Code>>,
    /// The themes; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 40), nested)]
    #[schema(nullable = false, max_items = 40)]
    pub themes: Option<Vec<Code>>,
    /// The groups of children concerned; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 20))]
    #[schema(nullable = false, max_items = 20)]
    pub cohorts: Option<Vec<Cohort>>,
    /// A quotation from the report, if its licence permits.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub quote: Option<Option<Prose>>,
    /// The document that contains it.
    #[serde(default, deserialize_with = "nullable")]
    pub document_id: Option<Option<DocumentId>>,
    /// The reason for changing a published inspection.
    #[diesel(skip_update)]
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub reason: Option<Reason>,
}

/// The filter of lists of findings.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FindingFilter {
    /// Words of the finding, as in a web search.
    #[validate(nested)]
    #[param(example = "pathway plans")]
    pub q: Option<SearchText>,
    /// Authorities, by id or code.
    #[param(value_type = Option<Vec<AuthorityKey>>, example = json!(["E06000019"]))]
    pub authority: Option<Codes<AuthorityKey>>,
    /// Inspections.
    #[param(value_type = Option<Vec<InspectionId>>, example = json!(["01a20435-3eab-760f-ae77-bee896597f2b"]))]
    pub inspection: Option<Codes<InspectionId>>,
    /// Frameworks of their inspections.
    #[param(value_type = Option<Vec<Code>>, example = json!(["ilacs_2023"]))]
    pub framework: Option<Codes<Code>>,
    /// Themes.
    #[param(value_type = Option<Vec<Code>>, example = json!(["pathway_planning"]))]
    pub theme: Option<Codes<Code>>,
    /// The groups of children concerned.
    #[param(value_type = Option<Vec<Cohort>>, example = json!(["care_leavers"]))]
    pub cohort: Option<Codes<Cohort>>,
    /// Strengths, concerns, or both.
    #[param(value_type = Option<Vec<Polarity>>, example = json!(["concern", "mixed"]))]
    pub polarity: Option<Codes<Polarity>>,
    /// Areas of judgement.
    #[param(value_type = Option<Vec<Code>>, example = json!(["care_leavers"]))]
    pub area: Option<Codes<Code>>,
    /// Published on this day or later.
    #[param(example = "2012-01-01")]
    pub published_from: Option<Date>,
    /// Published on this day or earlier.
    #[param(example = "2025-12-31")]
    pub published_to: Option<Date>,
    /// Related resources to embed in each finding.
    #[param(value_type = Option<Vec<FindingEmbed>>, example = json!(["actions"]))]
    pub embed: Option<Codes<FindingEmbed>>,
}

impl Parameters for FindingFilter {
    fn embeds(&self) -> bool {
        self.embed.is_some()
    }

    fn broken_rules(&self) -> Vec<FieldError> {
        reversed("published_to", self.published_from, self.published_to).into_iter().collect()
    }
}

/// What findings carry.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FindingParameters {
    /// Related resources to embed in each finding.
    #[param(value_type = Option<Vec<FindingEmbed>>, example = json!(["actions"]))]
    pub embed: Option<Codes<FindingEmbed>>,
}

impl Parameters for FindingParameters {
    fn embeds(&self) -> bool {
        self.embed.is_some()
    }
}

/// A page of findings.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FindingPage {
    /// The findings.
    #[schema(max_items = 200)]
    pub items: Vec<Finding>,
    /// The position of this page in the list.
    pub page: Page,
}
