//! The rows of documents, with the authorities that they speak of.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use crate::database::limited::{EmbeddedRows, Room};
use crate::database::schema::{document_authorities, documents};
use crate::database::sql::or_distant_past;
use crate::error::{ApiError, ConstraintExt};
use crate::register::documents::model::{Document, DocumentPatch, DocumentRow, NewDocument};
use crate::register::events::model::{EventResource, PublicVisibility, Subject};
use crate::register::inspections::query::rows::hold;
use crate::values::id::owned_by;
use crate::values::ids::{AuthorityId, DocumentId, InspectionId, of};
use crate::values::text::FullText;

/// The condition that the text of an inspection is held: a document is recorded that is its report or letter. A version for
/// children is a summary, and news tells only a part.
pub const TEXT_IS_HELD: &str = "exists (
    select from documents d where d.inspection_id = inspections.inspection_id
        and d.kind in ('report', 'letter') and d.audience <> 'children_and_young_people')";

/// The row with this id.
pub fn find(conn: &mut PgConnection, id: DocumentId) -> QueryResult<DocumentRow> {
    documents::table.find(id).select(DocumentRow::as_select()).first(conn)
}

/// The row with this id, locked until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: DocumentId) -> QueryResult<DocumentRow> {
    documents::table.find(id).select(DocumentRow::as_select()).for_update().first(conn)
}

/// The documents that speak of these inspections, without their full text.
pub fn of_inspections(
    conn: &mut PgConnection,
    room: &mut Room,
    ids: &[InspectionId],
) -> QueryResult<EmbeddedRows<of::Inspection, Document>> {
    let query = documents::table
        .filter(documents::inspection_id.eq_any(ids))
        .order((
            documents::inspection_id,
            or_distant_past(documents::published_on).desc(),
            documents::document_id.desc(),
        ))
        .select((documents::inspection_id.assume_not_null(), DocumentRow::as_select()));
    let rows = room.load(conn, ids, query, |(inspection, _): &(InspectionId, DocumentRow)| *inspection)?;
    rows.map(|(_, row)| row).turned(|rows| assemble(conn, rows))
}

/// The document of this row, with its full text.
pub fn whole(conn: &mut PgConnection, row: DocumentRow) -> Result<Document, ApiError> {
    let text = documents::table.find(row.document_id).select(documents::text).first::<Option<FullText>>(conn)?;
    let document = assemble(conn, vec![row])?.pop().ok_or_else(|| ApiError::not_found("document"))?;
    Ok(Document { text, ..document })
}

/// Puts documents together with the authorities that they speak of: one statement, however many documents.
pub fn assemble(conn: &mut PgConnection, rows: Vec<DocumentRow>) -> QueryResult<Vec<Document>> {
    let ids = rows.iter().map(|row| row.document_id).collect::<Vec<_>>();
    let authorities = document_authorities::table
        .filter(document_authorities::document_id.eq_any(&ids))
        .order(document_authorities::authority_id)
        .load::<(DocumentId, AuthorityId)>(conn)?;
    let documents = rows.into_iter().map(|row| {
        let authority_ids = owned_by(&authorities, row.document_id);
        Document { authority_ids, text: None, row }
    });
    Ok(documents.collect())
}

