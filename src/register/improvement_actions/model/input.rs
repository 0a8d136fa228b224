//! Request bodies that create and change improvement actions.

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

/// A new action. Its state is `proposed`.
#[derive(Debug, Clone, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = improvement_actions)]
#[serde(deny_unknown_fields)]
pub struct NewImprovementAction {
    /// The authority that the action belongs to.
    pub authority_id: AuthorityId,
    /// The plan that it is part of, of the same authority.
    pub plan_id: Option<PlanId>,
    /// A title of one line.
    #[validate(nested)]
    pub title: Title,
    /// A description.
    #[validate(nested)]
    pub description: Option<Prose>,
    /// The source of the action.
    pub source: ActionSource,
    /// The recommendations that it responds to, of the same authority or its predecessor.
    #[diesel(skip_insertion)]
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub recommendation_ids: Vec<RecommendationId>,
    /// The findings that it responds to, of the same authority or its predecessor.
    #[diesel(skip_insertion)]
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub finding_ids: Vec<FindingId>,
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
    /// The role that is responsible for the action; never the name of a person.
    #[validate(nested)]
    pub owner_role: Option<Name>,
    /// The partner organisations.
    #[serde(default)]
    #[validate(length(max = 50), nested)]
    #[schema(max_items = 50)]
    pub partner_organisations: Vec<Name>,
    /// The priority.
    pub priority: Option<Priority>,
    /// The expected change for children.
    #[validate(nested)]
    pub success_measure: Option<Prose>,
    /// The persons or body that the action was promised to.
    #[validate(nested)]
    pub promised_to: Option<Name>,
    /// Whether everyone can read it, or only keys with access to the papers of the authority.
    #[serde(default)]
    #[schema(default = "private")]
    pub visibility: Visibility,
    /// The day on which it was proposed: today in London if absent, and not later.
    #[diesel(skip_insertion)]
    pub proposed_on: Option<Date>,
    /// The original due date; date revisions change it later.
    #[diesel(skip_insertion)]
    pub due_on: Option<Date>,
}

/// A change of an action: absent members do not change, null clears a member, a value sets it. The authority cannot be
/// changed. The state changes by transitions, the due date by date revisions, and `rag` by updates.
#[derive(Debug, Clone, Deserialize, Validate, AsChangeset, ToSchema)]
#[diesel(table_name = improvement_actions)]
#[serde(deny_unknown_fields)]
pub struct ImprovementActionPatch {
    /// The plan that it is part of, of the same authority.
    #[serde(default, deserialize_with = "nullable")]
    pub plan_id: Option<Option<PlanId>>,
    /// A title of one line.
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub title: Option<Title>,
    /// A description.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub description: Option<Option<Prose>>,
    /// The source of the action.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub source: Option<ActionSource>,
    /// The recommendations that it responds to; replaces all of them.
    #[diesel(skip_update)]
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 50))]
    #[schema(nullable = false, max_items = 50)]
    pub recommendation_ids: Option<Vec<RecommendationId>>,
    /// The findings that it responds to; replaces all of them.
    #[diesel(skip_update)]
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 50))]
    #[schema(nullable = false, max_items = 50)]
    pub finding_ids: Option<Vec<FindingId>>,
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
    /// The role that is responsible for the action; never the name of a person.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub owner_role: Option<Option<Name>>,
    /// The partner organisations; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 50), nested)]
    #[schema(nullable = false, max_items = 50)]
    pub partner_organisations: Option<Vec<Name>>,
    /// The priority.
    #[serde(default, deserialize_with = "nullable")]
    pub priority: Option<Option<Priority>>,
    /// The expected change for children.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub success_measure: Option<Option<Prose>>,
    /// The persons or body that the action was promised to.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub promised_to: Option<Option<Name>>,
    /// Whether everyone can read it, or only keys with access to the papers of the authority.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub visibility: Option<Visibility>,
}
