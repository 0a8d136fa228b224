//! What the failures of the database mean: the one place that tells them apart.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::{ApiError, ProblemCode};

/// Why the database did not do what it was asked, where that is nobody's mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
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
    /// The connection is gone since the COMMIT was sent.
    OutcomeUnknown,
}

impl Fault {
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
            | Self::SchemaBehind => ProblemCode::Unavailable,
        }
    }

    fn of(error: &DieselError) -> Option<Self> {
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
        } else if ["relation ", "column ", "function ", "type ", "schema "].into_iter().any(lacks) {
            Some(Self::SchemaBehind)
        } else {
            None
        }
    }
}

/// Everything that is no fault of the moment is one of the register's own: a constraint that nobody speaks of, a value
/// that should have been refused before it came here, a right that the user of the database lacks.
impl From<DieselError> for ApiError {
    fn from(error: DieselError) -> Self {
        if let DieselError::DatabaseError(_, information) = &error
            && let Some(refusal) = information.constraint_name().and_then(refused_at_the_end)
        {
            return refusal;
        }
        match Fault::of(&error) {
            Some(fault) => Self::Database(fault, error.to_string()),
            None => Self::Internal(error.to_string()),
        }
    }
}

/// What the constraints mean that are looked at when a transaction ends, where no statement is left to say it.
fn refused_at_the_end(constraint: &str) -> Option<ApiError> {
    match constraint {
        "improvement_actions_verified_check" => {
            Some(ApiError::conflict("this removes the last support of a verified action: reopen the action first"))
        }
        "authority_successions_relied_on_check" => {
            Some(ApiError::in_use("visits, plans or actions that follow an inspection depend on this succession"))
        }
        _ => None,
    }
}

/// Says what a broken constraint means to the caller, where the statement is written.
pub trait ConstraintExt<T> {
    /// Asks `meaning` about the name of a broken constraint; other errors, and constraints that it does not know, stay
    /// what they are.
    ///
    /// # Errors
    ///
    /// The meaning of the constraint if it is broken, or the failure of the statement.
    fn on_constraint(self, meaning: impl FnOnce(&str) -> Option<ApiError>) -> Result<T, ApiError>;
}

impl<T> ConstraintExt<T> for Result<T, DieselError> {
    fn on_constraint(self, meaning: impl FnOnce(&str) -> Option<ApiError>) -> Result<T, ApiError> {
        self.map_err(|error| {
            let known = match &error {
                DieselError::DatabaseError(_, information) => information.constraint_name().and_then(meaning),
                _ => None,
            };
            known.unwrap_or_else(|| error.into())
        })
    }
}

/// Says what a missing row means to the caller, where it is looked up.
pub trait NotFoundExt<T> {
    /// Turns the absence of a row into a 404 that names what is missing.
    ///
    /// # Errors
    ///
    /// `not_found` if there is no row, or the failure of the statement.
    fn or_not_found(self, what: &str) -> Result<T, ApiError>;
}

impl<T> NotFoundExt<T> for Result<T, DieselError> {
    fn or_not_found(self, what: &str) -> Result<T, ApiError> {
        self.map_err(|error| match error {
            DieselError::NotFound => ApiError::not_found(what),
            error => error.into(),
        })
    }
}
