//! What a standing is.

use diesel::prelude::*;
use diesel::sql_types;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::error::ApiError;
use crate::http::page::{Page, check_not_future};
use crate::values::authority_type::AuthorityType;
use crate::values::codes::Codes;
use crate::values::date::Date;
use crate::values::grade::Grade;
use crate::values::ids::{AuthorityId, InspectionId};
use crate::values::inspection_kind::InspectionKind;
use crate::values::text::{Code, GssCode, Name, Region, SearchText, WebAddress};
use crate::values::text_enum::text_enum;

text_enum! {
    /// Which day decides what is the latest inspection: that of publication, or the last of fieldwork.
    pub enum Clock {
        /// The day of publication.
        Publication = "publication",
        /// The last day of fieldwork.
        Fieldwork = "fieldwork",
    }
}

text_enum! {
    /// Why an area has no grade in a standing.
    pub enum StandingAbsence {
        /// The report says that it was not judged.
        NotJudged = "not_judged",
        /// The framework judges it, and the register's source has no grade.
        NotInSource = "not_in_source",
        /// The framework does not judge it.
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

/// Where an authority stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Standing {
    /// The authority and its latest graded inspection.
    #[serde(flatten)]
    pub row: StandingRow,
    /// Its grades, in the order of the framework; with `overall_effectiveness` even where the framework has none. Empty
    /// if there is no graded inspection.
    #[schema(max_items = 50)]
    pub judgements: Vec<StandingJudgement>,
    /// How its current statistical neighbours stand in the same areas.
    #[schema(max_items = 50)]
    pub neighbours: Vec<NeighbourCounts>,
}

/// An authority and its latest graded inspection; everything about the inspection is absent if there is none.
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
    /// What kind of council it is.
    #[diesel(sql_type = sql_types::Text)]
    pub authority_type: AuthorityType,
    /// The inspection.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspection_id: Option<InspectionId>,
    /// The framework inspected under.
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
    /// Who led it; absent if there is no inspection.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Array<sql_types::Text>>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 10)]
    pub lead_inspectors: Option<Vec<Name>>,
    /// Where the report is published.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_url: Option<WebAddress>,
    /// Days from the day that the clock goes by to `as_at`.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Integer>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 100_000)]
    pub days_since: Option<i32>,
}

/// A grade in a standing, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StandingJudgement {
    /// The area.
    pub area: Code,
    /// The grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// Why there is no grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absence_reason: Option<StandingAbsence>,
}

/// How many of the current statistical neighbours have which grade in an area.
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
    /// Where this page stands in the list.
    pub page: Page,
}

/// Which standings are wanted, and as at which day.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StandingFilter {
    /// The day; today in London if it is absent. Not later than today.
    #[param(example = "2022-10-01")]
    pub as_at: Option<Date>,
    /// Which day of an inspection counts.
    #[param(default = "publication", example = "publication")]
    pub clock: Option<Clock>,
    /// Part of the authority's name, in any case.
    #[validate(nested)]
    #[param(example = "hereford")]
    pub q: Option<SearchText>,
    /// The region of England.
    #[validate(nested)]
    #[param(example = "West Midlands")]
    pub region: Option<Region>,
    /// Kinds of council.
    #[param(style = Form, explode = false, value_type = Option<Vec<AuthorityType>>, max_items = 50, min_items = 1, example = json!(["unitary_authority"]))]
    pub authority_type: Option<Codes<AuthorityType>>,
    /// Areas with a grade; with `grade`, areas with that grade.
    #[param(style = Form, explode = false, value_type = Option<Vec<Code>>, max_items = 50, min_items = 1, example = json!(["overall_effectiveness"]))]
    pub area: Option<Codes<Code>>,
    /// Grades; with `area`, in one of those areas.
    #[param(style = Form, explode = false, value_type = Option<Vec<Grade>>, max_items = 50, min_items = 1, example = json!(["inadequate"]))]
    pub grade: Option<Codes<Grade>>,
    /// The order.
    #[param(default = "name", example = "name")]
    pub sort: Option<StandingSort>,
}

impl StandingFilter {
    /// The day that is asked about.
    ///
    /// # Errors
    ///
    /// `validation_failed` if it is after today in London: nobody knows yet.
    pub fn day(&self) -> Result<Date, ApiError> {
        check_not_future("as_at", self.as_at)?;
        Ok(self.as_at.unwrap_or_else(Date::today))
    }
}
