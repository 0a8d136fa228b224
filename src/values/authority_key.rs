//! The ids and codes that identify an authority.

use std::borrow::Cow;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::values::ids::AuthorityId;
use crate::values::text::{DfeCode, GssCode, OfstedUrn};

/// An authority as identified in a path or a filter. The forms differ in length and characters, so a value has only one
/// form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorityKey {
    /// The unique identifier.
    Id(AuthorityId),
    /// The GSS code.
    Gss(GssCode),
    /// The Ofsted URN.
    Urn(OfstedUrn),
    /// The `DfE` code.
    Dfe(DfeCode),
}

impl FromStr for AuthorityKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse()
            .map(Self::Id)
            .or_else(|_| text.parse().map(Self::Gss))
            .or_else(|_| text.parse().map(Self::Urn))
            .or_else(|_| text.parse().map(Self::Dfe))
            .map_err(|_: String| "must be an id, a GSS code, an Ofsted URN or a DfE code".to_owned())
    }
}

impl<'de> Deserialize<'de> for AuthorityKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Cow<'de, str>>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for AuthorityKey {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|E[0-9]{8}|[0-9]{3}|[0-9]{5,7})$"))
            .min_length(Some(3))
            .max_length(Some(36))
            .into()
    }
}

impl ToSchema for AuthorityKey {}
