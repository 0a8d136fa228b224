//! The list of authorities.

use diesel::dsl::count_star;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;

use super::{assemble, search};
use crate::database::limited;
use crate::database::schema::authorities;
use crate::database::sql::former_gss_codes;
use crate::error::ApiError;
use crate::http::page::{Page, Window};
use crate::register::authorities::model::{Authority, AuthorityFilter, AuthorityRow, AuthoritySort};
use crate::register::vocabulary::{self, Vocabulary};
use crate::values::ids::AuthorityId;
use crate::values::text::Name;

type Authorities<'a> = authorities::BoxedQuery<'a, Pg>;
/// Where a page begins: the name and the id of the row before.
type After = (Name, AuthorityId);

/// A page of the authorities that a filter wants.
///
/// # Errors
///
/// `validation_failed`, `invalid_cursor`.
pub fn list(
    conn: &mut PgConnection,
    filter: &AuthorityFilter,
    window: &Window,
) -> Result<(Vec<Authority>, Page), ApiError> {
    vocabulary::check(
        conn,
        [
            vocabulary::search(Vocabulary::Names, filter.q.as_ref()),
            vocabulary::region(filter.region.as_ref()),
            vocabulary::codes("gss_code", Vocabulary::GssCodes, filter.gss_code.as_ref()),
            vocabulary::codes("dfe_code", Vocabulary::DfeCodes, filter.dfe_code.as_ref()),
            vocabulary::codes("ofsted_urn", Vocabulary::OfstedUrns, filter.ofsted_urn.as_ref()),
        ],
    )?;
    let named = filter.q.as_ref().map(|q| search::named(conn, q, |_| Ok(true))).transpose()?;
    let matching = || matching(filter, named.as_ref().map(|named| named.ids.as_slice()));
    let sort = filter.sort.unwrap_or(AuthoritySort::Name);
    let query = sorted(matching(), sort, window.after()?).limit(window.rows()).select(AuthorityRow::as_select());
    let rows = limited::load::<AuthorityRow, _>(query, conn)?;
    let total = if window.counts() { Some(matching().select(count_star()).get_result(conn)?) } else { None };
    let (rows, page) = window.page(rows, total, |row| (row.name.clone(), row.authority_id))?;
    let page = page.approximate(named.is_some_and(|named| named.is_approximate));
    Ok((assemble::all(conn, rows, filter.embed.as_ref())?, page))
}

fn matching<'a>(filter: &'a AuthorityFilter, named: Option<&'a [AuthorityId]>) -> Authorities<'a> {
    let mut query = authorities::table.into_boxed();
    if let Some(ids) = named {
        query = query.filter(authorities::authority_id.eq_any(ids));
    }
    if let Some(region) = &filter.region {
        query = query.filter(authorities::region.eq(region));
    }
    if let Some(types) = &filter.authority_type {
        query = query.filter(authorities::authority_type.eq_any(&types.0));
    }
    if let Some(day) = filter.active_on {
        let begun = authorities::active_from.is_null().or(authorities::active_from.le(day));
        let lasting = authorities::active_to.is_null().or(authorities::active_to.ge(day));
        query = query.filter(begun.assume_not_null().and(lasting.assume_not_null()));
    }
    if let Some(codes) = &filter.gss_code {
        let formerly = former_gss_codes(authorities::former_codes).overlaps_with(&codes.0);
        query = query.filter(authorities::gss_code.eq_any(&codes.0).or(formerly));
    }
    if let Some(codes) = &filter.dfe_code {
        query = query.filter(authorities::dfe_code.eq_any(&codes.0));
    }
    if let Some(urns) = &filter.ofsted_urn {
        query = query.filter(authorities::ofsted_urn.eq_any(&urns.0));
    }
    query
}

fn sorted(query: Authorities<'_>, sort: AuthoritySort, after: Option<After>) -> Authorities<'_> {
    use authorities::{authority_id, name};
    match sort {
        AuthoritySort::Name => {
            let query = match after {
                Some((at, id)) => query.filter(name.ge(at.clone()).and(name.gt(at).or(authority_id.gt(id)))),
                None => query,
            };
            query.order((name.asc(), authority_id.asc()))
        }
        AuthoritySort::NameDescending => {
            let query = match after {
                Some((at, id)) => query.filter(name.le(at.clone()).and(name.lt(at).or(authority_id.lt(id)))),
                None => query,
            };
            query.order((name.desc(), authority_id.desc()))
        }
    }
}
