//! Why nothing was imported.

use std::fmt;

use diesel::ConnectionError;

use crate::error::ApiError;

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
    #[error("the folder has none of the files that can be imported: {0}")]
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
