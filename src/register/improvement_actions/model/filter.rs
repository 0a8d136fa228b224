//! The parameters of reads of improvement actions.

use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use super::{ActionSource, ActionState, ImprovementActionEmbed, ImprovementActionSort, Priority, Rag};
use crate::error::FieldError;
use crate::http::page::digits;
use crate::http::parameters::{Parameters, future, reversed};
use crate::values::authority_key::AuthorityKey;
use crate::values::codes::Codes;
use crate::values::cohort::Cohort;
use crate::values::date::Date;
use crate::values::ids::{FindingId, PlanId, RecommendationId};
use crate::values::text::{Code, Name, SearchText};
use crate::values::visibility::Visibility;

/// The filter of lists of improvement actions.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImprovementActionFilter {
    /// Words of the title, description, success measure, owner role, partner organisations or `promised_to`, as in a
    /// web search.
    #[validate(nested)]
    #[param(example = "housing")]
    pub q: Option<SearchText>,
    /// Authorities, by id or code.
    #[param(value_type = Option<Vec<AuthorityKey>>, example = json!(["E06000019"]))]
    pub authority: Option<Codes<AuthorityKey>>,
    /// Plans that the actions are part of.
    #[param(value_type = Option<Vec<PlanId>>, example = json!(["01a204d1-fb25-74ba-b7fa-820ab9b7a94d"]))]
    pub plan: Option<Codes<PlanId>>,
    /// The states of the actions.
    #[param(value_type = Option<Vec<ActionState>>, example = json!(["in_progress", "blocked"]))]
    pub state: Option<Codes<ActionState>>,
    /// The red, amber or green statuses of the actions.
    #[param(value_type = Option<Vec<Rag>>, example = json!(["amber", "red"]))]
    pub rag: Option<Codes<Rag>>,
    /// The priorities of the actions.
    #[param(value_type = Option<Vec<Priority>>, example = json!(["high"]))]
    pub priority: Option<Codes<Priority>>,
    /// The full name of the role that is responsible for the actions, ignoring case and punctuation.
    #[validate(nested)]
    #[param(example = "Chief executive (example)")]
    pub owner_role: Option<Name>,
    /// The sources of the actions.
    #[param(value_type = Option<Vec<ActionSource>>, example = json!(["recommendation"]))]
    pub source: Option<Codes<ActionSource>>,
    /// Recommendations that the actions respond to.
    #[param(value_type = Option<Vec<RecommendationId>>, example = json!(["01a204d1-fb25-7845-a5a7-57124a83b17d"]))]
    pub recommendation: Option<Codes<RecommendationId>>,
    /// Findings that the actions respond to.
    #[param(value_type = Option<Vec<FindingId>>, example = json!(["01a20435-3ed8-753f-bc77-90146e88dd56"]))]
    pub finding: Option<Codes<FindingId>>,
    /// Themes.
    #[param(value_type = Option<Vec<Code>>, example = json!(["corporate_parenting"]))]
    pub theme: Option<Codes<Code>>,
    /// The groups of children concerned.
    #[param(value_type = Option<Vec<Cohort>>, example = json!(["care_leavers"]))]
    pub cohort: Option<Codes<Cohort>>,
    /// The full name of the persons or body that the actions were promised to, ignoring case and punctuation.
    #[validate(nested)]
    #[param(example = "Care leavers (example)")]
    pub promised_to: Option<Name>,
    /// Whether everyone can read them, or only keys with access to the papers of the authority.
    #[param(value_type = Option<Vec<Visibility>>, example = json!(["public"]))]
    pub visibility: Option<Codes<Visibility>>,
    /// Due on this day or later.
    #[param(example = "2026-01-01")]
    pub due_from: Option<Date>,
    /// Due on this day or earlier.
    #[param(example = "2026-12-31")]
    pub due_to: Option<Date>,
    /// Whether the due date has passed while the action is open.
    #[param(example = true)]
    pub is_overdue: Option<bool>,
    /// The due date slipped by at least this number of days.
    #[serde(default, deserialize_with = "digits")]
    #[validate(range(min = 1, max = 80_000))]
    #[param(minimum = 1, maximum = 80_000, example = 30)]
    pub min_slip_days: Option<u32>,
    /// Last changed on this day in London or later.
    #[param(example = "2025-12-31")]
    pub updated_from: Option<Date>,
    /// Return the actions as they stood at the end of this day, by the changes effective by then; not later than today.
    #[param(example = "2026-04-30")]
    pub as_at: Option<Date>,
    /// The order of the items.
    #[param(default = "due_on", example = "due_on")]
    pub sort: Option<ImprovementActionSort>,
    /// Related resources to embed in each action; with `as_at`, those effective by that day.
    #[param(value_type = Option<Vec<ImprovementActionEmbed>>, example = json!(["recommendations"]))]
    pub embed: Option<Codes<ImprovementActionEmbed>>,
}

impl Parameters for ImprovementActionFilter {
    fn embeds(&self) -> bool {
        self.embed.is_some()
    }

    fn broken_rules(&self) -> Vec<FieldError> {
        let due = reversed("due_to", self.due_from, self.due_to);
        [due, future("as_at", self.as_at)].into_iter().flatten().collect()
    }
}

/// The parameters of a read of an improvement action.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImprovementActionParameters {
    /// Return the action as it stood at the end of this day, by the changes effective by then; not later than today.
    #[param(example = "2025-12-31")]
    pub as_at: Option<Date>,
    /// Related resources to embed in the action; with `as_at`, those effective by that day.
    #[param(value_type = Option<Vec<ImprovementActionEmbed>>, example = json!(["transitions", "date_revisions", "updates"]))]
    pub embed: Option<Codes<ImprovementActionEmbed>>,
}

impl Parameters for ImprovementActionParameters {
    fn broken_rules(&self) -> Vec<FieldError> {
        future("as_at", self.as_at).into_iter().collect()
    }
}
