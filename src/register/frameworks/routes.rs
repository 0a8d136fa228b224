//! Operations on frameworks.

use actix_web::{get, web};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::model::{Framework, FrameworkPage};
use super::query;
use super::table::FrameworkTable;
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{List, NoParameters, Query, Whole};
use crate::http::page::WindowParameters;
use crate::http::response::{Found, Listed};
use crate::http::table::TableParameters;
use crate::values::text::Code;

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service.service(list_frameworks).service(export_frameworks).service(get_framework);
}

/// List frameworks
///
/// Lists the frameworks that Ofsted inspects under, oldest first, with their areas, kinds of inspection and grades.
#[utoipa::path(
    tag = "Frameworks",
    params(WindowParameters),
    responses((status = 200, description = "A page of frameworks.", body = FrameworkPage))
)]
#[get("/frameworks")]
async fn list_frameworks(
    db: web::Data<Db>,
    _: Caller,
    list: List<NoParameters>,
) -> Result<Listed<FrameworkPage>, ApiError> {
    let found = db.read(move |conn| query::list(conn, &list.window)).await?;
    Ok(Listed::new(found, |items, page| FrameworkPage { items, page }).lasting())
}

/// Export frameworks
///
/// Returns the list of frameworks as a table, with the codes of their areas, kinds and grades.
#[utoipa::path(
    tag = "Frameworks",
    params(TableParameters),
    responses((status = 200, description = "The table.", body = inline(FrameworkTable), content_type = "text/csv"))
)]
#[get("/frameworks.csv")]
async fn export_frameworks(
    db: web::Data<Db>,
    _: Caller,
    Whole { export, .. }: Whole<NoParameters>,
) -> Result<FrameworkTable, ApiError> {
    export.table(&db, query::list).await
}

/// Read a framework
///
/// Returns the areas, with the comparable areas of other frameworks; the kinds of inspection; and the grades, best
/// first.
#[utoipa::path(
    tag = "Frameworks",
    responses((status = 200, description = "The framework.", body = Framework))
)]
#[get("/frameworks/{framework}")]
async fn get_framework(
    db: web::Data<Db>,
    _: Caller,
    framework: web::Path<Code>,
    _: Query<NoParameters>,
) -> Result<Found<Framework>, ApiError> {
    framework.validate().map_err(|_| ApiError::not_found("framework"))?;
    let framework = db.read(move |conn| query::get(conn, &framework)).await?;
    Ok(Found::lasting(framework))
}
