//! The ids of the resources, one type each, so that two of them cannot be swapped.

use super::id::Id;

/// Declares the type of an id, and the name that tells it from the others.
macro_rules! ids {
    ($($(#[doc = $about:literal])+ $id:ident, $resource:ident;)+) => {
        /// What ids are of: types without values.
        pub mod of {
            $(#[doc = concat!("Tells `", stringify!($id), "` from other ids.")]
            pub enum $resource {})+
        }

        $($(#[doc = $about])+
        pub type $id = Id<of::$resource>;)+
    };
}

ids! {
    /// The id of an improvement action.
    ActionId, Action;
    /// The id of an authority.
    AuthorityId, Authority;
    /// The id of a change of the due date.
    DateRevisionId, DateRevision;
    /// The id of a document.
    DocumentId, Document;
    /// The id of a piece of evidence.
    EvidenceId, Evidence;
    /// The id of an examination.
    ExaminationId, Examination;
    /// The id of a finding.
    FindingId, Finding;
    /// The id of an inspection.
    InspectionId, Inspection;
    /// The id of an intervention.
    InterventionId, Intervention;
    /// The id of a key.
    KeyId, Key;
    /// The id of an improvement plan.
    PlanId, Plan;
    /// The id of a recommendation.
    RecommendationId, Recommendation;
    /// The id of whatever an event is about.
    ResourceId, Resource;
    /// The id of a review.
    ReviewId, Review;
    /// The id of a secret of a key.
    RotationId, Rotation;
    /// The id of a move.
    TransitionId, Transition;
    /// The id of a report on an action.
    UpdateId, Update;
}
