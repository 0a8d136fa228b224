//! The parameters of reads of inspections.

use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use super::{InspectionEmbed, InspectionSort};
use crate::error::FieldError;
use crate::http::parameters::{Parameters, reversed};
use crate::values::authority_key::AuthorityKey;
use crate::values::codes::Codes;
use crate::values::date::Date;
use crate::values::grade::Grade;
use crate::values::ids::InspectionId;
use crate::values::inspection_kind::InspectionKind;
use crate::values::inspection_state::InspectionState;
use crate::values::text::{Code, Name, Region, SearchText};

/// The filter of lists of inspections.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InspectionFilter {
    /// Words of the title, the name as printed, the inspectors and the headline, as in a web search; or part of one of the
    /// authority's names. If nothing contains it, the list (not the table) has those of the authorities whose names are
    /// spelt nearly so, with `page.is_approximate`.
    #[validate(nested)]
    #[param(example = "hereford")]
    pub q: Option<SearchText>,
    /// Authorities, by id or code.
    #[param(value_type = Option<Vec<AuthorityKey>>, example = json!(["E06000019"]))]
    pub authority: Option<Codes<AuthorityKey>>,
    /// The region of the authority.
    #[validate(nested)]
    #[param(example = "West Midlands")]
    pub region: Option<Region>,
    /// Frameworks.
    #[param(value_type = Option<Vec<Code>>, example = json!(["child_protection_2012", "ilacs_2018"]))]
    pub framework: Option<Codes<Code>>,
    /// Kinds of inspection.
    #[param(value_type = Option<Vec<InspectionKind>>, example = json!(["child_protection", "standard"]))]
    pub kind: Option<Codes<InspectionKind>>,
    /// States.
    #[param(value_type = Option<Vec<InspectionState>>, example = json!(["published"]))]
    pub state: Option<Codes<InspectionState>>,
    /// The full name of a lead inspector, ignoring case, accents and punctuation.
    #[validate(nested)]
    pub lead_inspector: Option<Name>,
    /// Areas judged; with `grade`, areas with that grade.
    #[param(value_type = Option<Vec<Code>>, example = json!(["overall_effectiveness"]))]
    pub area: Option<Codes<Code>>,
    /// Grades; with `area`, of one of those areas.
    #[param(value_type = Option<Vec<Grade>>, example = json!(["inadequate", "adequate"]))]
    pub grade: Option<Codes<Grade>>,
    /// Themes of its findings, recommendations or areas covered.
    #[param(value_type = Option<Vec<Code>>, example = json!(["visits_to_children"]))]
    pub theme: Option<Codes<Code>>,
    /// The inspection that opened the series of visits.
    pub opened_by: Option<InspectionId>,
    /// Fieldwork began on this day or later.
    #[param(example = "2012-01-01")]
    pub started_from: Option<Date>,
    /// Fieldwork began on this day or earlier.
    #[param(example = "2022-12-31")]
    pub started_to: Option<Date>,
    /// Published on this day or later.
    #[param(example = "2012-01-01")]
    pub published_from: Option<Date>,
    /// Published on this day or earlier.
    #[param(example = "2022-12-31")]
    pub published_to: Option<Date>,
    /// The order of the items.
    #[param(default = "-published_on", example = "-published_on")]
    pub sort: Option<InspectionSort>,
    /// Related resources to embed in each inspection.
    #[param(value_type = Option<Vec<InspectionEmbed>>, example = json!(["recommendations"]))]
    pub embed: Option<Codes<InspectionEmbed>>,
}

impl Parameters for InspectionFilter {
    fn embeds(&self) -> bool {
        self.embed.is_some()
    }

    fn broken_rules(&self) -> Vec<FieldError> {
        let started = reversed("started_to", self.started_from, self.started_to);
        let published = reversed("published_to", self.published_from, self.published_to);
        [started, published].into_iter().flatten().collect()
    }
}

/// What an inspection carries.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InspectionParameters {
    /// Related resources to embed in the inspection.
    #[param(value_type = Option<Vec<InspectionEmbed>>, example = json!(["recommendations"]))]
    pub embed: Option<Codes<InspectionEmbed>>,
}

impl Parameters for InspectionParameters {}
