//! Which improvement plans are wanted, and as at which day.

use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use super::PlanState;
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
    /// What an improvement plan can carry.
    pub enum ImprovementPlanEmbed {
        /// Its actions.
        Actions = "actions",
    }
}

/// Which improvement plans are wanted.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImprovementPlanFilter {
    /// Authorities, by id or code.
    #[param(style = Form, explode = false, value_type = Option<Vec<AuthorityKey>>, max_items = 50, min_items = 1, example = json!(["E06000019"]))]
    pub authority: Option<Codes<AuthorityKey>>,
    /// Where they stand; with `as_at`, where they stood.
    #[param(style = Form, explode = false, value_type = Option<Vec<PlanState>>, max_items = 50, min_items = 1, example = json!(["endorsed", "draft"]))]
    pub state: Option<Codes<PlanState>>,
    /// Inspections that they answer.
    #[param(style = Form, explode = false, value_type = Option<Vec<InspectionId>>, max_items = 50, min_items = 1, example = json!(["01a20431-0c26-7f6f-b048-41513696de59"]))]
    pub inspection: Option<Codes<InspectionId>>,
    /// The day as at which they are read; today in London if it is absent. Not later than today.
    #[param(example = "2025-12-31")]
    pub as_at: Option<Date>,
    /// The order.
    #[param(default = "-starts_on", example = "-starts_on")]
    pub sort: Option<ImprovementPlanSort>,
    /// What each plan carries; with `as_at`, as it stood.
    #[param(style = Form, explode = false, value_type = Option<Vec<ImprovementPlanEmbed>>, max_items = 50, min_items = 1, example = json!(["actions"]))]
    pub embed: Option<Codes<ImprovementPlanEmbed>>,
}

/// As at which day an improvement plan is read, and with what.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImprovementPlanParameters {
    /// The day as at which it is read; today in London if it is absent. Not later than today.
    #[param(example = "2025-12-31")]
    pub as_at: Option<Date>,
    /// What the plan carries; with `as_at`, as it stood.
    #[param(style = Form, explode = false, value_type = Option<Vec<ImprovementPlanEmbed>>, max_items = 50, min_items = 1, example = json!(["actions"]))]
    pub embed: Option<Codes<ImprovementPlanEmbed>>,
}
