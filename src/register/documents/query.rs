//! Statements about whole documents. Rows are in [`rows`], the list is in [`list`].

pub mod list;
pub mod rows;

use diesel::pg::PgConnection;

use super::model::{Document, DocumentPatch, DocumentRow, NewDocument};
use crate::access::caller::Caller;
use crate::error::{ApiError, NotFoundExt};
use crate::http::extract::{IfMatch, LargePatch};
use crate::register::events;
use crate::register::inspections::query::rows as inspections;
use crate::values::date::Date;
use crate::values::ids::DocumentId;

/// The document with this id, with its full text.
///
/// # Errors
///
/// `not_found`.
pub fn get(conn: &mut PgConnection, caller: &Caller, id: DocumentId) -> Result<Document, ApiError> {
    let row = rows::find(conn, id).or_not_found("document")?;
    visible(conn, caller, row)
}

/// The document of this row, if the inspection that it speaks of is visible to the caller.
fn visible(conn: &mut PgConnection, caller: &Caller, row: DocumentRow) -> Result<Document, ApiError> {
    if let Some(inspection) = row.inspection_id {
        inspections::find(conn, caller, inspection).map_err(|error| error.as_missing("document"))?;
    }
    rows::whole(conn, row)
}

/// Records a document.
///
/// # Errors
///
/// `validation_failed`.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    id: DocumentId,
    new: &NewDocument,
) -> Result<Document, ApiError> {
    insert_rows(conn, id, new)?;
    let document = get(conn, caller, id)?;
    let subject = rows::subject(conn, &document)?;
    events::query::created(conn, caller, &subject, &document)?;
    Ok(document)
}

/// Checks and inserts a new document, without an event: the caller records it.
///
/// # Errors
///
/// As [`insert`].
pub fn insert_rows(conn: &mut PgConnection, id: DocumentId, new: &NewDocument) -> Result<(), ApiError> {
    check_published_on(new.published_on)?;
    rows::insert(conn, id, new)
}

/// Changes a document.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `validation_failed`.
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
    let row = rows::update(conn, &before.row, &patch.changes)?;
    let after = visible(conn, caller, row)?;
    let subject = rows::subject_of_change(conn, &before, &after)?;
    events::query::updated(conn, caller, &subject, (&before, &after), patch.changes.reason.as_ref())?;
    Ok(after)
}

/// Removes a document that no finding refers to.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `in_use`.
pub fn delete(conn: &mut PgConnection, caller: &Caller, id: DocumentId, if_match: &IfMatch) -> Result<(), ApiError> {
    let before = lock(conn, caller, id)?;
    if_match.check(before.row.version)?;
    let subject = rows::subject(conn, &before)?;
    rows::delete(conn, id)?;
    events::query::deleted(conn, caller, &subject, &before, None)
}

fn lock(conn: &mut PgConnection, caller: &Caller, id: DocumentId) -> Result<Document, ApiError> {
    let row = rows::lock(conn, id).or_not_found("document")?;
    visible(conn, caller, row)
}

fn check_published_on(day: Option<Date>) -> Result<(), ApiError> {
    let today = Date::today();
    if day.is_some_and(|day| day > today) {
        let message = format!("must not be after today in London, {today}");
        return Err(ApiError::invalid_member("/published_on", "future", message));
    }
    Ok(())
}
