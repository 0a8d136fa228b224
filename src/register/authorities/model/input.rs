//! Request bodies that create and change authorities.

use diesel::prelude::*;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::database::schema::authorities;
use crate::http::extract::{nullable, present};
use crate::register::authorities::model::FormerCode;
use crate::values::authority_type::AuthorityType;
use crate::values::date::Date;
use crate::values::ids::AuthorityId;
use crate::values::json::JsonList;
use crate::values::text::{DfeCode, GssCode, Name, OfstedUrn, Region, WebAddress};

/// A new authority.
#[derive(Debug, Clone, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = authorities)]
#[serde(deny_unknown_fields)]
pub struct NewAuthority {
    /// The short name.
    #[validate(nested)]
    pub name: Name,
    /// The official name of the council.
    #[validate(nested)]
    pub official_name: Option<Name>,
    /// Names by which it was or is also known, for searches.
    #[serde(default)]
    #[validate(length(max = 20), nested)]
    #[schema(max_items = 20)]
    pub other_names: Vec<Name>,
    /// The code of the Office for National Statistics; unique.
    #[validate(nested)]
    pub gss_code: GssCode,
    /// The GSS codes that it had before.
    #[serde(default)]
    #[validate(length(max = 20), nested)]
    #[schema(value_type = Vec<FormerCode>, max_items = 20)]
    pub former_codes: JsonList<FormerCode>,
    /// The code of the Department for Education.
    #[validate(nested)]
    pub dfe_code: Option<DfeCode>,
    /// Ofsted's unique reference number.
    #[validate(nested)]
    pub ofsted_urn: Option<OfstedUrn>,
    /// The region of England, as the Office for National Statistics names it.
    #[validate(nested)]
    pub region: Region,
    /// The kind of council.
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

/// A change of an authority: absent members do not change, null clears a member, a value sets it.
#[derive(Debug, Clone, Deserialize, Validate, AsChangeset, ToSchema)]
#[diesel(table_name = authorities)]
#[serde(deny_unknown_fields)]
pub struct AuthorityPatch {
    /// The short name.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    #[validate(nested)]
    pub name: Option<Name>,
    /// The official name of the council.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub official_name: Option<Option<Name>>,
    /// Names by which it was or is also known; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 20), nested)]
    #[schema(nullable = false, max_items = 20)]
    pub other_names: Option<Vec<Name>>,
    /// The code of the Office for National Statistics; unique.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    #[validate(nested)]
    pub gss_code: Option<GssCode>,
    /// The GSS codes that it had before; replaces all of them. A changed `gss_code` is kept only if it is among them.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 20), nested)]
    #[schema(nullable = false, value_type = Vec<FormerCode>, max_items = 20)]
    pub former_codes: Option<JsonList<FormerCode>>,
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
    /// The kind of council.
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
