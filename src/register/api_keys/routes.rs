//! Operations on keys.

use actix_web::{delete, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{ApiKey, ApiKeyFilter, ApiKeyPage, ApiKeyRotationPage, IssuedApiKey, NewApiKey, NewApiKeyRotation};
use super::query;
use super::table::{ApiKeyRotationTable, ApiKeyTable};
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{IfMatch, List, NoParameters, Post, Query, Whole};
use crate::http::page::WindowParameters;
use crate::http::response::{Created, Deleted, Found, Listed, Response};
use crate::http::table::TableParameters;
use crate::register::api_keys::authenticate::KnownKeys;
use crate::register::authorities::query::names::with_names;
use crate::values::id::Id;
use crate::values::ids::KeyId;

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service
        .service(list_api_keys)
        .service(export_api_keys)
        .service(create_api_key)
        .service(get_api_key)
        .service(delete_api_key)
        .service(list_api_key_rotations)
        .service(export_api_key_rotations)
        .service(create_api_key_rotation);
}

/// List keys
///
/// Lists all keys that are not revoked, including expired ones. Secrets are never returned.
#[utoipa::path(
    tag = "API keys",
    params(ApiKeyFilter, WindowParameters),
    responses((status = 200, description = "A page of keys.", body = ApiKeyPage))
)]
#[get("/api-keys")]
async fn list_api_keys(
    db: web::Data<Db>,
    _: Caller,
    List { window, filter }: List<ApiKeyFilter>,
) -> Result<Listed<ApiKeyPage>, ApiError> {
    let found = db.read(move |conn| query::list::list(conn, &filter, &window)).await?;
    Ok(Listed::new(found, |items, page| ApiKeyPage { items, page }))
}

/// Export keys
///
/// Returns the list of keys as a table, with the same filters in the same order. Secrets are never returned.
#[utoipa::path(
    tag = "API keys",
    params(ApiKeyFilter, TableParameters),
    responses((status = 200, description = "The table.", body = inline(ApiKeyTable), content_type = "text/csv"))
)]
#[get("/api-keys.csv")]
async fn export_api_keys(
    db: web::Data<Db>,
    _: Caller,
    Whole { filter, export, .. }: Whole<ApiKeyFilter>,
) -> Result<ApiKeyTable, ApiError> {
    export
        .table(&db, move |conn, window| {
            let keys = query::list::list(conn, &filter, window)?;
            with_names(conn, keys, |key| &key.authority_ids)
        })
        .await
}

/// Create a key
///
/// The response is the only one that contains the secret. A key expires after at most 365 days unless it is rotated.
#[utoipa::path(
    tag = "API keys",
    request_body = NewApiKey,
    responses((status = 201, description = "The created key, with its secret.", body = IssuedApiKey))
)]
#[post("/api-keys")]
async fn create_api_key(
    db: web::Data<Db>,
    caller: Caller,
    Post { new, once }: Post<NewApiKey>,
) -> Result<Response, ApiError> {
    once.write(&db, caller, move |conn, caller| {
        let body = query::insert(conn, caller, Id::generate(), &new)?;
        let created = Created { location: format!("/v1/api-keys/{}", body.row.key_id), body };
        created.response().map(Response::showing_secret)
    })
    .await
}

/// Read a key
#[utoipa::path(
    tag = "API keys",
    description = "Returns the name, role, authorities, expiry and last use of a key; never its secret.",
    responses((status = 200, description = "The key.", body = ApiKey))
)]
#[get("/api-keys/{key_id}")]
async fn get_api_key(
    db: web::Data<Db>,
    _: Caller,
    id: web::Path<KeyId>,
    _: Query<NoParameters>,
) -> Result<Found<ApiKey>, ApiError> {
    let key = db.read(move |conn| query::rows::find(conn, *id)).await?;
    Ok(Found::computed(key))
}

/// Revoke a key
///
/// Revokes the key immediately on this instance and within five seconds on all others. Revocation is permanent; the
/// name is not reusable. A key can revoke itself, and the last administrator key can be revoked: `keys create` makes
/// another.
#[utoipa::path(
    tag = "API keys",
    responses((status = 204, description = "The key is revoked."))
)]
#[delete("/api-keys/{key_id}")]
async fn delete_api_key(
    db: web::Data<Db>,
    keys: web::Data<KnownKeys>,
    caller: Caller,
    id: web::Path<KeyId>,
    if_match: IfMatch,
    _: Query<NoParameters>,
) -> Result<Deleted, ApiError> {
    db.write(move |conn| query::revoke(conn, &caller, *id, &if_match)).await?;
    keys.forget();
    Ok(Deleted)
}

/// List the secrets of a key
///
/// Lists the times at which each secret was created and expires, latest first; never the secrets themselves.
#[utoipa::path(
    tag = "API keys",
    params(WindowParameters),
    responses((status = 200, description = "A page of rotations.", body = ApiKeyRotationPage))
)]
#[get("/api-keys/{key_id}/rotations")]
async fn list_api_key_rotations(
    db: web::Data<Db>,
    _: Caller,
    id: web::Path<KeyId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<ApiKeyRotationPage>, ApiError> {
    let found = db.read(move |conn| query::list::rotations(conn, *id, &window)).await?;
    Ok(Listed::new(found, |items, page| ApiKeyRotationPage { items, page }))
}

/// Export the secrets of a key
///
/// Returns the times of its rotations as a table, the latest first. Secrets are never returned.
#[utoipa::path(
    tag = "API keys",
    params(TableParameters),
    responses((status = 200, description = "The table.", body = inline(ApiKeyRotationTable), content_type = "text/csv"))
)]
#[get("/api-keys/{key_id}/rotations.csv")]
async fn export_api_key_rotations(
    db: web::Data<Db>,
    _: Caller,
    id: web::Path<KeyId>,
    Whole { export, .. }: Whole<NoParameters>,
) -> Result<ApiKeyRotationTable, ApiError> {
    export.table(&db, move |conn, window| query::list::rotations(conn, *id, window)).await
}

/// Rotate the secret of a key
///
/// The id, name, role and authorities of the key do not change. The current secret remains valid for `overlap_hours`; with
/// 0 it ends at once. A secret from before the current one ends at once, so that at most two are valid. The response is the only one that contains the new secret, and has the `ETag` of the key.
#[utoipa::path(
    tag = "API keys",
    request_body = NewApiKeyRotation,
    responses((status = 201, description = "The key, with its new secret.", body = IssuedApiKey))
)]
#[post("/api-keys/{key_id}/rotations")]
async fn create_api_key_rotation(
    db: web::Data<Db>,
    keys: web::Data<KnownKeys>,
    caller: Caller,
    id: web::Path<KeyId>,
    Post { new, once }: Post<NewApiKeyRotation>,
) -> Result<Response, ApiError> {
    let answer = once.write(&db, caller, move |conn, caller| {
        let body = query::rotate(conn, caller, *id, &new)?;
        let created = Created { location: format!("/v1/api-keys/{id}/rotations"), body };
        created.response().map(Response::showing_secret)
    });
    let answer = answer.await?;
    keys.forget();
    Ok(answer)
}
