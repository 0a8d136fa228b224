//! What becomes of a command.

/// Nothing, or why it failed.
pub(super) type Outcome = Result<(), Box<dyn std::error::Error>>;
