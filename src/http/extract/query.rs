//! Query strings.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use super::query_string::QueryString;
use crate::error::ApiError;
use crate::http::operation::{Operation, Operations};
use crate::http::page::{Window, WindowParameters};
use crate::http::parameters::Parameters;
use crate::http::table::{ColumnParameters, Columns, Export, TableParameters};
use crate::values::text::Reason;

/// The parameters of an operation that is not a list.
pub struct Query<T>(pub T);

impl<T: Parameters> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(query(request))
    }
}

fn query<T: Parameters>(request: &HttpRequest) -> Result<Query<T>, ApiError> {
    Operations::with(request, |operation| {
        let mut query = QueryString::new(request.query_string(), operation);
        let parameters = query.decode(|_| true);
        query.finish()?;
        parameters.map(Query).ok_or_else(undecoded)
    })
}

/// Parameters of a list: which part is wanted, and of what.
pub struct List<F> {
    /// The window.
    pub window: Window,
    /// The filter.
    pub filter: F,
}

/// Parameters of the window, which are not part of the filter.
const WINDOW_NAMES: [&str; 3] = ["limit", "cursor", "count"];

impl<F: Parameters> FromRequest for List<F> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(list(request))
    }
}

fn list<F: Parameters>(request: &HttpRequest) -> Result<List<F>, ApiError> {
    let is_of_window = |name: &str| WINDOW_NAMES.contains(&name);
    Operations::with(request, |operation| {
        let mut query = QueryString::new(request.query_string(), operation);
        let mut question = query.pairs().iter().filter(|(name, _)| !is_of_window(name)).cloned().collect::<Vec<_>>();
        let filter = query.decode::<F>(|name| !is_of_window(name));
        let window = query.decode::<WindowParameters>(is_of_window);
        if let (Some(filter), Some(window)) = (&filter, &window) {
            query.break_rules(window.too_large(filter.embeds()));
        }
        query.finish()?;
        let (filter, window) = filter.zip(window).ok_or_else(undecoded)?;
        question.sort();
        let question = serde_json::to_string(&(request.path(), question))?;
        Ok(List { window: Window::new(window, question), filter })
    })
}

/// Parameters of a whole list as a table: of what, and in which form.
pub struct Whole<F> {
    /// The filter.
    pub filter: F,
    /// The form.
    pub export: Export,
    /// Which columns the table has, if they depend on its rows.
    pub columns: Columns,
}

impl<F: Parameters> FromRequest for Whole<F> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(whole(request))
    }
}

/// Parameters of tables, which are not part of the filter.
const TABLE_NAMES: [&str; 2] = ["bom", "count"];
/// The parameter of tables whose columns depend on their rows.
const COLUMNS: &str = "columns";

fn whole<F: Parameters>(request: &HttpRequest) -> Result<Whole<F>, ApiError> {
    let is_of_table = |name: &str| TABLE_NAMES.contains(&name);
    Operations::with(request, |operation| {
        let mut query = QueryString::new(request.query_string(), operation);
        let filter = query.decode::<F>(|name| !is_of_table(name) && name != COLUMNS);
        let table = query.decode::<TableParameters>(is_of_table);
        let columns = query.decode::<ColumnParameters>(|name| name == COLUMNS);
        query.finish()?;
        let ((filter, table), columns) = filter.zip(table).zip(columns).ok_or_else(undecoded)?;
        Ok(Whole { filter, export: Export::new(table), columns: columns.columns.unwrap_or(Columns::Filled) })
    })
}

/// Refuses every parameter of an operation that has none.
///
/// # Errors
///
/// `invalid_parameter`, naming each.
pub fn check_no_parameters(query: &str, operation: &Operation) -> Result<(), ApiError> {
    QueryString::new(query, operation).finish()
}

fn undecoded() -> ApiError {
    ApiError::Internal("parameters without an error cannot be decoded".to_owned())
}

/// No parameters at all.
#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct NoParameters {}

impl Parameters for NoParameters {}

/// Why something is removed.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReasonParameter {
    /// The reason for deleting a part of a published inspection.
    #[validate(nested)]
    #[param(example = "Recorded twice.")]
    pub reason: Option<Reason>,
}

impl Parameters for ReasonParameter {}
