//! The names of the authorities of what a response contains: one statement, however many rows. Events contain rows, which
//! have only ids.

use std::collections::HashMap;

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::database::schema::{authorities, inspections};
use crate::error::ApiError;
use crate::http::page::Page;
use crate::register::authorities::model::{AuthorityNames, InspectedAuthority, WithAuthorityNames};
use crate::values::id::Id;
use crate::values::ids::{AuthorityId, InspectionId, of};

/// What rows are completed with, by the id of their authority or inspection.
pub struct Named<T: 'static, N>(HashMap<Id<T>, N>);

impl<T, N: Clone> Named<T, N> {
    /// What belongs to this id, which a row has.
    ///
    /// # Errors
    ///
    /// If the register has lost it.
    pub fn of(&self, id: Id<T>) -> QueryResult<N> {
        self.0.get(&id).cloned().ok_or(diesel::result::Error::NotFound)
    }
}

/// The names of these authorities.
pub fn of_authorities(
    conn: &mut PgConnection,
    ids: &[AuthorityId],
) -> QueryResult<Named<of::Authority, AuthorityNames>> {
    let names = authorities::table
        .filter(authorities::authority_id.eq_any(ids))
        .select((authorities::authority_id, AuthorityNames::as_select()))
        .load(conn)?;
    Ok(Named(names.into_iter().collect()))
}

/// A page of items with the names of their authorities; of those that are gone nothing is known.
pub fn with_names<T>(
    conn: &mut PgConnection,
    (items, page): (Vec<T>, Page),
    authorities_of: impl Fn(&T) -> &[AuthorityId],
) -> Result<(Vec<WithAuthorityNames<T>>, Page), ApiError> {
    let ids = items.iter().flat_map(|item| authorities_of(item).iter().copied()).collect::<Vec<_>>();
    let known = of_authorities(conn, &ids)?;
    let named = items.into_iter().map(|item| {
        let own = authorities_of(&item).iter().filter_map(|id| known.0.get(id));
        let (authority_names, gss_codes) = own.cloned().map(|own| (own.authority_name, own.gss_code)).unzip();
        WithAuthorityNames { item, authority_names, gss_codes }
    });
    Ok((named.collect(), page))
}

/// The authorities of these inspections.
pub fn of_inspections(
    conn: &mut PgConnection,
    ids: &[InspectionId],
) -> QueryResult<Named<of::Inspection, InspectedAuthority>> {
    let names = inspections::table
        .inner_join(authorities::table)
        .filter(inspections::inspection_id.eq_any(ids))
        .select((inspections::inspection_id, InspectedAuthority::as_select()))
        .load(conn)?;
    Ok(Named(names.into_iter().collect()))
}
