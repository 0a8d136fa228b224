//! Operations on standings.

use actix_web::{get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{StandingFilter, StandingPage};
use super::{csv, query};
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{List, Query};
use crate::http::page::WindowParameters;
use crate::http::response::{Csv, Listed};

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
/// Returns the whole list as comma-separated values (RFC 4180), with one column for each area: the grade, or the reason
/// why there is none. Text that a spreadsheet would interpret as a formula starts with an apostrophe.
#[utoipa::path(
    tag = "Standings",
    params(StandingFilter),
    responses((
        status = 200,
        description = "The table.",
        body = String,
        content_type = "text/csv",
        example = "authority_id,authority_name,gss_code,region,authority_type,inspection_id,…"
    ))
)]
#[get("/standings.csv")]
async fn export_standings(db: web::Data<Db>, _: Caller, Query(filter): Query<StandingFilter>) -> Result<Csv, ApiError> {
    let (standings, areas) = db.read(move |conn| Ok((query::table(conn, &filter)?, query::areas(conn)?))).await?;
    Ok(Csv { text: csv::write(&standings, &areas)?, file_name: "standings.csv" })
}
