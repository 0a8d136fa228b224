//! Authorities and their statistical neighbours.

mod filter;
mod former_code;
mod input;
mod names;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

pub use self::filter::{AuthorityFilter, AuthorityParameters, NeighbourFilter};
pub use self::former_code::FormerCode;
pub use self::input::{AuthorityPatch, NewAuthority};
pub use self::names::{AuthorityNames, InspectedAuthority, WithAuthorityNames};
use crate::database::schema::authorities;
use crate::http::page::Page;
use crate::http::response::Versioned;
use crate::register::standings::model::Standing;
use crate::values::authority_type::AuthorityType;
use crate::values::date::Date;
use crate::values::ids::AuthorityId;
use crate::values::json::JsonList;
use crate::values::text::{DfeCode, GssCode, Name, OfstedUrn, Region, WebAddress};
use crate::values::text_enum::text_enum;

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
    /// Related resources that can be embedded in an authority.
    pub enum AuthorityEmbed {
        /// Its current standing.
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
    /// The stored members.
    #[serde(flatten)]
    pub row: AuthorityRow,
    /// The authorities that it took over from.
    #[schema(max_items = 50)]
    pub predecessors: Vec<AuthorityId>,
    /// The authorities that took over from it.
    #[schema(max_items = 50)]
    pub successors: Vec<AuthorityId>,
    /// Its current standing; with `embed=standing`.
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
    /// The unique identifier.
    pub authority_id: AuthorityId,
    /// The short name.
    pub name: Name,
    /// The official name of the council.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub official_name: Option<Name>,
    /// Names by which it was or is also known; absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 20)]
    pub other_names: Vec<Name>,
    /// The code of the Office for National Statistics, never reused.
    pub gss_code: GssCode,
    /// The GSS codes that it had before; absent if there are none. They are accepted wherever a code is.
    #[serde(skip_serializing_if = "JsonList::is_empty")]
    #[schema(value_type = Vec<FormerCode>, required = false, max_items = 20)]
    pub former_codes: JsonList<FormerCode>,
    /// The code of the Department for Education; a successor may keep its predecessor's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dfe_code: Option<DfeCode>,
    /// Ofsted's unique reference number; a successor may keep its predecessor's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ofsted_urn: Option<OfstedUrn>,
    /// The region of England, as the Office for National Statistics names it.
    pub region: Region,
    /// The kind of council.
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
    /// Increases with each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// The time at which it was recorded.
    pub created_at: DateTime<Utc>,
    /// The time of the last change.
    pub updated_at: DateTime<Utc>,
}

/// A page of authorities.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuthorityPage {
    /// The authorities.
    #[schema(max_items = 200)]
    pub items: Vec<Authority>,
    /// The position of this page in the list.
    pub page: Page,
}

/// A statistical neighbour: a similar authority.
#[derive(Debug, Clone, Queryable, Serialize, ToSchema)]
pub struct Neighbour {
    /// The issue of the list that contains it.
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

/// A page of statistical neighbours.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NeighbourPage {
    /// The neighbours: the current set first, the closest first.
    #[schema(max_items = 200)]
    pub items: Vec<Neighbour>,
    /// The position of this page in the list.
    pub page: Page,
}
