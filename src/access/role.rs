//! Roles of API keys.

use crate::values::text_enum::text_enum;

text_enum! {
    /// What the holder of a key may do.
    pub enum Role {
        /// Everything, keys among it.
        Admin = "admin",
        /// Keeps the published facts: authorities, inspections and all in them, documents, interventions. Sees drafts.
        Steward = "steward",
        /// Keeps the improvement papers of the authorities that the key is bound to.
        Contributor = "contributor",
        /// Reads the papers of the authorities that the key is bound to, and reviews their evidence.
        Reviewer = "reviewer",
        /// Reads the papers of the authorities that the key is bound to.
        Reader = "reader",
    }
}

impl Role {
    /// Whether a key of this role is of use only for certain authorities.
    #[must_use]
    pub fn needs_authorities(self) -> bool {
        matches!(self, Self::Contributor | Self::Reviewer | Self::Reader)
    }
}
