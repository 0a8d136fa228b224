//! Classifies errors of the database.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::{ApiError, ProblemCode};

/// Temporary faults of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseFault {
    /// A conflict with another transaction; a retry may succeed.
    Collision,
    /// A statement, or its wait for a lock, took too long.
    TooSlow,
    /// The connection was lost or is not usable.
    ConnectionLost,
    /// The database is read-only.
    ReadOnly,
    /// The server has no memory, disk space or connection left.
    Exhausted,
    /// The schema is older than the program.
    SchemaBehind,
    /// The connection was lost after the COMMIT was sent.
    OutcomeUnknown,
}

impl DatabaseFault {
    /// The code of the problem that is returned.
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

    /// Classifies by its message an error that `diesel` has no kind for: `diesel` does not provide the SQLSTATE, so
    /// sessions use English. Only the start of a message is compared, which never contains input of callers.
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

/// Any error that is not temporary is an error in the register: an unhandled constraint, a value that should have been
/// refused earlier, or a missing privilege of the database user.
impl From<DieselError> for ApiError {
    fn from(error: DieselError) -> Self {
        if let DieselError::DatabaseError(_, information) = &error
            && let Some(refusal) = information.constraint_name().and_then(refused_at_the_end)
        {
            return refusal;
        }
        match DatabaseFault::of(&error) {
            Some(fault) => Self::Database(fault, error.to_string()),
            None => Self::Internal(error.to_string()),
        }
    }
}

/// The errors of deferred constraints, which are checked at the commit, where no statement can translate them.
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

/// Translates violated constraints to errors of the caller.
pub trait ConstraintExt<T> {
    /// Translates the name of a violated constraint with `constraint_error`. Other errors, and constraints that it
    /// returns `None` for, are converted as usual.
    ///
    /// # Errors
    ///
    /// The error of the constraint if it is violated, or that of the statement.
    fn on_constraint(self, constraint_error: impl FnOnce(&str) -> Option<ApiError>) -> Result<T, ApiError>;
}

impl<T> ConstraintExt<T> for Result<T, DieselError> {
    fn on_constraint(self, constraint_error: impl FnOnce(&str) -> Option<ApiError>) -> Result<T, ApiError> {
        self.map_err(|error| {
            let known = match &error {
                DieselError::DatabaseError(_, information) => information.constraint_name().and_then(constraint_error),
                _ => None,
            };
            known.unwrap_or_else(|| error.into())
        })
    }
}

/// Translates missing rows to errors of the caller.
pub trait NotFoundExt<T> {
    /// Converts a missing row to a 404 with the name of the resource.
    ///
    /// # Errors
    ///
    /// `not_found` if there is no row, or the error of the statement.
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
