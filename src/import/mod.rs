//! Imports files: the built-in ones of `data/`, or those of a directory with the same structure.
//!
//! An import is one transaction with the same rules as the API. It never changes existing rows, except by the corrections
//! of its source, so that a second import has no effect and what somebody changed survives. If any row is invalid, all
//! faults are reported with file, line, column and reason, and nothing is written.

mod actions;
mod authorities;
mod authority_corrections;
mod cells;
mod context;
mod corrections;
mod error;
mod evidence;
mod form;
mod former_codes;
mod improvement;
mod inspections;
mod judgements;
mod keys;
mod parts;
mod reading;
mod unrecorded;
pub mod upgrade;

use diesel::dsl::exists;
use diesel::pg::PgConnection;
use diesel::prelude::*;

use self::context::Context;
pub use self::context::Report;
pub use self::error::{ImportError, RowFault};
use self::reading::Reader;
pub use self::reading::Source;
use crate::database::{schema, session};
use crate::error::{ApiError, ConstraintExt, ProblemCode};
use crate::register::frameworks::model::FrameworkRecord;
use crate::register::themes::model::Theme;
use crate::register::{frameworks, themes};

/// Imports all known files of the source.
///
/// # Errors
///
/// If a file cannot be read, a row is wrong, or the database fails; then nothing is written.
pub fn run(url: &str, source: &Source) -> Result<Report, ImportError> {
    let mut conn = session::connect(url)?;
    import(&mut conn, source)
}

/// Imports on a connection, in one transaction.
///
/// # Errors
///
/// If a file cannot be read, a row is wrong, or the database fails; then nothing is written.
pub fn import(conn: &mut PgConnection, source: &Source) -> Result<Report, ImportError> {
    conn.transaction(|conn| {
        let mut context = Context::new(source);
        write_reference(conn, &mut context.reader)?;
        authorities::import(conn, &mut context)?;
        inspections::import(conn, &mut context)?;
        parts::import(conn, &mut context)?;
        // What follows an inspection is recorded as it is inserted: what it belongs to comes first in the feed.
        unrecorded::record(conn, &context.caller)?;
        improvement::import(conn, &mut context)?;
        actions::import(conn, &mut context)?;
        evidence::import(conn, &mut context)?;
        let corrected = corrections::make(conn, &context.caller, &mut context.reader)?;
        context.report.add(corrected);
        context.reader.finish()?;
        Ok(context.report)
    })
}

/// Writes the built-in frameworks and themes.
pub fn reference(conn: &mut PgConnection) -> Result<(), ImportError> {
    conn.transaction(|conn| {
        let mut reader = Reader::new(&Source::BuiltIn);
        write_reference(conn, &mut reader)?;
        reader.finish()
    })
}

fn write_reference(conn: &mut PgConnection, reader: &mut Reader<'_>) -> Result<(), ImportError> {
    for (row, place) in reader.json::<FrameworkRecord>("frameworks.json")?.iter().zip(1..) {
        let outcome = conn.transaction(|conn| {
            frameworks::query::replace(conn, &row.value, place).on_constraint(|name| Some(broken_rule(name)))
        });
        reader.outcome(row, outcome)?;
    }
    for (row, place) in reader.json::<Theme>("themes.json")?.iter().zip(1..) {
        let outcome = conn.transaction(|conn| {
            themes::query::replace(conn, &row.value, place).on_constraint(|name| Some(broken_rule(name)))
        });
        reader.outcome(row, outcome)?;
    }
    Ok(())
}

/// An error in reference data is reported with the name of the constraint, which says most to a developer.
fn broken_rule(constraint: &str) -> ApiError {
    ApiError::refused(ProblemCode::ValidationFailed, format!("breaks the rule {constraint}"))
}

/// Whether the register has no authorities, and so is new.
///
/// # Errors
///
/// If the database cannot be reached or fails.
pub fn is_empty(url: &str) -> Result<bool, ImportError> {
    let mut conn = session::connect(url)?;
    let has_any = diesel::select(exists(schema::authorities::table.select(schema::authorities::authority_id)))
        .get_result::<bool>(&mut conn)?;
    Ok(!has_any)
}
