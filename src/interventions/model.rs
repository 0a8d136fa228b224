//! What an intervention is.

use crate::id::Id;

/// The id of an intervention.
pub type InterventionId = Id<Intervention>;

/// What government or others set up when services fail.
#[derive(Debug, Clone)]
pub struct Intervention;
