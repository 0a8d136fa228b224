//! Operations on evidence and its reviews.

use actix_web::{delete, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{
    Evidence, EvidencePage, EvidencePatch, EvidenceReview, EvidenceReviewPage, NewEvidence, NewEvidenceReview,
};
use super::query::{self, reviews};
use super::table::{EvidenceReviewTable, EvidenceTable};
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{IfMatch, List, NoParameters, Patch, Post, Query, Whole};
use crate::http::page::WindowParameters;
use crate::http::response::{Created, Deleted, Found, Listed, Part, Response};
use crate::http::table::TableParameters;
use crate::values::id::Id;
use crate::values::ids::{ActionId, EvidenceId};

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service
        .service(list_improvement_action_evidence)
        .service(export_improvement_action_evidence)
        .service(create_improvement_action_evidence)
        .service(get_evidence)
        .service(update_evidence)
        .service(delete_evidence)
        .service(list_evidence_reviews)
        .service(export_evidence_reviews)
        .service(create_evidence_review);
}

/// List the evidence of an action
///
/// Lists the evidence in the order of recording, each with the outcome of its latest review.
#[utoipa::path(
    tag = "Evidence",
    params(WindowParameters),
    responses((status = 200, description = "A page of evidence.", body = EvidencePage))
)]
#[get("/improvement-actions/{action_id}/evidence")]
async fn list_improvement_action_evidence(
    db: web::Data<Db>,
    caller: Caller,
    action: web::Path<ActionId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<EvidencePage>, ApiError> {
    let found = db.read(move |conn| query::list(conn, &caller, *action, &window)).await?;
    Ok(Listed::new(found, |items, page| EvidencePage { items, page }))
}

/// Export the evidence of an action
///
/// Returns it as a table, in the order of recording.
#[utoipa::path(
    tag = "Evidence",
    params(TableParameters),
    responses((status = 200, description = "The table.", body = inline(EvidenceTable), content_type = "text/csv"))
)]
#[get("/improvement-actions/{action_id}/evidence.csv")]
async fn export_improvement_action_evidence(
    db: web::Data<Db>,
    caller: Caller,
    action: web::Path<ActionId>,
    Whole { export, .. }: Whole<NoParameters>,
) -> Result<EvidenceTable, ApiError> {
    export.table(&db, move |conn, window| query::list(conn, &caller, *action, window)).await
}

/// Record evidence of an action
///
/// Creates a piece of evidence that the action had an effect, with its URL: the register stores no files. It supports a
/// move of the action to `verified` once another key accepts it.
#[utoipa::path(
    tag = "Evidence",
    request_body = NewEvidence,
    responses((status = 201, description = "The created piece of evidence.", body = Evidence))
)]
#[post("/improvement-actions/{action_id}/evidence")]
async fn create_improvement_action_evidence(
    db: web::Data<Db>,
    caller: Caller,
    action: web::Path<ActionId>,
    Post { new, once }: Post<NewEvidence>,
) -> Result<Response, ApiError> {
    once.write(&db, caller, move |conn, caller| {
        let body = query::insert(conn, caller, *action, Id::generate(), &new)?;
        Created { location: format!("/v1/evidence/{}", body.row.evidence_id), body }.response()
    })
    .await
}

/// Read a piece of evidence
#[utoipa::path(
    tag = "Evidence",
    description = "Returns the title, URL, author and latest review outcome of a piece of evidence.",
    responses((status = 200, description = "The piece of evidence.", body = Evidence))
)]
#[get("/evidence/{evidence_id}")]
async fn get_evidence(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<EvidenceId>,
    _: Query<NoParameters>,
) -> Result<Found<Evidence>, ApiError> {
    let evidence = db.read(move |conn| query::get(conn, &caller, *id)).await?;
    Ok(Found::versioned(evidence))
}

/// Change a piece of evidence
///
/// A JSON merge patch. Evidence that its latest review accepted cannot be changed: record new evidence instead.
#[utoipa::path(
    tag = "Evidence",
    request_body = EvidencePatch,
    responses((status = 200, description = "The changed piece of evidence.", body = Evidence))
)]
#[patch("/evidence/{evidence_id}")]
async fn update_evidence(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<EvidenceId>,
    if_match: IfMatch,
    patch: Patch<EvidencePatch>,
) -> Result<Found<Evidence>, ApiError> {
    let evidence = db.write(move |conn| query::update(conn, &caller, *id, &if_match, &patch)).await?;
    Ok(Found::versioned(evidence))
}

/// Remove a piece of evidence
///
/// Deletes a piece of evidence that has no review and that no transition refers to.
#[utoipa::path(tag = "Evidence", responses((status = 204, description = "The piece of evidence is deleted.")))]
#[delete("/evidence/{evidence_id}")]
async fn delete_evidence(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<EvidenceId>,
    if_match: IfMatch,
    _: Query<NoParameters>,
) -> Result<Deleted, ApiError> {
    db.write(move |conn| query::delete(conn, &caller, *id, &if_match)).await?;
    Ok(Deleted)
}

/// List the reviews of a piece of evidence
///
/// Lists the reviews by `effective_on`, then by time of recording. The last one is in effect.
#[utoipa::path(
    tag = "Evidence",
    params(WindowParameters),
    responses((status = 200, description = "A page of reviews.", body = EvidenceReviewPage))
)]
#[get("/evidence/{evidence_id}/reviews")]
async fn list_evidence_reviews(
    db: web::Data<Db>,
    caller: Caller,
    evidence: web::Path<EvidenceId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<EvidenceReviewPage>, ApiError> {
    let found = db.read(move |conn| reviews::list(conn, &caller, *evidence, &window)).await?;
    Ok(Listed::new(found, |items, page| EvidenceReviewPage { items, page }))
}

/// Export the reviews of a piece of evidence
///
/// Returns them as a table, in their order.
#[utoipa::path(
    tag = "Evidence",
    params(TableParameters),
    responses((status = 200, description = "The table.", body = inline(EvidenceReviewTable), content_type = "text/csv"))
)]
#[get("/evidence/{evidence_id}/reviews.csv")]
async fn export_evidence_reviews(
    db: web::Data<Db>,
    caller: Caller,
    evidence: web::Path<EvidenceId>,
    Whole { export, .. }: Whole<NoParameters>,
) -> Result<EvidenceReviewTable, ApiError> {
    export.table(&db, move |conn, window| reviews::list(conn, &caller, *evidence, window)).await
}

/// Review a piece of evidence
///
/// Creates a review; reviews cannot be changed or deleted. Each increases the version of the evidence, which is the
/// `ETag` of the response. Evidence supports a move of the action to `verified` if a key other than its author accepted
/// it; the author is the key that recorded it. A review that removes the last support of a verified action is refused:
/// reopen the action first.
#[utoipa::path(
    tag = "Evidence",
    request_body = NewEvidenceReview,
    responses((status = 201, description = "The created review.", body = EvidenceReview))
)]
#[post("/evidence/{evidence_id}/reviews")]
async fn create_evidence_review(
    db: web::Data<Db>,
    caller: Caller,
    evidence: web::Path<EvidenceId>,
    Post { new, once }: Post<NewEvidenceReview>,
) -> Result<Response, ApiError> {
    once.write(&db, caller, move |conn, caller| {
        let (part, version) = reviews::insert(conn, caller, *evidence, Id::generate(), &new)?;
        let location = format!("/v1/evidence/{}/reviews", part.evidence_id);
        Created { location, body: Part { part, version } }.response()
    })
    .await
}
