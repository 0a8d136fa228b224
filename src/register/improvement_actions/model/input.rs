//! What is written of an action.

use diesel::prelude::*;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::{ActionSource, Priority};
use crate::database::schema::improvement_actions;
use crate::http::extract::{nullable, present};
use crate::values::cohort::Cohort;
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, FindingId, PlanId, RecommendationId};
use crate::values::text::{Code, Name, Prose, Title};
use crate::values::visibility::Visibility;

/// A new action. It begins as `proposed`.
#[derive(Debug, Clone, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = improvement_actions)]
#[serde(deny_unknown_fields)]
pub struct NewImprovementAction {
    /// The authority that acts.
    pub authority_id: AuthorityId,
    /// The plan that it is part of, of the same authority.
    pub plan_id: Option<PlanId>,
    /// What is done, in a line.
    #[validate(nested)]
    pub title: Title,
    /// What is done.
    #[validate(nested)]
    pub description: Option<Prose>,
    /// What led to it.
    pub source: ActionSource,
    /// The recommendations that it answers, of the same authority or its predecessor.
    #[diesel(skip_insertion)]
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub recommendation_ids: Vec<RecommendationId>,
    /// The findings that it answers, of the same authority or its predecessor.
    #[diesel(skip_insertion)]
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub finding_ids: Vec<FindingId>,
    /// What it is about.
    #[serde(default)]
    #[validate(length(max = 40), nested)]
    #[schema(max_items = 40)]
    pub themes: Vec<Code>,
    /// The children that it is about.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    pub cohorts: Vec<Cohort>,
    /// The role that answers for it; never a person.
    #[validate(nested)]
    pub owner_role: Option<Name>,
    /// The organisations that take part.
    #[serde(default)]
    #[validate(length(max = 50), nested)]
    #[schema(max_items = 50)]
    pub partner_organisations: Vec<Name>,
    /// The priority.
    pub priority: Option<Priority>,
    /// What will be different for children.
    #[validate(nested)]
    pub success_measure: Option<Prose>,
    /// To whom it was promised.
    #[validate(nested)]
    pub promised_to: Option<Name>,
    /// Who may read it.
    #[serde(default)]
    #[schema(default = "private")]
    pub visibility: Visibility,
    /// The day on which it was proposed: today in London if it is absent, and not later.
    #[diesel(skip_insertion)]
    pub proposed_on: Option<Date>,
    /// The day by which it is to be done; later it changes only by date revisions.
    #[diesel(skip_insertion)]
    pub due_on: Option<Date>,
}

/// A change of an action: absent members stay, null clears, a value sets. The authority stays; the state moves by
/// transitions, the due date by date revisions, and `rag` by updates.
#[derive(Debug, Clone, Deserialize, Validate, AsChangeset, ToSchema)]
#[diesel(table_name = improvement_actions)]
#[serde(deny_unknown_fields)]
pub struct ImprovementActionPatch {
    /// The plan that it is part of, of the same authority.
    #[serde(default, deserialize_with = "nullable")]
    pub plan_id: Option<Option<PlanId>>,
    /// What is done, in a line.
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub title: Option<Title>,
    /// What is done.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub description: Option<Option<Prose>>,
    /// What led to it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub source: Option<ActionSource>,
    /// The recommendations that it answers; replaces them all.
    #[diesel(skip_update)]
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 50))]
    #[schema(nullable = false, max_items = 50)]
    pub recommendation_ids: Option<Vec<RecommendationId>>,
    /// The findings that it answers; replaces them all.
    #[diesel(skip_update)]
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 50))]
    #[schema(nullable = false, max_items = 50)]
    pub finding_ids: Option<Vec<FindingId>>,
    /// What it is about; replaces them all.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 40), nested)]
    #[schema(nullable = false, max_items = 40)]
    pub themes: Option<Vec<Code>>,
    /// The children that it is about; replaces them all.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 20))]
    #[schema(nullable = false, max_items = 20)]
    pub cohorts: Option<Vec<Cohort>>,
    /// The role that answers for it; never a person.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub owner_role: Option<Option<Name>>,
    /// The organisations that take part; replaces them all.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 50), nested)]
    #[schema(nullable = false, max_items = 50)]
    pub partner_organisations: Option<Vec<Name>>,
    /// The priority.
    #[serde(default, deserialize_with = "nullable")]
    pub priority: Option<Option<Priority>>,
    /// What will be different for children.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub success_measure: Option<Option<Prose>>,
    /// To whom it was promised.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub promised_to: Option<Option<Name>>,
    /// Who may read it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub visibility: Option<Visibility>,
}
