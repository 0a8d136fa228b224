//! Classifies errors of the database.

use diesel::result::Error as DieselError;

use super::ApiError;
use super::fault::Fault;

/// Any error that is not temporary is an error in the register: an unhandled constraint, a value that should have been
/// refused earlier, or a missing privilege of the database user.
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
