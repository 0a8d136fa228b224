//! The parameters of reads of improvement plans.

use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use super::PlanState;
use crate::error::FieldError;
use crate::http::parameters::{Parameters, future};
use crate::values::authority_key::AuthorityKey;
use crate::values::codes::Codes;
use crate::values::date::Date;
use crate::values::ids::InspectionId;
use crate::values::text_enum::text_enum;

text_enum! {
    /// The orders of improvement plans; `-` for descending. An absent date sorts last.
    pub enum ImprovementPlanSort {
        /// By the first day, the earliest first.
        StartsOn = "starts_on",
        /// By the first day, the latest first.
        StartsOnDescending = "-starts_on",
    }
}

text_enum! {
    /// Related resources that can be embedded in an improvement plan.
    pub enum ImprovementPlanEmbed {
        /// Its actions.
        Actions = "actions",
    }
}

/// The filter of lists of improvement plans.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImprovementPlanFilter {
    /// Authorities, by id or code.
    #[param(value_type = Option<Vec<AuthorityKey>>, example = json!(["E06000019"]))]
    pub authority: Option<Codes<AuthorityKey>>,
    /// States of the plans; with `as_at`, on that day.
    #[param(value_type = Option<Vec<PlanState>>, example = json!(["endorsed", "draft"]))]
    pub state: Option<Codes<PlanState>>,
    /// Inspections that the plans respond to.
    #[param(value_type = Option<Vec<InspectionId>>, example = json!(["01a20431-0c26-7f6f-b048-41513696de59"]))]
    pub inspection: Option<Codes<InspectionId>>,
    /// Return plans as they stood at the end of this day; today in London by default, and not later.
    #[param(example = "2025-12-31")]
    pub as_at: Option<Date>,
    /// The order of the items.
    #[param(default = "-starts_on", example = "-starts_on")]
    pub sort: Option<ImprovementPlanSort>,
    /// Related resources to embed in each plan; with `as_at`, as they stood on that day.
    #[param(value_type = Option<Vec<ImprovementPlanEmbed>>, example = json!(["actions"]))]
    pub embed: Option<Codes<ImprovementPlanEmbed>>,
}

impl Parameters for ImprovementPlanFilter {
    fn embeds(&self) -> bool {
        self.embed.is_some()
    }

    fn broken_rules(&self) -> Vec<FieldError> {
        future("as_at", self.as_at).into_iter().collect()
    }
}

/// As at which day an improvement plan is read, and with what.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImprovementPlanParameters {
    /// Return the plan as it stood at the end of this day; today in London by default, and not later.
    #[param(example = "2025-12-31")]
    pub as_at: Option<Date>,
    /// Related resources to embed in the plan; with `as_at`, as they stood on that day.
    #[param(value_type = Option<Vec<ImprovementPlanEmbed>>, example = json!(["actions"]))]
    pub embed: Option<Codes<ImprovementPlanEmbed>>,
}

impl Parameters for ImprovementPlanParameters {
    fn broken_rules(&self) -> Vec<FieldError> {
        future("as_at", self.as_at).into_iter().collect()
    }
}
