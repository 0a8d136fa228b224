//! Lists as tables: comma-separated values (RFC 4180), whole, and sent while they are read.
//!
//! A table has the rows of its list in their order, read page by page in one snapshot. A small one is sent as a whole with
//! its length and an entity tag. Of a larger one the first rows are sent before the last are read, so that its memory is
//! limited; how a cut is seen stands in `body.rs`.

mod body;
pub mod column;
mod part;
mod rows;
pub mod schema;

use std::marker::PhantomData;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Responder};
use diesel::pg::PgConnection;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::IntoParams;
use validator::Validate;

use self::body::TableBody;
use self::column::Column;
use self::part::Part;
use self::rows::Rows;
use crate::database::parts::{Outlet, Parts};
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::page::{Count, Page, Window};
use crate::http::parameters::Parameters;
use crate::http::response::{represent_untagged, represent_whole};
use crate::values::date::Date;
use crate::values::text_enum::text_enum;

/// The media type of tables.
const MEDIA_TYPE: &str = "text/csv; charset=utf-8; header=present";
/// The header with the number of rows.
pub const X_TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");
/// The member of an item that tells as at which day it is.
const AS_AT: &str = "as_at";

text_enum! {
    /// Which columns a table has.
    pub enum Columns {
        /// Those that a row of the table fills.
        Filled = "filled",
        /// All.
        All = "all",
    }
}

/// A resource whose list is a table too.
pub trait Tabular: 'static {
    /// Its name in the plural, with which the name of the file begins.
    const NAME: &'static str;
    /// The columns, in order.
    const COLUMNS: &'static [Column];
}

/// The parameters that all tables share.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TableParameters {
    /// Whether the table begins with a byte order mark, by which Excel recognises UTF-8; programs take it for a part of
    /// the first name.
    #[param(default = false, example = false)]
    pub bom: Option<bool>,
    /// Whether to count all rows, in the header `X-Total-Count`.
    #[param(example = "exact")]
    pub count: Option<Count>,
}

impl Parameters for TableParameters {}

/// The parameter of tables whose columns depend on their rows.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ColumnParameters {
    /// Which columns the table has: programs that name columns want all of them.
    #[param(default = "filled", example = "all")]
    pub columns: Option<Columns>,
}

impl Parameters for ColumnParameters {}

/// A table that is being read.
pub struct Table<T> {
    name: &'static str,
    day: Date,
    first: Part,
    rest: Parts<Part>,
    of: PhantomData<fn() -> T>,
}

/// How a table is asked for.
#[derive(Debug)]
pub struct Export {
    parameters: TableParameters,
    as_at: Option<Date>,
}

impl Export {
    /// A table with these parameters.
    #[must_use]
    pub fn new(parameters: TableParameters) -> Self {
        Self { parameters, as_at: None }
    }

    /// The table as at a day, or today, which a column tells.
    #[must_use]
    pub fn as_at(self, day: Option<Date>) -> Self {
        Self { as_at: Some(day.unwrap_or_else(Date::today)), ..self }
    }

    /// The table of a list, page by page.
    ///
    /// # Errors
    ///
    /// Those of `list` on its first pages, and `unavailable`.
    pub async fn table<T, R, F>(self, db: &Db, list: F) -> Result<Table<T>, ApiError>
    where
        T: Tabular,
        R: Serialize,
        F: Fn(&mut PgConnection, &Window) -> Result<(Vec<R>, Page), ApiError> + Send + 'static,
    {
        self.table_with(db, |_, _| Ok(T::COLUMNS.to_vec()), list).await
    }

    /// The table of a list, with columns that depend on its first items.
    ///
    /// # Errors
    ///
    /// As [`Self::table`].
    pub async fn table_with<T, R, C, F>(self, db: &Db, columns: C, list: F) -> Result<Table<T>, ApiError>
    where
        T: Tabular,
        R: Serialize,
        C: Fn(&mut PgConnection, &[Value]) -> Result<Vec<Column>, ApiError> + Send + 'static,
        F: Fn(&mut PgConnection, &Window) -> Result<(Vec<R>, Page), ApiError> + Send + 'static,
    {
        let day = self.as_at.unwrap_or_else(Date::today);
        let (first, rest) = db.stream(move |conn, outlet| self.send(conn, outlet, &columns, &list)).await?;
        Ok(Table { name: T::NAME, day, first, rest, of: PhantomData })
    }

    /// Reads the list, and sends its rows on.
    fn send<R: Serialize>(
        &self,
        conn: &mut PgConnection,
        outlet: &Outlet<Part>,
        columns: &impl Fn(&mut PgConnection, &[Value]) -> Result<Vec<Column>, ApiError>,
        list: &impl Fn(&mut PgConnection, &Window) -> Result<(Vec<R>, Page), ApiError>,
    ) -> Result<(), ApiError> {
        let (items, page) = self.page(conn, list, &Window::first(self.parameters.count))?;
        let mut rows = Rows::new(columns(conn, &items)?, page.total, self.parameters.bom == Some(true));
        let (mut items, mut cursor) = (items, page.next_cursor);
        loop {
            rows.write(&items, outlet)?;
            let Some(next) = cursor else { return rows.end(outlet) };
            (items, Page { next_cursor: cursor, .. }) = self.page(conn, list, &Window::following(next))?;
        }
    }

    /// The items of a page. Those of a search that found only names spelt nearly so are left out: a table has no place to
    /// tell that.
    fn page<R: Serialize>(
        &self,
        conn: &mut PgConnection,
        list: &impl Fn(&mut PgConnection, &Window) -> Result<(Vec<R>, Page), ApiError>,
        window: &Window,
    ) -> Result<(Vec<Value>, Page), ApiError> {
        let (items, page) = list(conn, window)?;
        if page.is_approximate.is_some() {
            let total = page.total.map(|_| 0);
            return Ok((Vec::new(), Page { next_cursor: None, total, ..page }));
        }
        let mut items = items.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>()?;
        if let Some(day) = self.as_at {
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                item.insert(AS_AT.to_owned(), serde_json::to_value(day)?);
            }
        }
        Ok((items, page))
    }
}

impl<T: Tabular> Responder for Table<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let (total, file) = (self.first.total, format!("{}-{}.csv", self.name, self.day));
        let mut response = if self.first.is_last {
            represent_whole(request, MEDIA_TYPE, self.first.text)
        } else {
            represent_untagged(request, MEDIA_TYPE, || TableBody::new(request, self.first, self.rest))
        };
        let headers = response.headers_mut();
        if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{file}\"")) {
            headers.insert(header::CONTENT_DISPOSITION, disposition);
        }
        if let Some(total) = total {
            headers.insert(X_TOTAL_COUNT, HeaderValue::from(total));
        }
        response
    }
}
