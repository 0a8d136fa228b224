//! Imports files: the built-in ones of `data/`, or those of a directory with the same structure.
//!
//! An import is one transaction with the same rules as the API. It never changes existing rows, so that a second import
//! has no effect and corrections survive. If any row is invalid, all faults are reported with file, line, column and
//! reason, and nothing is written.

mod actions;
mod authorities;
mod cells;
mod evidence;
mod improvement;
mod inspections;
mod judgements;
mod keys;
mod parts;
mod reading;
pub mod upgrade;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;

use diesel::dsl::exists;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use include_dir::{Dir, include_dir};

use self::reading::Reader;
use crate::access::caller::Caller;
use crate::database::{schema, session};
use crate::error::{ApiError, ConstraintExt, ProblemCode};
use crate::register::frameworks::model::FrameworkRecord;
use crate::register::themes::model::Theme;
use crate::register::{events, frameworks, themes};
use crate::values::ids::{AuthorityId, InspectionId};

/// The built-in data.
static DATA: Dir = include_dir!("$CARGO_MANIFEST_DIR/data");

/// Where files are read from.
#[derive(Debug, Clone)]
pub enum Source {
    /// The built-in data.
    BuiltIn,
    /// A folder.
    Folder(PathBuf),
}

impl From<Option<PathBuf>> for Source {
    fn from(folder: Option<PathBuf>) -> Self {
        folder.map_or(Self::BuiltIn, Self::Folder)
    }
}

/// A fault of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// The file.
    pub file: &'static str,
    /// The line on which the row begins.
    pub line: u64,
    /// The column, or the member of a JSON object; empty for the whole row.
    pub column: String,
    /// The reason.
    pub reason: String,
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}", self.file, self.line)?;
        if !self.column.is_empty() {
            write!(f, ", column {}", self.column)?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The database cannot be reached.
    #[error("the database cannot be reached: {0}")]
    Connect(#[from] ConnectionError),
    /// A file cannot be read.
    #[error("{0} cannot be read: {1}")]
    File(String, std::io::Error),
    /// The folder has none of the files.
    #[error("the directory has none of the files that can be imported: {0}")]
    Nothing(String),
    /// Rows are invalid.
    #[error("nothing was imported:\n{}", listed(.0))]
    Faults(Vec<RowFault>),
    /// The database failed.
    #[error("nothing was imported: {0}")]
    Database(String),
}

fn listed(faults: &[RowFault]) -> String {
    faults.iter().map(|fault| format!("  {fault}")).collect::<Vec<_>>().join("\n")
}

impl From<diesel::result::Error> for ImportError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.to_string())
    }
}

impl From<ApiError> for ImportError {
    fn from(error: ApiError) -> Self {
        Self::Database(error.to_string())
    }
}

/// The report of an import.
#[derive(Debug, Default)]
pub struct Report {
    counts: Vec<(&'static str, usize, usize)>,
    notes: Vec<String>,
}

impl Report {
    /// Counts the written and the existing rows of a kind.
    fn count(&mut self, what: &'static str, written: usize, kept: usize) {
        if written + kept > 0 {
            self.counts.push((what, written, kept));
        }
    }

    /// The number of rows of a kind that were written.
    #[must_use]
    pub fn written(&self, what: &str) -> usize {
        self.counts.iter().filter(|(kind, ..)| *kind == what).map(|(_, written, _)| written).sum()
    }

    /// Remarks about the import.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.counts.iter().map(|(what, written, kept)| match kept {
            0 => format!("{written} {what}"),
            kept => format!("{written} {what} ({kept} were there)"),
        });
        f.write_str(&counts.collect::<Vec<_>>().join(", "))?;
        self.notes.iter().try_for_each(|note| write!(f, "\n{note}"))
    }
}

/// The state of an import.
struct Context<'a> {
    reader: Reader<'a>,
    caller: Caller,
    report: Report,
    /// The inspections that this import created. Their parts are imported later, and do not increase the version.
    new_inspections: Vec<InspectionId>,
    /// The authorities by their codes in the files, which may differ from those in the register.
    authorities: HashMap<String, AuthorityId>,
    /// The inspections by their keys in the files, whose dates may differ from those in the register.
    inspections: HashMap<String, InspectionId>,
}

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
        let mut context = Context {
            reader: Reader::new(source),
            caller: Caller::import(),
            report: Report::default(),
            new_inspections: Vec::new(),
            authorities: HashMap::new(),
            inspections: HashMap::new(),
        };
        write_reference(conn, &mut context.reader)?;
        authorities::import(conn, &mut context)?;
        inspections::import(conn, &mut context)?;
        parts::import(conn, &mut context)?;
        // Later files record their events as they are written, so the events of the inspections that they belong to
        // must come first in the feed.
        events::query::beginnings::record(conn, &context.caller)?;
        improvement::import(conn, &mut context)?;
        actions::import(conn, &mut context)?;
        evidence::import(conn, &mut context)?;
        context.reader.finish()?;
        Ok(context.report)
    })
}

/// Writes the built-in frameworks and themes.
///
/// # Errors
///
/// If the database fails.
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
