//! What an improvement plan is.

use crate::id::Id;
use crate::text_enum::text_enum;

/// The id of an improvement plan.
pub type PlanId = Id<ImprovementPlan>;

text_enum! {
    /// Who may read it.
    pub enum Visibility {
        /// The authority itself, and those who oversee its improvement.
        Private = "private",
        /// Everyone.
        Public = "public",
    }
}

/// What an authority undertakes to do about an inspection.
#[derive(Debug, Clone)]
pub struct ImprovementPlan;
