//! Lists that are stored as `jsonb`, since they are only read and written as a whole.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use validator::{Validate, ValidationErrors};

/// A list of `T`, stored as one `jsonb` value in its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Jsonb)]
#[serde(transparent)]
pub struct JsonList<T>(pub Vec<T>);

impl<T> Default for JsonList<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> JsonList<T> {
    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Validate> Validate for JsonList<T> {
    fn validate(&self) -> Result<(), ValidationErrors> {
        self.0.validate()
    }
}

impl<T> validator::ValidateLength<u64> for JsonList<T> {
    fn length(&self) -> Option<u64> {
        u64::try_from(self.0.len()).ok()
    }
}

impl<T: std::fmt::Debug + Serialize> ToSql<sql_types::Jsonb, Pg> for JsonList<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let value = serde_json::to_value(self)?;
        <Value as ToSql<sql_types::Jsonb, Pg>>::to_sql(&value, &mut out.reborrow())
    }
}

impl<T: DeserializeOwned> FromSql<sql_types::Jsonb, Pg> for JsonList<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let value = <Value as FromSql<sql_types::Jsonb, Pg>>::from_sql(value)?;
        Ok(serde_json::from_value(value)?)
    }
}

/// The bytes of a JSON text without the byte order mark that some programs begin it with, which RFC 8259 permits to ignore.
#[must_use]
pub fn without_byte_order_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}

/// Applies a merge patch (RFC 7396) to a row, member by member: null removes, a value sets. Members that the row does not
/// have are ignored.
///
/// # Errors
///
/// If the result is not a `T`.
pub fn merged<T: DeserializeOwned>(base: impl Serialize, patch: impl Serialize) -> serde_json::Result<T> {
    let mut merged = serde_json::to_value(base)?;
    if let (Some(own), Value::Object(patch)) = (merged.as_object_mut(), serde_json::to_value(patch)?) {
        own.extend(patch);
        own.retain(|_, value| !value.is_null());
    }
    serde_json::from_value(merged)
}
