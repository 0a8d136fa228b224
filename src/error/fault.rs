//! The faults of the database, and the one place that tells them apart.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::problem::ProblemCode;

/// Why the database did not do what it was asked, where that is nobody's mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseFault {
    /// Another transaction stood in the way of this one; run again it may succeed.
    Collision,
    /// A statement, or its wait for a row that another one holds, took too long.
    TooSlow,
    /// The connection is gone, or of no more use, or there was none.
    ConnectionLost,
    /// The database takes no changes.
    ReadOnly,
    /// The server has no memory, disk or connection left.
    Exhausted,
    /// The schema is older than the program.
    SchemaBehind,
    /// The files of the server are those of another version, which was installed under it.
    FilesReplaced,
    /// The connection is gone since the COMMIT was sent.
    OutcomeUnknown,
}

impl DatabaseFault {
    /// The kind of problem that callers are told.
    #[must_use]
    pub fn code(self) -> ProblemCode {
        match self {
            Self::OutcomeUnknown => ProblemCode::OutcomeUnknown,
            Self::Collision
            | Self::TooSlow
            | Self::ConnectionLost
            | Self::ReadOnly
            | Self::Exhausted
            | Self::SchemaBehind
            | Self::FilesReplaced => ProblemCode::Unavailable,
        }
    }

    /// The fault that the failure of a statement is, if it is one.
    pub(super) fn of(error: &DieselError) -> Option<Self> {
        match error {
            DieselError::DatabaseError(kind, information) => match kind {
                DatabaseErrorKind::SerializationFailure => Some(Self::Collision),
                DatabaseErrorKind::ReadOnlyTransaction => Some(Self::ReadOnly),
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                    Some(Self::ConnectionLost)
                }
                DatabaseErrorKind::Unknown => Self::of_message(information.message()),
                _ => None,
            },
            DieselError::RollbackErrorOnCommit { commit_error, .. } => Self::of(commit_error),
            DieselError::BrokenTransactionManager => Some(Self::ConnectionLost),
            _ => None,
        }
    }

    /// Tells apart by their words what `diesel` knows no kinds for. It does not pass on the server's codes, so a session
    /// speaks English. What callers write stands in no message but behind its first words.
    fn of_message(message: &str) -> Option<Self> {
        let begins = |signs: &[&str]| signs.iter().any(|sign| message.starts_with(sign));
        let lacks = |what: &str| message.starts_with(what) && message.contains(" does not exist");
        if begins(&["deadlock detected"]) {
            Some(Self::Collision)
        } else if begins(&["canceling statement due to", "could not obtain lock on"]) {
            Some(Self::TooSlow)
        } else if begins(&[
            "terminating connection",
            "the database system is",
            "server closed the connection unexpectedly",
            "no connection to the server",
            "could not receive data from server",
            "could not send data to server",
            "lost synchronization with server",
            "cached plan must not change result type",
        ]) {
            Some(Self::ConnectionLost)
        } else if begins(&[
            "sorry, too many clients already",
            "remaining connection slots are reserved",
            "too many connections for",
            "out of memory",
            "out of shared memory",
            "temporary file size exceeds",
        ]) || message.contains("No space left on device")
        {
            Some(Self::Exhausted)
        } else if begins(&["could not load library", "incompatible library", "could not access file"])
            || (begins(&["could not find function"]) && message.contains(" in file "))
        {
            Some(Self::FilesReplaced)
        } else if ["relation ", "column ", "function ", "type ", "schema "].into_iter().any(lacks) {
            Some(Self::SchemaBehind)
        } else {
            None
        }
    }
}
