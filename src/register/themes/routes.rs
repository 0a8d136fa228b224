//! Operations on themes.

use actix_web::{get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::ThemePage;
use super::query;
use super::table::ThemeTable;
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{List, NoParameters, Whole};
use crate::http::page::WindowParameters;
use crate::http::response::Listed;
use crate::http::table::TableParameters;

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service.service(list_themes).service(export_themes);
}

/// List themes
///
/// Lists the themes of findings and recommendations, which are the same for all frameworks.
#[utoipa::path(
    tag = "Themes",
    params(WindowParameters),
    responses((status = 200, description = "A page of themes.", body = ThemePage))
)]
#[get("/themes")]
async fn list_themes(db: web::Data<Db>, _: Caller, list: List<NoParameters>) -> Result<Listed<ThemePage>, ApiError> {
    let found = db.read(move |conn| query::list(conn, &list.window)).await?;
    Ok(Listed::new(found, |items, page| ThemePage { items, page }).lasting())
}

/// Export themes
///
/// Returns the list of themes as a table.
#[utoipa::path(
    tag = "Themes",
    params(TableParameters),
    responses((status = 200, description = "The table.", body = inline(ThemeTable), content_type = "text/csv"))
)]
#[get("/themes.csv")]
async fn export_themes(
    db: web::Data<Db>,
    _: Caller,
    Whole { export, .. }: Whole<NoParameters>,
) -> Result<ThemeTable, ApiError> {
    export.table(&db, query::list).await
}
