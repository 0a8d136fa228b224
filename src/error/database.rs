//! What the failures of the database mean to the caller.

use diesel::result::Error as DieselError;

use super::ApiError;
use super::fault::Fault;

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
