//! Why requests are refused though nothing is wrong with them.

/// What a request met that was exhausted, too slow or away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalCause {
    /// The queue before the database is full, or too slow.
    Admission,
    /// The database is unavailable.
    Database,
    /// A head or a body did not arrive in time, or a response was not read in time.
    Deadline,
    /// The memory for heads, bodies or responses is full.
    Memory,
    /// The caller exceeded its quota.
    Rate,
    /// The body is too large.
    Size,
}

impl RefusalCause {
    /// All causes.
    pub const ALL: [Self; 6] = [Self::Admission, Self::Database, Self::Deadline, Self::Memory, Self::Rate, Self::Size];

    /// The name of the cause in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admission => "admission",
            Self::Database => "database",
            Self::Deadline => "deadline",
            Self::Memory => "memory",
            Self::Rate => "rate",
            Self::Size => "size",
        }
    }
}
