//! Events.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::http::page::Page;
use crate::http::parameters::Parameters;
use crate::values::authority_key::AuthorityKey;
use crate::values::codes::Codes;
use crate::values::ids::{AuthorityId, ResourceId};
use crate::values::text::Reason;
use crate::values::text_enum::text_enum;

/// The greatest number that every program reads from JSON as it is.
const MAX_SEQUENCE: i64 = 9_007_199_254_740_991;

text_enum! {
    /// Types of change.
    pub enum EventType {
        /// The resource was created or became visible.
        Created = "created",
        /// The resource was changed.
        Updated = "updated",
        /// The resource was deleted or became invisible.
        Deleted = "deleted",
    }
}

text_enum! {
    /// The kinds of resource that events are about.
    pub enum EventResource {
        /// An authority.
        Authority = "authority",
        /// An inspection with its judgements.
        Inspection = "inspection",
        /// A finding.
        Finding = "finding",
        /// A recommendation.
        Recommendation = "recommendation",
        /// A document.
        Document = "document",
        /// An improvement plan.
        ImprovementPlan = "improvement_plan",
        /// An improvement action.
        ImprovementAction = "improvement_action",
        /// A transition of an improvement action.
        ImprovementActionTransition = "improvement_action_transition",
        /// A date revision of an improvement action.
        ImprovementActionDateRevision = "improvement_action_date_revision",
        /// An update of an improvement action.
        ImprovementActionUpdate = "improvement_action_update",
        /// A piece of evidence.
        Evidence = "evidence",
        /// A review of evidence.
        EvidenceReview = "evidence_review",
        /// An examination of an earlier recommendation by an inspection.
        Examination = "examination",
        /// An intervention.
        Intervention = "intervention",
        /// An API key, without its secret.
        ApiKey = "api_key",
    }
}

impl EventResource {
    /// What is kept of published facts: seen by all, or by stewards alone.
    pub const FACTS: &'static [Self] = &[
        Self::Authority,
        Self::Inspection,
        Self::Finding,
        Self::Recommendation,
        Self::Document,
        Self::Examination,
        Self::Intervention,
    ];
    /// The papers of authorities: seen by all, or by those bound to the authority.
    pub const PAPERS: &'static [Self] = &[
        Self::ImprovementPlan,
        Self::ImprovementAction,
        Self::ImprovementActionTransition,
        Self::ImprovementActionDateRevision,
        Self::ImprovementActionUpdate,
        Self::Evidence,
        Self::EvidenceReview,
    ];
}

/// How the public sees a resource: whether it did before a write and does after it, and through what.
#[derive(Debug, Clone)]
pub struct PublicVisibility {
    /// Whether it was in public view before the write.
    pub was_public: bool,
    /// Whether it is in public view after the write.
    pub is_public: bool,
    /// The inspections or the action with which it goes from public view.
    pub through: Vec<Uuid>,
}

impl PublicVisibility {
    /// Always in public view.
    #[must_use]
    pub fn open() -> Self {
        Self::of(true)
    }

    /// In public view or not, by itself.
    #[must_use]
    pub fn of(is_public: bool) -> Self {
        Self::through(is_public, Vec::new())
    }

    /// In public view or not, as what it belongs to is.
    #[must_use]
    pub fn through(is_public: bool, through: Vec<Uuid>) -> Self {
        Self { was_public: is_public, is_public, through }
    }
}

/// What an event is about: a resource, where it belongs, whom it concerns, and how the public sees it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The kind of resource.
    pub resource: EventResource,
    /// Its id.
    pub id: Uuid,
    /// The inspection, plan or action that it belongs to; its own id if it belongs to none.
    pub aggregate: Uuid,
    /// The authorities concerned.
    pub authorities: Vec<AuthorityId>,
    /// How the public sees it.
    pub visibility: PublicVisibility,
}

