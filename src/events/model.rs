//! What an event is.

use uuid::Uuid;

use crate::authorities::model::AuthorityId;
use crate::text_enum::text_enum;

text_enum! {
    /// What became of a resource.
    pub enum EventType {
        /// It is new.
        Created = "created",
        /// It was changed.
        Updated = "updated",
        /// It is gone.
        Deleted = "deleted",
    }
}

text_enum! {
    /// What an event is about.
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
        /// A move of an action from state to state.
        ImprovementActionTransition = "improvement_action_transition",
        /// A change of the due date of an action.
        ImprovementActionDateRevision = "improvement_action_date_revision",
        /// A report on an action.
        ImprovementActionUpdate = "improvement_action_update",
        /// A piece of evidence.
        Evidence = "evidence",
        /// A review of evidence.
        EvidenceReview = "evidence_review",
        /// What an inspection said of an earlier recommendation.
        Examination = "examination",
        /// An intervention.
        Intervention = "intervention",
    }
}

/// What an event is about: a resource, where it belongs, and whom it concerns.
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
}
