//! Statements about documents.

use diesel::dsl::{count_star, exists};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel_full_text_search::configuration::TsConfigurationByName;
use diesel_full_text_search::{TsVectorExtensions, websearch_to_tsquery_with_search_config};
use uuid::Uuid;

use super::model::{Document, DocumentFilter, DocumentPatch, DocumentRow, DocumentSort, NewDocument};
use crate::access::caller::Caller;
use crate::database::schema::{self, document_authorities, documents};
use crate::database::sql::{Bound, or_distant_future, or_distant_past};
use crate::error::{ApiError, ConstraintExt, NotFoundExt};
use crate::http::extract::{IfMatch, LargePatch};
use crate::http::page::{Page, Window};
use crate::register::authorities::query::rows::resolve_filter;
use crate::register::events;
use crate::register::events::model::{EventResource, PublicVisibility, Subject};
use crate::register::inspections::model::InspectionRow;
use crate::register::inspections::query as inspections;
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, DocumentId, InspectionId};
use crate::values::text::FullText;

type Documents<'a> = documents::BoxedQuery<'a, Pg>;
/// Where a page begins: publication and id of the row before.
type After = (Option<Date>, DocumentId);

/// A page of the documents that a filter wants.
///
/// # Errors
///
/// `invalid_cursor`, or if the database fails.
pub fn list(
    conn: &mut PgConnection,
    caller: &Caller,
    filter: &DocumentFilter,
    window: &Window,
) -> Result<(Vec<Document>, Page), ApiError> {
    let authorities = resolve_filter(conn, filter.authority.as_ref())?;
    let matching = || matching(caller, filter, authorities.as_deref());
    let sort = filter.sort.unwrap_or(DocumentSort::PublishedOnDescending);
    let rows =
        sorted(matching(), sort, window.after()?).limit(window.rows()).select(DocumentRow::as_select()).load(conn)?;
    let total = if window.counts() { Some(matching().select(count_star()).get_result(conn)?) } else { None };
    let (rows, page) = window.page(rows, total, |row| (row.published_on, row.document_id))?;
    Ok((assemble(conn, rows)?, page))
}

