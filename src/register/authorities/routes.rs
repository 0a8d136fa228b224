//! Operations on authorities.

use actix_web::{delete, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{
    Authority, AuthorityFilter, AuthorityPage, AuthorityParameters, AuthorityPatch, NeighbourFilter, NeighbourPage,
    NewAuthority,
};
use super::query;
use super::table::{AuthorityTable, NeighbourTable};
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{IfMatch, List, NoParameters, Patch, Post, Query, Whole};
use crate::http::page::WindowParameters;
use crate::http::response::{Created, Deleted, Found, Listed, Response};
use crate::http::table::TableParameters;
use crate::values::authority_key::AuthorityKey;
use crate::values::id::Id;

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service
        .service(list_authorities)
        .service(export_authorities)
        .service(create_authority)
        .service(get_authority)
        .service(update_authority)
        .service(delete_authority)
        .service(list_authority_neighbours)
        .service(export_authority_neighbours);
}

fn location(authority: &Authority) -> String {
    format!("/v1/authorities/{}", authority.row.authority_id)
}

/// List authorities
///
/// Lists English councils with responsibility for children's services, past and present, by name. `active_on` selects
/// those that existed on a day.
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
    let found = db.read(move |conn| query::list::list(conn, &filter, &window)).await?;
    Ok(Listed::new(found, |items, page| AuthorityPage { items, page }))
}

/// Export authorities
///
/// Returns the list of authorities as a table, with the same filters in the same order.
#[utoipa::path(
    tag = "Authorities",
    params(AuthorityFilter, TableParameters),
    responses((status = 200, description = "The table.", body = inline(AuthorityTable), content_type = "text/csv"))
)]
#[get("/authorities.csv")]
async fn export_authorities(
    db: web::Data<Db>,
    _: Caller,
    Whole { filter, export, .. }: Whole<AuthorityFilter>,
) -> Result<AuthorityTable, ApiError> {
    export.table(&db, move |conn, window| query::list::list(conn, &filter, window)).await
}

/// Record an authority
///
/// Creates an authority. `predecessors` lists the authorities whose responsibilities it took over.
#[utoipa::path(
    tag = "Authorities",
    request_body = NewAuthority,
    responses((status = 201, description = "The created authority.", body = Authority))
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
/// Returns the authority with this id or code. `Content-Location` is the address with its id.
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
/// A JSON merge patch: absent members do not change, `null` clears a member, a value sets it.
#[utoipa::path(
    tag = "Authorities",
    request_body = AuthorityPatch,
    responses((status = 200, description = "The changed authority.", body = Authority))
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
/// Deletes an authority that no inspection, document or list of neighbours refers to. To record that an authority was
/// abolished, set `active_to` instead.
#[utoipa::path(
    tag = "Authorities",
    responses((status = 204, description = "The authority is deleted."))
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
/// Lists the most similar authorities according to the Department for Education. The relation is directed: an authority
/// can have a neighbour that does not have it.
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

/// Export the statistical neighbours of an authority
///
/// Returns them as a table, with the same filter in the same order.
#[utoipa::path(
    tag = "Authorities",
    params(NeighbourFilter, TableParameters),
    responses((status = 200, description = "The table.", body = inline(NeighbourTable), content_type = "text/csv"))
)]
#[get("/authorities/{authority}/neighbours.csv")]
async fn export_authority_neighbours(
    db: web::Data<Db>,
    _: Caller,
    authority: web::Path<AuthorityKey>,
    Whole { filter, export, .. }: Whole<NeighbourFilter>,
) -> Result<NeighbourTable, ApiError> {
    export.table(&db, move |conn, window| query::relations::list_neighbours(conn, &authority, &filter, window)).await
}