/// Inserts a document.
///
/// # Errors
///
/// `validation_failed` if it refers to something unknown.
pub fn insert(conn: &mut PgConnection, id: DocumentId, new: &NewDocument) -> Result<(), ApiError> {
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
/// `validation_failed` if it refers to something unknown.
pub fn update(conn: &mut PgConnection, before: &DocumentRow, changes: &DocumentPatch) -> Result<DocumentRow, ApiError> {
    let row = diesel::update(documents::table.find(before.document_id))
        .set((changes, documents::version.eq(before.version + 1), documents::updated_at.eq(diesel::dsl::now)))
        .returning(DocumentRow::as_returning())
        .get_result(conn)
        .on_constraint(constraint_error)?;
    if let Some(authorities) = &changes.authority_ids {
        replace_authorities(conn, before.document_id, authorities)?;
    }
    Ok(row)
}

/// Removes a document.
///
/// # Errors
///
/// `in_use` if findings refer to it.
pub fn delete(conn: &mut PgConnection, id: DocumentId) -> Result<(), ApiError> {
    diesel::delete(documents::table.find(id)).execute(conn).on_constraint(|name| {
        (name == "findings_document_id_fkey").then(|| ApiError::in_use("findings refer to this document"))
    })?;
    Ok(())
}

/// The ids of the documents that speak of an inspection.
pub fn ids_about(conn: &mut PgConnection, inspection: InspectionId) -> QueryResult<Vec<Uuid>> {
    let about = documents::table.filter(documents::inspection_id.eq(inspection)).order(documents::document_id);
    let ids = about.select(documents::document_id).load::<DocumentId>(conn)?;
    Ok(ids.into_iter().map(DocumentId::as_uuid).collect())
}

/// The documents with these ids as they are stored, with their full text, each with what its events are about.
pub fn stored(conn: &mut PgConnection, ids: &[Uuid]) -> QueryResult<Vec<(Subject, Document)>> {
    let rows = documents::table
        .filter(documents::document_id.eq_any(ids))
        .order(documents::document_id)
        .select((DocumentRow::as_select(), documents::text))
        .load::<(DocumentRow, Option<FullText>)>(conn)?;
    let (rows, texts): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let documents = assemble(conn, rows)?.into_iter().zip(texts).map(|(document, text)| Document { text, ..document });
    let documents = documents.collect::<Vec<_>>();
    let about = documents.iter().filter_map(|document| document.row.inspection_id).collect::<Vec<_>>();
    let held = hold(conn, &about)?;
    Ok(documents.into_iter().map(|document| (subject_among(&held, &document), document)).collect())
}

/// The subject of the events of a document. The inspection that it speaks of keeps its state until the transaction ends.
pub fn subject(conn: &mut PgConnection, document: &Document) -> QueryResult<Subject> {
    let about = document.row.inspection_id.into_iter().collect::<Vec<_>>();
    Ok(subject_among(&hold(conn, &about)?, document))
}

/// The same, if it is known which inspections are public.
fn subject_among(held: &[(InspectionId, bool)], document: &Document) -> Subject {
    let id = document.row.document_id.as_uuid();
    let authorities = document.authority_ids.clone();
    let about = document.row.inspection_id;
    let is_public = about.is_none_or(|about| held.contains(&(about, true)));
    let visibility = PublicVisibility::through(is_public, about.into_iter().map(InspectionId::as_uuid).collect());
    Subject { resource: EventResource::Document, id, aggregate: id, authorities, visibility }
}

/// What the event of a change is about: also those of whom the document spoke before. In the eyes of the public one that
/// speaks of another inspection than before is new.
pub fn subject_of_change(conn: &mut PgConnection, before: &Document, after: &Document) -> QueryResult<Subject> {
    let (was, is) = (before.row.inspection_id, after.row.inspection_id);
    let held = hold(conn, &was.into_iter().chain(is).collect::<Vec<_>>())?;
    let was_public = subject_among(&held, before).visibility.is_public;
    let mut subject = subject_among(&held, after).visible_before(was_public);
    if was != is && subject.visibility.is_public {
        return Ok(subject.visible_before(false));
    }
    subject.visibility.through.extend(was.filter(|was| is != Some(*was)).map(InspectionId::as_uuid));
    subject.authorities.extend(before.authority_ids.iter().filter(|id| !after.authority_ids.contains(id)));
    Ok(subject)
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

fn constraint_error(constraint: &str) -> Option<ApiError> {
    (constraint == "documents_inspection_id_fkey")
        .then(|| ApiError::invalid_member("/inspection_id", "unknown", "must name an inspection of the register"))
}
