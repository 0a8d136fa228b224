//! What the failures of the database mean.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::ApiError;

/// Classifies what the database says. `diesel` knows kinds for constraints only: deadlocks, timeouts and shutdowns
/// arrive as `Unknown` and are told apart by the server's message (its language is set to C).
impl From<DieselError> for ApiError {
    fn from(error: DieselError) -> Self {
        if let DieselError::DatabaseError(_, information) = &error
            && let Some(refusal) = information.constraint_name().and_then(refused_at_the_end)
        {
            return refusal;
        }
        let text = error.to_string();
        let passing = match &error {
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::ReadOnlyTransaction,
                _,
            )
            | DieselError::BrokenTransactionManager => true,
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, information) => [
                "deadlock detected",
                "canceling statement due to",
                "terminating connection due to",
                "server closed the connection unexpectedly",
                "the database system is",
                "no connection to the server",
                "could not receive data from server",
                "could not send data to server",
                "SSL connection has been closed unexpectedly",
                // A table or column: the schema is older than the program until `migrate` has run.
                "does not exist",
            ]
            .iter()
            .any(|sign| information.message().contains(sign)),
            _ => false,
        };
        if passing { Self::Unavailable(text) } else { Self::Internal(text) }
    }
}

/// What the constraints mean that are looked at when a transaction ends, where no statement is left to say it.
fn refused_at_the_end(constraint: &str) -> Option<ApiError> {
    match constraint {
        "improvement_actions_verified_check" => {
            Some(ApiError::conflict("a verified action would lose its last support: reopen it first"))
        }
        "authority_successions_relied_on_check" => {
            Some(ApiError::in_use("what follows an inspection relies on the succession"))
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
