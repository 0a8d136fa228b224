//! Who may read the papers of an authority.

use crate::values::text_enum::text_enum;

text_enum! {
    /// Who may read it.
    pub enum Visibility {
        /// The authority itself, and those who oversee its improvement.
        Private = "private",
        /// Everyone.
        Public = "public",
    }
}

/// A council's papers are its own unless it says otherwise.
impl Default for Visibility {
    fn default() -> Self {
        Self::Private
    }
}
