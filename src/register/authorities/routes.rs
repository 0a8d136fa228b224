//! Operations on authorities.

use actix_web::{delete, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{
    Authority, AuthorityFilter, AuthorityPage, AuthorityParameters, AuthorityPatch, NeighbourFilter, NeighbourPage,
    NewAuthority,
};
use super::query;
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{IfMatch, List, NoParameters, Patch, Post, Query};
use crate::http::page::WindowParameters;
use crate::http::response::{Created, Deleted, Found, Listed, Response};
use crate::values::authority_key::AuthorityKey;
use crate::values::id::Id;

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service
        .service(list_authorities)
        .service(create_authority)
        .service(get_authority)
        .service(update_authority)
        .service(delete_authority)
        .service(list_authority_neighbours);
}

fn location(authority: &Authority) -> String {
    format!("/v1/authorities/{}", authority.row.authority_id)
}

/// List authorities
///
/// English councils with responsibility for children's services, past and present, by name. `active_on` leaves those
/// that existed on a day.
#[utoipa::path(
    tag = "Authorities",
    params(AuthorityFilter, WindowParameters),
    responses((status = 200, description = "A page of authorities.", body = AuthorityPage))
)]
#[get("/authorities")]
async fn list_authorities(
    db: web::Data<Db>,
    _: Caller,
    List { window, filter }: List<AuthorityFilter>,
) -> Result<Listed<AuthorityPage>, ApiError> {
    window.check_embedding(filter.embed.is_some())?;
    let found = db.read(move |conn| query::list::list(conn, &filter, &window)).await?;
    Ok(Listed::new(found, |items, page| AuthorityPage { items, page }))
}

/// Record an authority
///
/// A council that has taken on children's services. Those that it took over from are named in `predecessors`.
#[utoipa::path(
    tag = "Authorities",
    request_body = NewAuthority,
    responses((status = 201, description = "The authority is recorded.", body = Authority))
)]
#[post("/authorities")]
async fn create_authority(
    db: web::Data<Db>,
    caller: Caller,
    Post { new, once }: Post<NewAuthority>,
) -> Result<Response, ApiError> {
    once.write(&db, caller, move |conn, caller| {
        let body = query::insert(conn, caller, Id::generate(), &new)?;
        Created { location: location(&body), body }.response()
    })
    .await
}

/// Read an authority
///
/// By its id or by one of its codes; `Content-Location` names its own address.
#[utoipa::path(
    tag = "Authorities",
    params(AuthorityParameters),
    responses((status = 200, description = "The authority.", body = Authority))
)]
#[get("/authorities/{authority}")]
async fn get_authority(
    db: web::Data<Db>,
    _: Caller,
    authority: web::Path<AuthorityKey>,
    Query(parameters): Query<AuthorityParameters>,
) -> Result<Found<Authority>, ApiError> {
    let embeds = parameters.embed.is_some();
    let authority = db.read(move |conn| query::get(conn, &authority, parameters.embed.as_ref())).await?;
    let location = location(&authority);
    Ok(Found::embedding(authority, embeds).located(location))
}

/// Correct an authority
///
/// A JSON merge patch: absent members stay, `null` clears, a value sets.
#[utoipa::path(
    tag = "Authorities",
    request_body = AuthorityPatch,
    responses((status = 200, description = "The authority as it is now.", body = Authority))
)]
#[patch("/authorities/{authority}")]
async fn update_authority(
    db: web::Data<Db>,
    caller: Caller,
    authority: web::Path<AuthorityKey>,
    if_match: IfMatch,
    patch: Patch<AuthorityPatch>,
) -> Result<Found<Authority>, ApiError> {
    let authority = db.write(move |conn| query::update(conn, &caller, &authority, &if_match, &patch)).await?;
    let location = location(&authority);
    Ok(Found::versioned(authority).located(location))
}

/// Remove an authority
///
/// Only one that no inspection, document or list of neighbours refers to; one that is abolished keeps its record and
/// gets an `active_to`.
#[utoipa::path(
    tag = "Authorities",
    responses((status = 204, description = "The authority is gone."))
)]
#[delete("/authorities/{authority}")]
async fn delete_authority(
    db: web::Data<Db>,
    caller: Caller,
    authority: web::Path<AuthorityKey>,
    if_match: IfMatch,
    _: Query<NoParameters>,
) -> Result<Deleted, ApiError> {
    db.write(move |conn| query::delete(conn, &caller, &authority, &if_match)).await?;
    Ok(Deleted)
}

/// List the statistical neighbours of an authority
///
/// The authorities most alike, as the Department for Education lists them; the relation is directed.
#[utoipa::path(
    tag = "Authorities",
    params(NeighbourFilter, WindowParameters),
    responses((status = 200, description = "A page of neighbours, the current set first, the closest first.", body = NeighbourPage))
)]
#[get("/authorities/{authority}/neighbours")]
async fn list_authority_neighbours(
    db: web::Data<Db>,
    _: Caller,
    authority: web::Path<AuthorityKey>,
    List { window, filter }: List<NeighbourFilter>,
) -> Result<Listed<NeighbourPage>, ApiError> {
    let found = db.read(move |conn| query::relations::list_neighbours(conn, &authority, &filter, &window)).await?;
    Ok(Listed::new(found, |items, page| NeighbourPage { items, page }))
}
