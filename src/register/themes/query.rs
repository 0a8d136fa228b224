//! Statements about themes.

use diesel::dsl::count_star;
use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::model::Theme;
use crate::database::schema::themes;
use crate::error::{ApiError, FieldError};
use crate::http::page::{Page, Window};
use crate::values::text::Code;

/// A page of themes, in their order.
///
/// # Errors
///
/// `invalid_cursor`.
pub fn list(conn: &mut PgConnection, window: &Window) -> Result<(Vec<Theme>, Page), ApiError> {
    let after = window.after::<i32>()?.unwrap_or_default();
    let rows = themes::table
        .filter(themes::position.gt(after))
        .order(themes::position)
        .limit(window.rows())
        .select((themes::position, Theme::as_select()))
        .load::<(i32, Theme)>(conn)?;
    let total = if window.counts() { Some(themes::table.select(count_star()).get_result(conn)?) } else { None };
    let (rows, page) = window.page(rows, total, |(position, _)| *position)?;
    Ok((rows.into_iter().map(|(_, theme)| theme).collect(), page))
}

/// Which of these codes name no theme, as broken rules of the member at `pointer`.
pub fn unknown(conn: &mut PgConnection, codes: &[Code], pointer: &str) -> QueryResult<Vec<FieldError>> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let known = themes::table.filter(themes::theme.eq_any(codes)).select(themes::theme).load::<Code>(conn)?;
    let unknown = codes.iter().enumerate().filter(|(_, code)| !known.contains(code));
    Ok(unknown
        .map(|(index, code)| {
            FieldError::body(format!("{pointer}/{index}"), "unknown", format!("{code} is not a theme"))
        })
        .collect())
}

/// Refuses codes that name no theme.
///
/// # Errors
///
/// `validation_failed`, naming each below `pointer`.
pub fn check(conn: &mut PgConnection, codes: &[Code], pointer: &str) -> Result<(), ApiError> {
    let errors = unknown(conn, codes, pointer)?;
    ApiError::refuse_any(errors)
}

/// Writes a theme as it is in `data/`, at its place.
///
/// # Errors
///
/// If the theme breaks a constraint.
pub fn replace(conn: &mut PgConnection, theme: &Theme, place: i32) -> QueryResult<()> {
    diesel::insert_into(themes::table)
        .values((theme, themes::position.eq(place)))
        .on_conflict(themes::theme)
        .do_update()
        .set((theme, themes::position.eq(place)))
        .execute(conn)?;
    Ok(())
}
