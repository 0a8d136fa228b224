//! What evidence is.

use crate::id::Id;

/// The id of a piece of evidence.
pub type EvidenceId = Id<Evidence>;

/// What shows that an action had an effect.
#[derive(Debug, Clone)]
pub struct Evidence;