fn matching<'a>(caller: &Caller, filter: &'a DocumentFilter, authorities: Option<&'a [AuthorityId]>) -> Documents<'a> {
    let mut query = documents::table.into_boxed();
    if !caller.access().sees_drafts() {
        let seen = schema::inspections::table
            .filter(schema::inspections::state.eq_any(caller.access().states()))
            .filter(schema::inspections::inspection_id.nullable().eq(documents::inspection_id));
        query = query.filter(documents::inspection_id.is_null().or(exists(seen)));
    }
    if let Some(q) = &filter.q {
        let words = websearch_to_tsquery_with_search_config(TsConfigurationByName("english"), q.as_str());
        query = query.filter(documents::search.matches(words));
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

/// The documents that speak of these inspections, without their full text, each with the inspection.
///
/// # Errors
///
/// If the database fails.
pub fn of_inspections(conn: &mut PgConnection, ids: &[InspectionId]) -> QueryResult<Vec<(InspectionId, Document)>> {
    let rows = documents::table
        .filter(documents::inspection_id.eq_any(ids))
        .order((or_distant_past(documents::published_on).desc(), documents::document_id.desc()))
        .select(DocumentRow::as_select())
        .load(conn)?;
    let documents = assemble(conn, rows)?;
    Ok(documents.into_iter().filter_map(|document| Some((document.row.inspection_id?, document))).collect())
}

/// The document with this id, with its full text.
///
/// # Errors
///
/// `not_found`, or if the database fails.
pub fn get(conn: &mut PgConnection, caller: &Caller, id: DocumentId) -> Result<Document, ApiError> {
    let row = documents::table.find(id).select(DocumentRow::as_select()).first(conn).or_not_found("document")?;
    whole(conn, caller, row)
}

fn whole(conn: &mut PgConnection, caller: &Caller, row: DocumentRow) -> Result<Document, ApiError> {
    if let Some(inspection) = row.inspection_id {
        inspections::find(conn, caller, inspection).map_err(|error| error.as_missing("document"))?;
    }
    let text = documents::table.find(row.document_id).select(documents::text).first::<Option<FullText>>(conn)?;
    let document = assemble(conn, vec![row])?.pop().ok_or_else(|| ApiError::not_found("document"))?;
    Ok(Document { text, ..document })
}

/// Puts documents together with the authorities that they speak of: one statement, however many documents.
fn assemble(conn: &mut PgConnection, rows: Vec<DocumentRow>) -> QueryResult<Vec<Document>> {
    let ids = rows.iter().map(|row| row.document_id).collect::<Vec<_>>();
    let authorities = document_authorities::table
        .filter(document_authorities::document_id.eq_any(&ids))
        .order(document_authorities::authority_id)
        .select((document_authorities::document_id, document_authorities::authority_id))
        .load::<(DocumentId, AuthorityId)>(conn)?;
    let documents = rows.into_iter().map(|row| {
        let own = authorities.iter().filter(|(document, _)| *document == row.document_id);
        Document { authority_ids: own.map(|(_, authority)| *authority).collect(), text: None, row }
    });
    Ok(documents.collect())
}

/// Records a document.
///
/// # Errors
///
/// `validation_failed`, or if the database fails.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    id: DocumentId,
    new: &NewDocument,
) -> Result<Document, ApiError> {
    insert_rows(conn, id, new)?;
    let document = get(conn, caller, id)?;
    let subject = subject(conn, &document)?;
    events::query::created(conn, caller, &subject, &document)?;
    Ok(document)
}

/// Writes a new document, and tells of it to nobody: the caller does.
///
/// # Errors
///
/// As [`insert`].
pub fn insert_rows(conn: &mut PgConnection, id: DocumentId, new: &NewDocument) -> Result<(), ApiError> {
    check_published_on(new.published_on)?;
    diesel::insert_into(documents::table)
        .values((documents::document_id.eq(id), new))
        .execute(conn)
        .on_constraint(constraint_error)?;
    replace_authorities(conn, id, &new.authority_ids)
}

/// Changes a document.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `validation_failed`, or if the database fails.
pub fn update(
    conn: &mut PgConnection,
    caller: &Caller,
    id: DocumentId,
    if_match: &IfMatch,
    patch: &LargePatch<DocumentPatch>,
) -> Result<Document, ApiError> {
    let before = lock(conn, caller, id)?;
    if_match.check(before.row.version)?;
    if patch.changes_nothing(&before) {
        return Ok(before);
    }
    check_published_on(patch.changes.published_on.flatten())?;
    let row = diesel::update(documents::table.find(id))
        .set((
            &patch.changes,
            documents::version.eq(before.row.version + 1),
            documents::updated_at.eq(diesel::dsl::now),
        ))
        .returning(DocumentRow::as_returning())
        .get_result(conn)
        .on_constraint(constraint_error)?;
    if let Some(authorities) = &patch.changes.authority_ids {
        replace_authorities(conn, id, authorities)?;
    }
    let after = whole(conn, caller, row)?;
    let subject = subject_of_change(conn, &before, &after)?;
    events::query::updated(conn, caller, &subject, (&before, &after), None)?;
    Ok(after)
}

/// Removes a document that no finding refers to.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `in_use`, or if the database fails.
pub fn delete(conn: &mut PgConnection, caller: &Caller, id: DocumentId, if_match: &IfMatch) -> Result<(), ApiError> {
    let before = lock(conn, caller, id)?;
    if_match.check(before.row.version)?;
    let subject = subject(conn, &before)?;
    diesel::delete(documents::table.find(id)).execute(conn).on_constraint(|name| {
        (name == "findings_document_id_fkey").then(|| ApiError::in_use("findings refer to this document"))
    })?;
    events::query::deleted(conn, caller, &subject, &before, None)
}

/// The documents with these ids as they are stored, with their full text, each with what its events are about.
///
/// # Errors
///
/// If the database fails.
pub fn stored(conn: &mut PgConnection, ids: &[Uuid]) -> QueryResult<Vec<(Subject, Document)>> {
    tell(conn, documents::table.filter(documents::document_id.eq_any(ids)).into_boxed())
}

/// The documents that speak of an inspection as they are stored, each with what its events are about.
///
/// # Errors
///
/// If the database fails.
pub fn stored_about(conn: &mut PgConnection, inspection: &InspectionRow) -> QueryResult<Vec<(Subject, Document)>> {
    tell(conn, documents::table.filter(documents::inspection_id.eq(inspection.inspection_id)).into_boxed())
}

fn tell(conn: &mut PgConnection, wanted: Documents<'_>) -> QueryResult<Vec<(Subject, Document)>> {
    let rows = wanted
        .order(documents::document_id)
        .select((DocumentRow::as_select(), documents::text))
        .load::<(DocumentRow, Option<FullText>)>(conn)?;
    let (rows, texts): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let documents = assemble(conn, rows)?.into_iter().zip(texts).map(|(document, text)| Document { text, ..document });
    let documents = documents.collect::<Vec<_>>();
    let about = documents.iter().filter_map(|document| document.row.inspection_id).collect::<Vec<_>>();
    let held = inspections::hold(conn, &about)?;
    Ok(documents.into_iter().map(|document| (subject_among(&held, &document), document)).collect())
}

/// What the events of a document are about. The inspection that it speaks of stays as it is until the transaction ends.
fn subject(conn: &mut PgConnection, document: &Document) -> QueryResult<Subject> {
    let about = document.row.inspection_id.into_iter().collect::<Vec<_>>();
    Ok(subject_among(&inspections::hold(conn, &about)?, document))
}

/// The same, where it is known which inspections are public.
fn subject_among(held: &[(InspectionId, bool)], document: &Document) -> Subject {
    let id = document.row.document_id.as_uuid();
    let authorities = document.authority_ids.clone();
    let about = document.row.inspection_id;
    let is_public = about.is_none_or(|about| held.contains(&(about, true)));
    let sight = PublicVisibility::through(is_public, about.into_iter().map(InspectionId::as_uuid).collect());
    Subject { resource: EventResource::Document, id, aggregate: id, authorities, sight }
}

/// What the event of a change is about: also those of whom the document spoke before. In the eyes of the public one that
/// speaks of another inspection than before is new.
fn subject_of_change(conn: &mut PgConnection, before: &Document, after: &Document) -> QueryResult<Subject> {
    let (was, is) = (before.row.inspection_id, after.row.inspection_id);
    let held = inspections::hold(conn, &was.into_iter().chain(is).collect::<Vec<_>>())?;
    let was_public = subject_among(&held, before).sight.is_public;
    let mut subject = subject_among(&held, after).that_was_public(was_public);
    if was != is && subject.sight.is_public {
        return Ok(subject.that_was_public(false));
    }
    subject.sight.through.extend(was.filter(|was| is != Some(*was)).map(InspectionId::as_uuid));
    subject.authorities.extend(before.authority_ids.iter().filter(|id| !after.authority_ids.contains(id)));
    Ok(subject)
}

fn lock(conn: &mut PgConnection, caller: &Caller, id: DocumentId) -> Result<Document, ApiError> {
    let query = documents::table.find(id).select(DocumentRow::as_select()).for_update();
    let row = query.first(conn).or_not_found("document")?;
    whole(conn, caller, row)
}

fn replace_authorities(conn: &mut PgConnection, id: DocumentId, authorities: &[AuthorityId]) -> Result<(), ApiError> {
    use document_authorities::{authority_id, document_id, table};
    diesel::delete(table.filter(document_id.eq(id))).execute(conn)?;
    let rows = authorities.iter().map(|authority| (document_id.eq(id), authority_id.eq(authority))).collect::<Vec<_>>();
    diesel::insert_into(table).values(rows).on_conflict_do_nothing().execute(conn).on_constraint(|name| {
        (name == "document_authorities_authority_id_fkey")
            .then(|| ApiError::invalid_member("/authority_ids", "unknown", "must name authorities of the register"))
    })?;
    Ok(())
}

fn check_published_on(day: Option<Date>) -> Result<(), ApiError> {
    let today = Date::today();
    if day.is_some_and(|day| day > today) {
        let message = format!("must not be after today in London, {today}");
        return Err(ApiError::invalid_member("/published_on", "future", message));
    }
    Ok(())
}

fn constraint_error(constraint: &str) -> Option<ApiError> {
    (constraint == "documents_inspection_id_fkey")
        .then(|| ApiError::invalid_member("/inspection_id", "unknown", "must name an inspection of the register"))
}
