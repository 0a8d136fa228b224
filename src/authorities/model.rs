//! What an authority is, and how one is asked for.

use std::borrow::Cow;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use validator::Validate;

use crate::answer::Versioned;
use crate::date::Date;
use crate::extract::{nullable, present};
use crate::id::Id;
use crate::page::{Codes, Page};
use crate::schema::authorities;
use crate::standings::model::Standing;
use crate::text::{DfeCode, GssCode, Name, OfstedUrn, Region, SearchText, WebAddress};
use crate::text_enum::text_enum;

/// The id of an authority.
pub type AuthorityId = Id<Authority>;

text_enum! {
    /// What kind of council an authority is.
    pub enum AuthorityType {
        /// A county council, with district councils below it.
        County = "county",
        /// A council with all powers of its area.
        UnitaryAuthority = "unitary_authority",
        /// A metropolitan borough or city.
        MetropolitanDistrict = "metropolitan_district",
        /// A borough of London.
        LondonBorough = "london_borough",
        /// The City of London Corporation.
        CityCorporation = "city_corporation",
    }
}

text_enum! {
    /// Which issue of the statistical neighbours.
    pub enum NeighbourSet {
        /// The latest, ranked.
        Current = "current",
        /// The one before it, without ranks.
        Previous = "previous",
    }
}

text_enum! {
    /// What an authority can carry.
    pub enum AuthorityEmbed {
        /// Where it stands today.
        Standing = "standing",
        /// Its statistical neighbours, both sets.
        Neighbours = "neighbours",
    }
}

text_enum! {
    /// The orders of authorities; `-` for descending.
    pub enum AuthoritySort {
        /// By name.
        Name = "name",
        /// By name, descending.
        NameDescending = "-name",
    }
}

/// An English council with responsibility for children's services.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Authority {
    /// What is recorded of itself.
    #[serde(flatten)]
    pub row: AuthorityRow,
    /// The authorities that it took over from.
    #[schema(max_items = 50)]
    pub predecessors: Vec<AuthorityId>,
    /// The authorities that took over from it.
    #[schema(max_items = 50)]
    pub successors: Vec<AuthorityId>,
    /// Where it stands today; with `embed=standing`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// Its statistical neighbours; with `embed=neighbours`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200)]
    pub neighbours: Option<Vec<Neighbour>>,
}

impl Versioned for Authority {
    fn version(&self) -> i32 {
        self.row.version
    }
}

/// What is recorded of an authority itself, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = authorities)]
pub struct AuthorityRow {
    /// The id.
    pub authority_id: AuthorityId,
    /// The short name.
    pub name: Name,
    /// The name of the council as a body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub official_name: Option<Name>,
    /// The code of the Office for National Statistics, never reused.
    pub gss_code: GssCode,
    /// The code of the Department for Education; a successor may keep its predecessor's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dfe_code: Option<DfeCode>,
    /// Ofsted's unique reference number; a successor may keep its predecessor's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ofsted_urn: Option<OfstedUrn>,
    /// The region of England, as the Office for National Statistics names it.
    pub region: Region,
    /// What kind of council it is.
    pub authority_type: AuthorityType,
    /// The council's website.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<WebAddress>,
    /// Residents from birth to the age of 25.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 10_000_000)]
    pub population_0_25: Option<i32>,
    /// First day of existence, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_from: Option<Date>,
    /// Last day of existence; absent while the authority exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_to: Option<Date>,
    /// Raised by each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A new authority.
#[derive(Debug, Clone, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = authorities)]
#[serde(deny_unknown_fields)]
pub struct NewAuthority {
    /// The short name.
    #[validate(nested)]
    pub name: Name,
    /// The name of the council as a body.
    #[validate(nested)]
    pub official_name: Option<Name>,
    /// The code of the Office for National Statistics; unique.
    #[validate(nested)]
    pub gss_code: GssCode,
    /// The code of the Department for Education.
    #[validate(nested)]
    pub dfe_code: Option<DfeCode>,
    /// Ofsted's unique reference number.
    #[validate(nested)]
    pub ofsted_urn: Option<OfstedUrn>,
    /// The region of England, as the Office for National Statistics names it.
    #[validate(nested)]
    pub region: Region,
    /// What kind of council it is.
    pub authority_type: AuthorityType,
    /// The council's website.
    #[validate(nested)]
    pub website: Option<WebAddress>,
    /// Residents from birth to the age of 25.
    #[validate(range(min = 0, max = 10_000_000))]
    #[schema(minimum = 0, maximum = 10_000_000)]
    pub population_0_25: Option<i32>,
    /// First day of existence.
    pub active_from: Option<Date>,
    /// Last day of existence; absent while the authority exists.
    pub active_to: Option<Date>,
    /// The authorities that it took over from.
    #[diesel(skip_insertion)]
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub predecessors: Vec<AuthorityId>,
    /// The authorities that took over from it.
    #[diesel(skip_insertion)]
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub successors: Vec<AuthorityId>,
}

/// A change of an authority: absent members stay, null clears, a value sets.
#[derive(Debug, Clone, Deserialize, Validate, AsChangeset, ToSchema)]
#[diesel(table_name = authorities)]
#[serde(deny_unknown_fields)]
pub struct AuthorityPatch {
    /// The short name.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    #[validate(nested)]
    pub name: Option<Name>,
    /// The name of the council as a body.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub official_name: Option<Option<Name>>,
    /// The code of the Office for National Statistics; unique.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    #[validate(nested)]
    pub gss_code: Option<GssCode>,
    /// The code of the Department for Education.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub dfe_code: Option<Option<DfeCode>>,
    /// Ofsted's unique reference number.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub ofsted_urn: Option<Option<OfstedUrn>>,
    /// The region of England, as the Office for National Statistics names it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    #[validate(nested)]
    pub region: Option<Region>,
    /// What kind of council it is.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub authority_type: Option<AuthorityType>,
    /// The council's website.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub website: Option<Option<WebAddress>>,
    /// Residents from birth to the age of 25.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(range(min = 0, max = 10_000_000))]
    #[schema(minimum = 0, maximum = 10_000_000)]
    pub population_0_25: Option<Option<i32>>,
    /// First day of existence.
    #[serde(default, deserialize_with = "nullable")]
    pub active_from: Option<Option<Date>>,
    /// Last day of existence.
    #[serde(default, deserialize_with = "nullable")]
    pub active_to: Option<Option<Date>>,
    /// The authorities that it took over from; replaces the whole set.
    #[diesel(skip_update)]
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 50))]
    #[schema(nullable = false, max_items = 50)]
    pub predecessors: Option<Vec<AuthorityId>>,
    /// The authorities that took over from it; replaces the whole set.
    #[diesel(skip_update)]
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 50))]
    #[schema(nullable = false, max_items = 50)]
    pub successors: Option<Vec<AuthorityId>>,
}

