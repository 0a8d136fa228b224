//! Text with limits: one type defines the permitted length and characters for both validation and the OpenAPI document.

pub mod rule;
mod visible;

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{SchemaFormat, Type};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use validator::{Validate, ValidationError, ValidationErrors};

pub use self::rule::Rule;
pub use self::visible::is_control;
use self::visible::{is_visible, trimmed};

/// The code of the rule that something of a text can be seen, which a pattern of the document would not express plainly.
pub const BLANK: &str = "blank";

/// Text that follows a rule, stored exactly as sent; names and titles without white space around them.
#[derive(AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Text)]
pub struct Text<R: Rule>(String, PhantomData<fn() -> R>);

impl<R: Rule> Text<R> {
    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A text as it arrives: trimmed, if its rule says so.
    fn arriving(text: &str) -> Self {
        if R::IS_TRIMMED { trimmed(text) } else { text }.into()
    }

    /// The code and the message of the rule that the text breaks.
    fn fault(&self) -> Option<(&'static str, String)> {
        let length = self.0.chars().count();
        if length < R::MIN || length > R::MAX {
            Some(("length", format!("must have {} to {} characters, has {length}", R::MIN, R::MAX)))
        } else if !R::accepts(&self.0) {
            Some(("pattern", format!("must be {}", R::EXPECTED)))
        } else if length > 0 && !self.0.chars().any(is_visible) {
            Some((BLANK, "must contain characters other than white space and invisible ones".to_owned()))
        } else {
            None
        }
    }
}

impl<R: Rule> From<String> for Text<R> {
    fn from(text: String) -> Self {
        Self(text, PhantomData)
    }
}

impl<R: Rule> From<&str> for Text<R> {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// Parses and validates a text, as in paths and parameters.
impl<R: Rule> FromStr for Text<R> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = Self::arriving(text);
        match text.fault() {
            Some((_, message)) => Err(message),
            None => Ok(text),
        }
    }
}

impl<R: Rule> Validate for Text<R> {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let Some((code, message)) = self.fault() else { return Ok(()) };
        let mut errors = ValidationErrors::new();
        errors.add("", ValidationError::new(code).with_message(Cow::Owned(message)));
        Err(errors)
    }
}

impl<R: Rule> Clone for Text<R> {
    fn clone(&self) -> Self {
        self.0.clone().into()
    }
}

impl<R: Rule> PartialEq for Text<R> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<R: Rule> Eq for Text<R> {}

impl<R: Rule> Hash for Text<R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<R: Rule> fmt::Debug for Text<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<R: Rule> fmt::Display for Text<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<R: Rule> Serialize for Text<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, R: Rule> Deserialize<'de> for Text<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Cow<'de, str>>::deserialize(deserializer).map(|text| Self::arriving(&text))
    }
}

impl<R: Rule> ToSql<sql_types::Text, Pg> for Text<R> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <String as ToSql<sql_types::Text, Pg>>::to_sql(&self.0, out)
    }
}

impl<R: Rule> FromSql<sql_types::Text, Pg> for Text<R> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <String as FromSql<sql_types::Text, Pg>>::from_sql(value).map(Self::from)
    }
}

impl<R: Rule> PartialSchema for Text<R> {
    fn schema() -> RefOr<Schema> {
        let schema = ObjectBuilder::new().schema_type(Type::String);
        match R::FORMAT {
            Some(format) => schema.format(Some(SchemaFormat::Custom(format.to_owned()))),
            None => schema.min_length(Some(R::MIN)).max_length(Some(R::MAX)).pattern(R::PATTERN),
        }
        .into()
    }
}

impl<R: Rule> ToSchema for Text<R> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed(R::NAME)
    }
}

/// The name of a person, a body, a place or a heading: 1 to 200 characters.
pub type Name = Text<rule::Name>;
/// A title, or words as they are printed: 1 to 300 characters.
pub type Title = Text<rule::Title>;
/// A few lines: 1 to 1,000 characters.
pub type Lines = Text<rule::Lines>;
/// A paragraph or several: 1 to 10,000 characters.
pub type Prose = Text<rule::Prose>;
/// A whole document: 1 to 500,000 characters.
pub type FullText = Text<rule::FullText>;
/// The reason for a change: 3 to 1,000 characters.
pub type Reason = Text<rule::Reason>;
/// The words of a full-text search: 2 to 200 characters.
pub type SearchText = Text<rule::SearchText>;
/// A code of reference data, such as a framework, an area or a theme.
pub type Code = Text<rule::Code>;
/// The name of an API key.
pub type KeyName = Text<rule::KeyName>;
/// A code of the Office for National Statistics.
pub type GssCode = Text<rule::GssCode>;
/// A code of the Department for Education.
pub type DfeCode = Text<rule::DfeCode>;
/// Ofsted's unique reference number of a provider.
pub type OfstedUrn = Text<rule::OfstedUrn>;
/// The display name of a region of England.
pub type Region = Text<rule::Region>;
/// An address on the web.
pub type WebAddress = Text<rule::WebAddress>;
/// The SHA-256 of a file.
pub type Sha256Sum = Text<rule::Sha256Sum>;
/// A language tag (BCP 47).
pub type LanguageTag = Text<rule::LanguageTag>;
