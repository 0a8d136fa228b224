//! Operations on standings.

use actix_web::{get, web};
use diesel::pg::PgConnection;
use serde_json::Value;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{StandingFilter, StandingPage};
use super::query;
use super::table::{self, StandingTable};
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{List, Whole};
use crate::http::page::{Window, WindowParameters};
use crate::http::response::Listed;
use crate::http::table::{ColumnParameters, TableParameters};
use crate::register::frameworks::query::areas::of_standings;

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service.service(list_standings).service(export_standings);
}

/// List the standings of authorities
///
/// Lists one standing for each authority that existed on `as_at`, with the grades of its latest published graded
/// inspection up to that day. Visits and reviews of boards do not give a standing, and no grade is taken from an older
/// inspection.
#[utoipa::path(
    tag = "Standings",
    params(StandingFilter, WindowParameters),
    responses((status = 200, description = "A page of standings.", body = StandingPage))
)]
#[get("/standings")]
async fn list_standings(
    db: web::Data<Db>,
    _: Caller,
    List { window, filter }: List<StandingFilter>,
) -> Result<Listed<StandingPage>, ApiError> {
    let found = db.read(move |conn| query::list(conn, &filter, &window)).await?;
    Ok(Listed::new(found, |items, page| StandingPage { items, page }))
}

/// Export the standings of authorities
///
/// Returns the list of standings as a table, with the same filters in the same order: one column for each area with the
/// grade, or the reason why there is none. Columns that no row fills are left out, and so are areas that no framework of the
/// rows has; `columns=all` has them all.
#[utoipa::path(
    tag = "Standings",
    params(StandingFilter, TableParameters, ColumnParameters),
    responses((status = 200, description = "The table.", body = inline(StandingTable), content_type = "text/csv"))
)]
#[get("/standings.csv")]
async fn export_standings(
    db: web::Data<Db>,
    _: Caller,
    Whole { filter, export, columns }: Whole<StandingFilter>,
) -> Result<StandingTable, ApiError> {
    let columns =
        move |conn: &mut PgConnection, rows: &[Value]| Ok(table::columns(&of_standings(conn)?, rows, columns));
    let export = export.as_at(filter.as_at);
    let list = move |conn: &mut PgConnection, window: &Window| {
        let areas = of_standings(conn)?;
        Ok(window.whole(query::table(conn, &filter, &areas)?))
    };
    export.table_with(&db, columns, list).await
}
