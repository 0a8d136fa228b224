//! Operations on documents.

use actix_web::{delete, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Document, DocumentFilter, DocumentPage, DocumentPatch, NewDocument};
use super::query;
use super::table::DocumentTable;
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{IfMatch, LargePatch, LargePost, List, NoParameters, Post, Query, Whole};
use crate::http::page::WindowParameters;
use crate::http::response::{Created, Deleted, Found, Listed, Response};
use crate::http::table::TableParameters;
use crate::register::authorities::query::names::with_names;
use crate::values::id::Id;
use crate::values::ids::DocumentId;

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service
        .service(list_documents)
        .service(export_documents)
        .service(create_document)
        .service(get_document)
        .service(update_document)
        .service(delete_document);
}

/// List documents
///
/// Lists documents without their full text, latest publication first. `q` also searches the full text.
#[utoipa::path(
    tag = "Documents",
    params(DocumentFilter, WindowParameters),
    responses((status = 200, description = "A page of documents.", body = DocumentPage))
)]
#[get("/documents")]
async fn list_documents(
    db: web::Data<Db>,
    caller: Caller,
    List { window, filter }: List<DocumentFilter>,
) -> Result<Listed<DocumentPage>, ApiError> {
    let found = db.read(move |conn| query::list::list(conn, &caller, &filter, &window)).await?;
    Ok(Listed::new(found, |items, page| DocumentPage { items, page }))
}

/// Export documents
///
/// Returns the list of documents as a table, with the same filters in the same order.
#[utoipa::path(
    tag = "Documents",
    params(DocumentFilter, TableParameters),
    responses((status = 200, description = "The table.", body = inline(DocumentTable), content_type = "text/csv"))
)]
#[get("/documents.csv")]
async fn export_documents(
    db: web::Data<Db>,
    caller: Caller,
    Whole { filter, export, .. }: Whole<DocumentFilter>,
) -> Result<DocumentTable, ApiError> {
    export
        .table(&db, move |conn, window| {
            let documents = query::list::list(conn, &caller, &filter, window)?;
            with_names(conn, documents, |document| &document.authority_ids)
        })
        .await
}

/// Record a document
///
/// Creates a document. Write the summary in your own words; send the full text only if its licence permits.
#[utoipa::path(
    tag = "Documents",
    request_body = NewDocument,
    responses((status = 201, description = "The created document.", body = Document))
)]
#[post("/documents")]
async fn create_document(
    db: web::Data<Db>,
    caller: Caller,
    Post { new, once }: LargePost<NewDocument>,
) -> Result<Response, ApiError> {
    once.write(&db, caller, move |conn, caller| {
        let body = query::insert(conn, caller, Id::generate(), &new)?;
        Created { location: format!("/v1/documents/{}", body.row.document_id), body }.response()
    })
    .await
}

/// Read a document
#[utoipa::path(
    tag = "Documents",
    description = "With the statements that people made in it, and its full text if the register holds it.",
    responses((status = 200, description = "The document.", body = Document))
)]
#[get("/documents/{document_id}")]
async fn get_document(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<DocumentId>,
    _: Query<NoParameters>,
) -> Result<Found<Document>, ApiError> {
    let document = db.read(move |conn| query::get(conn, &caller, *id)).await?;
    Ok(Found::versioned(document))
}

/// Correct a document
#[utoipa::path(
    tag = "Documents",
    description = "A JSON merge patch: absent members do not change, `null` clears a member, a value sets it. `reason` is \
        recorded with the change.",
    request_body = DocumentPatch,
    responses((status = 200, description = "The changed document.", body = Document))
)]
#[patch("/documents/{document_id}")]
async fn update_document(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<DocumentId>,
    if_match: IfMatch,
    patch: LargePatch<DocumentPatch>,
) -> Result<Found<Document>, ApiError> {
    let document = db.write(move |conn| query::update(conn, &caller, *id, &if_match, &patch)).await?;
    Ok(Found::versioned(document))
}

/// Remove a document
#[utoipa::path(
    tag = "Documents",
    description = "Deletes a document that no finding refers to.",
    responses((status = 204, description = "The document is deleted."))
)]
#[delete("/documents/{document_id}")]
async fn delete_document(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<DocumentId>,
    if_match: IfMatch,
    _: Query<NoParameters>,
) -> Result<Deleted, ApiError> {
    db.write(move |conn| query::delete(conn, &caller, *id, &if_match)).await?;
    Ok(Deleted)
}