impl Subject {
    /// The same, of a write before which it was in public view or not.
    #[must_use]
    pub fn visible_before(self, was_public: bool) -> Self {
        Self { visibility: PublicVisibility { was_public, ..self.visibility }, ..self }
    }

    /// Whether the write brings it into public view, or takes it from there.
    #[must_use]
    pub fn changes_visibility(&self) -> bool {
        self.visibility.was_public != self.visibility.is_public
    }
}

/// One change of one resource: the type of change, the actor, the time and the reason.
#[derive(Debug, Clone, QueryableByName, Serialize, ToSchema)]
pub struct Event {
    /// Identifies the event. Later events have greater numbers, with gaps; only events of concurrent writes may be
    /// returned in another order.
    #[diesel(sql_type = BigInt)]
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    pub sequence: i64,
    /// The type of change as visible to the caller: `created` also when the resource becomes visible, `deleted` also
    /// when it becomes invisible.
    #[serde(rename = "type")]
    #[diesel(sql_type = Text, column_name = "type")]
    pub event_type: EventType,
    /// The kind of resource.
    #[diesel(sql_type = Text)]
    pub resource: EventResource,
    /// The id of the resource.
    #[diesel(sql_type = SqlUuid)]
    pub resource_id: ResourceId,
    /// The authorities concerned.
    #[diesel(sql_type = Array<SqlUuid>)]
    #[schema(max_items = 200)]
    pub authority_ids: Vec<AuthorityId>,
    /// The time at which it was recorded.
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    /// The actor: the name of the API key, or a command of the register such as `import` or `migrate`; `anonymous` for
    /// writes from before API keys existed.
    #[diesel(sql_type = Text)]
    #[schema(min_length = 1, max_length = 200, example = "herefordshire-improvement-team")]
    pub actor: String,
    /// The `X-Request-Id` of the request that made the change; for the register itself, its command.
    #[diesel(sql_type = Text)]
    #[schema(max_length = 200, example = "import")]
    pub request_id: String,
    /// The reason given for the change; absent if none was given, or if the event reports a change of visibility.
    #[diesel(sql_type = Nullable<Text>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The resource before the change, as stored: the members of its own response except computed and embedded ones.
    /// Absent if it was new or not visible.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    /// The resource after the change, as stored. Absent if it was deleted or is no longer visible.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
}

/// A page of events.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventPage {
    /// The events, oldest first.
    #[schema(max_items = 200)]
    pub items: Vec<Event>,
    /// The position of this page in the list.
    pub page: Page,
}

/// The filter of lists of events.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventFilter {
    /// The `sequence` of the last event that was processed; the list contains the events after it. 0 begins at the
    /// beginning.
    #[serde(default, deserialize_with = "sequence")]
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 100)]
    pub after: Option<i64>,
    /// Types of change.
    #[param(value_type = Option<Vec<EventType>>, example = json!(["created", "deleted"]))]
    pub event_type: Option<Codes<EventType>>,
    /// Kinds of resource.
    #[param(value_type = Option<Vec<EventResource>>, example = json!(["inspection", "finding"]))]
    pub resource: Option<Codes<EventResource>>,
    /// Ids of resources.
    #[param(value_type = Option<Vec<ResourceId>>, example = json!(["01a20435-3ea9-7d3f-a057-7ff72ea165f0"]))]
    pub resource_id: Option<Codes<ResourceId>>,
    /// Authorities concerned, by id or code.
    #[param(value_type = Option<Vec<AuthorityKey>>, example = json!(["E06000019"]))]
    pub authority: Option<Codes<AuthorityKey>>,
}

impl Parameters for EventFilter {}

/// Reads the number of an event as it is printed, without sign and leading zeros, or 0.
fn sequence<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let number =
        text.parse::<i64>().ok().filter(|number| (0..=MAX_SEQUENCE).contains(number) && number.to_string() == text);
    number.map(Some).ok_or_else(|| serde::de::Error::custom("must be the sequence of an event, or 0"))
}
