//! States of an inspection.

use crate::values::text_enum::text_enum;

text_enum! {
    /// States of an inspection, which determine who can read it. A draft can be published; a published inspection can
    /// be withdrawn and published again.
    pub enum InspectionState {
        /// A draft, visible to stewards and administrators.
        Draft = "draft",
        /// Visible to everyone.
        Published = "published",
        /// Withdrawn, visible to stewards and administrators.
        Withdrawn = "withdrawn",
    }
}

impl InspectionState {
    /// The states that an inspection in this state can move to.
    #[must_use]
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Draft | Self::Withdrawn => &[Self::Published],
            Self::Published => &[Self::Withdrawn],
        }
    }
}
