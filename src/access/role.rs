//! Roles of API keys.

use crate::values::text_enum::text_enum;

text_enum! {
    /// The role of an API key.
    pub enum Role {
        /// Everything, including managing API keys.
        Admin = "admin",
        /// Writes the published facts: authorities, inspections and their parts, documents, interventions. Reads
        /// drafts.
        Steward = "steward",
        /// Writes the improvement papers of the authorities that the key is bound to.
        Contributor = "contributor",
        /// Reads the papers of the authorities that the key is bound to, and reviews their evidence.
        Reviewer = "reviewer",
        /// Reads the papers of the authorities that the key is bound to.
        Reader = "reader",
    }
}

impl Role {
    /// Whether a key of this role must be bound to at least one authority.
    #[must_use]
    pub fn needs_authorities(self) -> bool {
        matches!(self, Self::Contributor | Self::Reviewer | Self::Reader)
    }
}
