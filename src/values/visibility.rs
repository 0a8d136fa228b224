//! Who may read the papers of an authority.

use crate::values::text_enum::text_enum;

text_enum! {
    /// Who can read a paper of an authority.
    pub enum Visibility {
        /// The authority itself, and those who oversee its improvement.
        Private = "private",
        /// Everyone.
        Public = "public",
    }
}

/// Papers are private by default.
impl Default for Visibility {
    fn default() -> Self {
        Self::Private
    }
}
