//! States of an inspection.

use crate::values::text_enum::text_enum;

text_enum! {
    /// Who may see an inspection: `draft` becomes `published`, and what is published can be `withdrawn` and published again.
    pub enum InspectionState {
        /// Being written.
        Draft = "draft",
        /// Public.
        Published = "published",
        /// No longer public.
        Withdrawn = "withdrawn",
    }
}

impl InspectionState {
    /// The states that may follow.
    #[must_use]
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Draft | Self::Withdrawn => &[Self::Published],
            Self::Published => &[Self::Withdrawn],
        }
    }
}
