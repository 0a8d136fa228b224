//! Standings.

use diesel::prelude::*;
use diesel::sql_types;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::error::FieldError;
use crate::http::page::Page;
use crate::http::parameters::{Parameters, future};
use crate::values::authority_key::AuthorityKey;
use crate::values::authority_type::AuthorityType;
use crate::values::codes::Codes;
use crate::values::date::Date;
use crate::values::grade::Grade;
use crate::values::ids::{AuthorityId, InspectionId};
use crate::values::inspection_kind::InspectionKind;
use crate::values::text::{Code, GssCode, Name, Region, SearchText, WebAddress};
use crate::values::text_enum::text_enum;

text_enum! {
    /// The date that determines the latest inspection: publication, or the end of fieldwork.
    pub enum Clock {
        /// The day of publication.
        Publication = "publication",
        /// The last day of fieldwork.
        Fieldwork = "fieldwork",
    }
}

text_enum! {
    /// Reasons why an area has no grade in a standing.
    pub enum StandingAbsence {
        /// The report states that the area was not judged.
        NotJudged = "not_judged",
        /// The framework has the area, but the source of the register has no grade.
        NotInSource = "not_in_source",
        /// The framework does not have the area.
        NotInFramework = "not_in_framework",
    }
}

text_enum! {
    /// The orders of standings; `-` for descending.
    pub enum StandingSort {
        /// By the authority's name.
        Name = "name",
        /// By the authority's name, descending.
        NameDescending = "-name",
    }
}

/// The standing of an authority.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Standing {
    /// The authority and its latest graded inspection.
    #[serde(flatten)]
    pub row: StandingRow,
    /// Its grades, in the order of the framework; always with `overall_effectiveness`, even if the framework does not
    /// have it. Empty if there is no graded inspection.
    #[schema(max_items = 50)]
    pub judgements: Vec<StandingJudgement>,
    /// The numbers of its current statistical neighbours by grade, for the same areas.
    #[schema(max_items = 50)]
    pub neighbours: Vec<NeighbourCounts>,
}

/// An authority and its latest graded inspection; the members of the inspection are absent if there is none.
#[derive(Debug, Clone, QueryableByName, Serialize, ToSchema)]
pub struct StandingRow {
    /// The authority.
    #[diesel(sql_type = sql_types::Uuid)]
    pub authority_id: AuthorityId,
    /// Its name.
    #[diesel(sql_type = sql_types::Text)]
    pub authority_name: Name,
    /// Its GSS code.
    #[diesel(sql_type = sql_types::Text)]
    pub gss_code: GssCode,
    /// Its region.
    #[diesel(sql_type = sql_types::Text)]
    pub region: Region,
    /// The kind of council.
    #[diesel(sql_type = sql_types::Text)]
    pub authority_type: AuthorityType,
    /// The inspection.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspection_id: Option<InspectionId>,
    /// The framework of the inspection.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub framework: Option<Code>,
    /// The kind of inspection.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<InspectionKind>,
    /// First day of fieldwork.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Date>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_on: Option<Date>,
    /// Last day of fieldwork.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Date>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Date>,
    /// The day of publication.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Date>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_on: Option<Date>,
    /// The lead inspectors; absent if there is no inspection.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Array<sql_types::Text>>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 10)]
    pub lead_inspectors: Option<Vec<Name>>,
    /// The URL of the published report.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_url: Option<WebAddress>,
    /// The number of days from the date that `clock` selects to `as_at`.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Integer>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 100_000)]
    pub days_since: Option<i32>,
}

/// A grade in a standing, or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StandingJudgement {
    /// The area.
    pub area: Code,
    /// The grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// The reason why there is no grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absence_reason: Option<StandingAbsence>,
}

/// The numbers of current statistical neighbours by grade, for one area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NeighbourCounts {
    /// The area.
    pub area: Code,
    /// Outstanding.
    #[schema(minimum = 0, maximum = 50)]
    pub outstanding: i64,
    /// Good.
    #[schema(minimum = 0, maximum = 50)]
    pub good: i64,
    /// Requires improvement.
    #[schema(minimum = 0, maximum = 50)]
    pub requires_improvement: i64,
    /// Adequate, on scales up to 2013.
    #[schema(minimum = 0, maximum = 50)]
    pub adequate: i64,
    /// Inadequate.
    #[schema(minimum = 0, maximum = 50)]
    pub inadequate: i64,
    /// Without a grade in this area.
    #[schema(minimum = 0, maximum = 50)]
    pub absent: i64,
}

/// A page of standings.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StandingPage {
    /// The standings.
    #[schema(max_items = 200)]
    pub items: Vec<Standing>,
    /// The position of this page in the list.
    pub page: Page,
}

/// The filter of standings.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StandingFilter {
    /// Return the standings at the end of this day; today in London by default, and not later.
    #[param(example = "2022-10-01")]
    pub as_at: Option<Date>,
    /// The date that determines the latest inspection; publication by default.
    #[param(default = "publication", example = "publication")]
    pub clock: Option<Clock>,
    /// Part of one of the authority's names, ignoring case, accents and punctuation; if no name contains it, the list (not
    /// the table) has the names that are spelt nearly so, with `page.is_approximate`.
    #[validate(nested)]
    #[param(example = "hereford")]
    pub q: Option<SearchText>,
    /// The region of England.
    #[validate(nested)]
    #[param(example = "West Midlands")]
    pub region: Option<Region>,
    /// Authorities, by id or code.
    #[param(value_type = Option<Vec<AuthorityKey>>, example = json!(["E06000019"]))]
    pub authority: Option<Codes<AuthorityKey>>,
    /// Authorities, by id or code, whose current statistical neighbours are wanted.
    #[param(value_type = Option<Vec<AuthorityKey>>, example = json!(["E06000011"]))]
    pub neighbours_of: Option<Codes<AuthorityKey>>,
    /// Kinds of council.
    #[param(value_type = Option<Vec<AuthorityType>>, example = json!(["unitary_authority"]))]
    pub authority_type: Option<Codes<AuthorityType>>,
    /// Areas with a grade; with `grade`, areas with that grade.
    #[param(value_type = Option<Vec<Code>>, example = json!(["overall_effectiveness"]))]
    pub area: Option<Codes<Code>>,
    /// Grades; with `area`, in one of those areas.
    #[param(value_type = Option<Vec<Grade>>, example = json!(["inadequate"]))]
    pub grade: Option<Codes<Grade>>,
    /// The order of the items.
    #[param(default = "name", example = "name")]
    pub sort: Option<StandingSort>,
}

impl Parameters for StandingFilter {
    fn broken_rules(&self) -> Vec<FieldError> {
        future("as_at", self.as_at).into_iter().collect()
    }
}

impl StandingFilter {
    /// The day that is asked about.
    #[must_use]
    pub fn day(&self) -> Date {
        self.as_at.unwrap_or_else(Date::today)
    }
}
