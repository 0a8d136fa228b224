//! How responses name the authority of what they contain.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::database::schema::authorities;
use crate::values::ids::AuthorityId;
use crate::values::text::{GssCode, Name};

/// The names of an authority, in resources that contain its id.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = authorities)]
pub struct AuthorityNames {
    /// The name of the authority.
    #[diesel(column_name = name)]
    pub authority_name: Name,
    /// The GSS code of the authority.
    pub gss_code: GssCode,
}

/// An item of a table with the names of its authorities.
#[derive(Debug, Serialize)]
pub struct WithAuthorityNames<T> {
    /// The item.
    #[serde(flatten)]
    pub item: T,
    /// The names of its authorities.
    pub authority_names: Vec<Name>,
    /// Their GSS codes.
    pub gss_codes: Vec<GssCode>,
}

/// The authority of an inspection, in what is part of the inspection.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = authorities)]
pub struct InspectedAuthority {
    /// The authority inspected.
    pub authority_id: AuthorityId,
    /// The name of the authority.
    #[diesel(column_name = name)]
    pub authority_name: Name,
    /// The GSS code of the authority.
    pub gss_code: GssCode,
}