/// Which authorities are wanted, in what order, and with what.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuthorityFilter {
    /// Part of the name or of the official name, in any case.
    #[validate(nested)]
    #[param(example = "hereford")]
    pub q: Option<SearchText>,
    /// The region of England.
    #[validate(nested)]
    #[param(example = "West Midlands")]
    pub region: Option<Region>,
    /// Kinds of council.
    #[param(style = Form, explode = false, value_type = Option<Vec<AuthorityType>>, max_items = 50, min_items = 1, example = json!(["unitary_authority"]))]
    pub authority_type: Option<Codes<AuthorityType>>,
    /// A day on which the authority existed.
    #[param(example = "2022-10-01")]
    pub active_on: Option<Date>,
    /// Codes of the Office for National Statistics.
    #[param(style = Form, explode = false, value_type = Option<Vec<GssCode>>, max_items = 50, min_items = 1, example = json!(["E06000019"]))]
    pub gss_code: Option<Codes<GssCode>>,
    /// Codes of the Department for Education.
    #[param(style = Form, explode = false, value_type = Option<Vec<DfeCode>>, max_items = 50, min_items = 1, example = json!(["884"]))]
    pub dfe_code: Option<Codes<DfeCode>>,
    /// Ofsted URNs.
    #[param(style = Form, explode = false, value_type = Option<Vec<OfstedUrn>>, max_items = 50, min_items = 1, example = json!(["80474"]))]
    pub ofsted_urn: Option<Codes<OfstedUrn>>,
    /// The order.
    #[param(default = "name", example = "name")]
    pub sort: Option<AuthoritySort>,
    /// What each authority carries.
    #[param(style = Form, explode = false, value_type = Option<Vec<AuthorityEmbed>>, max_items = 50, min_items = 1, example = json!(["standing"]))]
    pub embed: Option<Codes<AuthorityEmbed>>,
}

/// What an authority carries.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuthorityParameters {
    /// What the authority carries.
    #[param(style = Form, explode = false, value_type = Option<Vec<AuthorityEmbed>>, max_items = 50, min_items = 1, example = json!(["standing"]))]
    pub embed: Option<Codes<AuthorityEmbed>>,
}

/// A page of authorities.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuthorityPage {
    /// The authorities.
    #[schema(max_items = 200)]
    pub items: Vec<Authority>,
    /// Where this page stands in the list.
    pub page: Page,
}

/// A statistical neighbour: an authority much like this one.
#[derive(Debug, Clone, Queryable, Serialize, ToSchema)]
pub struct Neighbour {
    /// The issue that names it.
    pub neighbour_set: NeighbourSet,
    /// Closeness, 1 the closest; absent in a set issued without ranks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 50)]
    pub rank: Option<i32>,
    /// The neighbour.
    pub authority_id: AuthorityId,
    /// Its name.
    pub name: Name,
    /// Its GSS code.
    pub gss_code: GssCode,
    /// Its region.
    pub region: Region,
}

/// Which neighbours are wanted.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NeighbourFilter {
    /// Which issues; all if it is absent.
    #[param(style = Form, explode = false, value_type = Option<Vec<NeighbourSet>>, max_items = 50, min_items = 1, example = json!(["current"]))]
    pub set: Option<Codes<NeighbourSet>>,
}

/// A page of statistical neighbours.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NeighbourPage {
    /// The neighbours, the current set first, the closest first.
    #[schema(max_items = 200)]
    pub items: Vec<Neighbour>,
    /// Where this page stands in the list.
    pub page: Page,
}

/// How an authority is named in a path or a filter. The forms differ in length and letters, so none is taken for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorityKey {
    /// The id.
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
