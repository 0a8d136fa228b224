//! Fills the register from files: those of `data/`, which the program carries, or those of any folder of the same form.
//!
//! One transaction, through the same rules as the API. What is in the register already stays as it is, so that a second
//! import changes nothing and corrections survive. A bad row is reported with its file, line, column and reason, together
//! with all others, and nothing is written.

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

/// The data that comes with the program.
static DATA: Dir = include_dir!("$CARGO_MANIFEST_DIR/data");

/// Where files are read from.
#[derive(Debug, Clone)]
pub enum Source {
    /// The data that comes with the program.
    BuiltIn,
    /// A folder.
    Folder(PathBuf),
}

impl From<Option<PathBuf>> for Source {
    fn from(folder: Option<PathBuf>) -> Self {
        folder.map_or(Self::BuiltIn, Self::Folder)
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub file: &'static str,
    /// The line on which the row begins.
    pub line: u64,
    /// The column, or the member of a JSON object; empty for the whole row.
    pub column: String,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Fault {
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
    /// Rows are wrong.
    #[error("nothing was imported:\n{}", listed(.0))]
    Faults(Vec<Fault>),
    /// The database failed.
    #[error("nothing was imported: {0}")]
    Database(String),
}

fn listed(faults: &[Fault]) -> String {
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

/// What an import did.
#[derive(Debug, Default)]
pub struct Report {
    counts: Vec<(&'static str, usize, usize)>,
    notes: Vec<String>,
}

impl Report {
    /// Counts rows of a kind: those written, and those that were there already.
    fn count(&mut self, what: &'static str, written: usize, kept: usize) {
        if written + kept > 0 {
            self.counts.push((what, written, kept));
        }
    }

    /// How many rows of a kind were written.
    #[must_use]
    pub fn written(&self, what: &str) -> usize {
        self.counts.iter().filter(|(kind, ..)| *kind == what).map(|(_, written, _)| written).sum()
    }

    /// What the reader of the report should know.
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

/// What an import works with.
struct Context<'a> {
    reader: Reader<'a>,
    caller: Caller,
    report: Report,
    /// The inspections that this import wrote: they are complete only at its end, at their first version.
    new_inspections: Vec<InspectionId>,
    /// The authorities by the codes of the files, which the register may have corrected.
    authorities: HashMap<String, AuthorityId>,
    /// The inspections by the keys of the files, whose days the register may have corrected.
    inspections: HashMap<String, InspectionId>,
}

/// Imports all files of the source that the register knows.
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
        // What follows an inspection tells of itself as it is written: what it belongs to comes first in the feed.
        events::query::beginnings::record(conn, &context.caller)?;
        improvement::import(conn, &mut context)?;
        actions::import(conn, &mut context)?;
        evidence::import(conn, &mut context)?;
        context.reader.finish()?;
        Ok(context.report)
    })
}

/// Writes the frameworks and themes that come with the program.
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

/// Reference data is the operator's own: the name of the broken rule tells most.
fn broken_rule(constraint: &str) -> ApiError {
    ApiError::refused(ProblemCode::ValidationFailed, format!("breaks the rule {constraint}"))
}

/// Whether the register holds no authorities: it is new.
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
