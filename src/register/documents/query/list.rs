//! The list of documents.

use diesel::dsl::{count_star, exists};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel_full_text_search::TsVectorExtensions;

use super::rows;
use crate::access::caller::Caller;
use crate::database::limited;
use crate::database::schema::{self, document_authorities, documents};
use crate::database::sql::{Bound, or_distant_future, or_distant_past, question};
use crate::error::ApiError;
use crate::http::page::{Page, Window};
use crate::register::authorities::query::rows::resolve_filter;
use crate::register::documents::model::{Document, DocumentFilter, DocumentRow, DocumentSort};
use crate::register::vocabulary::{self, Vocabulary};
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, DocumentId};

type Documents<'a> = documents::BoxedQuery<'a, Pg>;
/// Where a page begins: publication and id of the row before.
type After = (Option<Date>, DocumentId);

/// A page of the documents that a filter wants.
///
/// # Errors
///
/// `invalid_cursor`.
pub fn list(
    conn: &mut PgConnection,
    caller: &Caller,
    filter: &DocumentFilter,
    window: &Window,
) -> Result<(Vec<Document>, Page), ApiError> {
    vocabulary::check(
        conn,
        [
            vocabulary::search(Vocabulary::Words, filter.q.as_ref()),
            vocabulary::authorities("authority", filter.authority.as_ref()),
        ],
    )?;
    let authorities = resolve_filter(conn, filter.authority.as_ref())?;
    let matching = || matching(caller, filter, authorities.as_deref());
    let sort = filter.sort.unwrap_or(DocumentSort::PublishedOnDescending);
    let query = sorted(matching(), sort, window.after()?).limit(window.rows()).select(DocumentRow::as_select());
    let rows = limited::load::<DocumentRow, _>(query, conn)?;
    let total = if window.counts() { Some(matching().select(count_star()).get_result(conn)?) } else { None };
    let (rows, page) = window.page(rows, total, |row| (row.published_on, row.document_id))?;
    Ok((rows::assemble(conn, rows)?, page))
}

fn matching<'a>(caller: &Caller, filter: &'a DocumentFilter, authorities: Option<&'a [AuthorityId]>) -> Documents<'a> {
    let mut query = documents::table.into_boxed();
    if !caller.access().may_read_drafts() {
        let seen = schema::inspections::table
            .filter(schema::inspections::state.eq_any(caller.access().states()))
            .filter(schema::inspections::inspection_id.nullable().eq(documents::inspection_id));
        query = query.filter(documents::inspection_id.is_null().or(exists(seen)));
    }
    if let Some(q) = &filter.q {
        query = query.filter(documents::search.matches(question(q)));
    }
    if let Some(ids) = authorities {
        let theirs = document_authorities::table
            .filter(document_authorities::authority_id.eq_any(ids))
            .select(document_authorities::document_id);
        query = query.filter(documents::document_id.eq_any(theirs));
    }
    if let Some(ids) = &filter.inspection {
        query = query.filter(documents::inspection_id.eq_any(&ids.0));
    }
    if let Some(kinds) = &filter.kind {
        query = query.filter(documents::kind.eq_any(&kinds.0));
    }
    if let Some(audiences) = &filter.audience {
        query = query.filter(documents::audience.eq_any(&audiences.0));
    }
    query
}

fn sorted(query: Documents<'_>, sort: DocumentSort, after: Option<After>) -> Documents<'_> {
    use documents::{document_id, published_on};
    match sort {
        DocumentSort::PublishedOn => {
            let day = or_distant_future(published_on);
            let query = match after.map(|(day, id)| (Bound::or_future(day), id)) {
                Some((at, id)) => query.filter(day.ge(at).and(day.gt(at).or(document_id.gt(id)))),
                None => query,
            };
            query.order((day.asc(), document_id.asc()))
        }
        DocumentSort::PublishedOnDescending => {
            let day = or_distant_past(published_on);
            let query = match after.map(|(day, id)| (Bound::or_past(day), id)) {
                Some((at, id)) => query.filter(day.le(at).and(day.lt(at).or(document_id.lt(id)))),
                None => query,
            };
            query.order((day.desc(), document_id.desc()))
        }
    }
}
