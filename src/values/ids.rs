//! The id types of the resources, one for each resource.

use super::id::Id;

/// Declares an id type and the marker type that distinguishes it from the others.
macro_rules! ids {
    ($($(#[doc = $about:literal])+ $id:ident, $resource:ident;)+) => {
        /// Marker types of ids, which have no values.
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
    /// The id of a date revision.
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
    /// The id of an API key.
    KeyId, Key;
    /// The id of an improvement plan.
    PlanId, Plan;
    /// The id of a recommendation.
    RecommendationId, Recommendation;
    /// The id of the resource that an event is about.
    ResourceId, Resource;
    /// The id of a review.
    ReviewId, Review;
    /// The id of a secret of an API key.
    RotationId, Rotation;
    /// The id of a transition.
    TransitionId, Transition;
    /// The id of an update of an action.
    UpdateId, Update;
}
