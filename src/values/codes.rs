//! Several codes in one query parameter.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

/// Several codes in one parameter, which is repeated or has them separated by commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes<T>(pub Vec<T>);

/// The maximum number of codes in one parameter.
pub const MAX_CODES: usize = 50;

impl<T: PartialEq> Codes<T> {
    /// Whether the list contains this code.
    #[must_use]
    pub fn has(&self, code: &T) -> bool {
        self.0.contains(code)
    }
}

/// Whether an optional list of codes contains this code.
#[must_use]
pub fn names<T: PartialEq>(codes: Option<&Codes<T>>, code: &T) -> bool {
    codes.is_some_and(|codes| codes.has(code))
}

impl<'de, T> Deserialize<'de> for Codes<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let codes = text.split(',').map(str::parse).collect::<Result<Vec<T>, _>>().map_err(serde::de::Error::custom)?;
        if codes.len() > MAX_CODES {
            return Err(serde::de::Error::custom(format!("must name at most {MAX_CODES} codes")));
        }
        Ok(Self(codes))
    }
}
