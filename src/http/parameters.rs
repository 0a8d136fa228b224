//! Parameters that check themselves, and the rules that several of them follow.

use serde::de::DeserializeOwned;
use validator::Validate;

use crate::error::FieldError;
use crate::values::date::Date;

/// The parameters of an operation in its query string. Their types and `Validate` say what the document says, which is
/// 400 if it is broken; what the document cannot say is said here, and is 422.
pub trait Parameters: DeserializeOwned + Validate {
    /// Whether each item carries related resources, for which a page has to be small.
    fn embeds(&self) -> bool {
        false
    }

    /// Every rule that they break together, or with what day it is.
    fn broken_rules(&self) -> Vec<FieldError> {
        Vec::new()
    }
}

/// A period that ends before it begins: its error names its last day.
#[must_use]
pub fn reversed(name: &str, from: Option<Date>, to: Option<Date>) -> Option<FieldError> {
    let is_reversed = from.zip(to).is_some_and(|(from, to)| from > to);
    is_reversed.then(|| FieldError::parameter(name, "order", "must not be before the beginning of the period"))
}

/// A day after today in London, of which nothing is known yet.
#[must_use]
pub fn future(name: &str, day: Option<Date>) -> Option<FieldError> {
    let today = Date::today();
    let is_future = day.is_some_and(|day| day > today);
    is_future.then(|| FieldError::parameter(name, "future", format!("must not be after today in London, {today}")))
}
