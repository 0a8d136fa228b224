//! Reads rows of CSV and JSON files, each with its line, and collects their faults.

use std::borrow::Cow;
use std::io::ErrorKind;
use std::path::PathBuf;

use include_dir::{Dir, include_dir};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::error::{ImportError, RowFault};
use super::{cells, form};
use crate::error::ApiError;
use crate::values::json::without_byte_order_mark;

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

/// A row and where it stands.
#[derive(Debug)]
pub struct Row<T> {
    /// The file.
    pub file: &'static str,
    /// The line on which it begins.
    pub line: u64,
    /// The decoded row.
    pub value: T,
}

/// Reads the files of a source, and collects their faults.
pub struct Reader<'a> {
    source: &'a Source,
    asked: Vec<&'static str>,
    found: usize,
    faults: Vec<RowFault>,
}

impl<'a> Reader<'a> {
    /// A reader of this source.
    pub fn new(source: &'a Source) -> Self {
        Self { source, asked: Vec::new(), found: 0, faults: Vec::new() }
    }

    /// The rows of a CSV file with a header line; none if there is no such file. Unknown columns are ignored.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn csv<T: DeserializeOwned>(&mut self, file: &'static str) -> Result<Vec<Row<T>>, ImportError> {
        let Some(bytes) = self.bytes(file)? else { return Ok(Vec::new()) };
        if let Some(reason) = form::wrong_encoding(&bytes) {
            self.fault(file, 1, "", reason);
            return Ok(Vec::new());
        }
        let mut reader = csv::Reader::from_reader(bytes.as_ref());
        let headers = match reader.headers() {
            Ok(headers) => headers.clone(),
            Err(error) => {
                let (column, reason) = form::fault(&error, None);
                self.fault(file, 1, &column, reason);
                return Ok(Vec::new());
            }
        };
        if let Some(reason) = form::wrong_separator(&headers) {
            self.fault(file, 1, "", reason);
            return Ok(Vec::new());
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    match cells::decode::<T>(&headers, &record) {
                        Ok(value) => rows.push(Row { file, line, value }),
                        Err(wrong) => {
                            for (column, reason) in wrong {
                                self.fault(file, line, &column, reason);
                            }
                        }
                    }
                }
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    let (column, reason) = form::fault(&error, Some(&headers));
                    self.fault(file, line, &column, reason);
                }
            }
        }
        Ok(rows)
    }

    /// The items of a JSON file that contains one array; none if there is no such file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn json<T: DeserializeOwned>(&mut self, file: &'static str) -> Result<Vec<Row<T>>, ImportError> {
        let Some(bytes) = self.bytes(file)? else { return Ok(Vec::new()) };
        if let Some(reason) = form::wrong_encoding(&bytes) {
            self.fault(file, 1, "", reason);
            return Ok(Vec::new());
        }
        let bytes = without_byte_order_mark(&bytes);
        let items = match serde_json::from_slice::<Vec<&RawValue>>(bytes) {
            Ok(items) => items,
            Err(error) => {
                self.fault(file, u64::try_from(error.line()).unwrap_or_default(), "", error.to_string());
                return Ok(Vec::new());
            }
        };
        let mut rows = Vec::new();
        for item in items {
            let start = item.get().as_ptr().addr().saturating_sub(bytes.as_ptr().addr());
            let before = bytes.get(..start).unwrap_or_default();
            let line = u64::try_from(before.split(|byte| *byte == b'\n').count()).unwrap_or_default();
            let mut deserializer = serde_json::Deserializer::from_str(item.get());
            match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
                Ok(value) => rows.push(Row { file, line, value }),
                Err(error) => {
                    for (column, reason) in wrong_members::<T>(item, (&error.path().to_string(), error.inner())) {
                        self.fault(file, line, &column, reason);
                    }
                }
            }
        }
        Ok(rows)
    }

    fn bytes(&mut self, file: &'static str) -> Result<Option<Cow<'static, [u8]>>, ImportError> {
        self.asked.push(file);
        let bytes = match self.source {
            Source::BuiltIn => DATA.get_file(file).map(|file| Cow::Borrowed(file.contents())),
            Source::Folder(folder) => {
                let path = folder.join(file);
                match std::fs::read(&path) {
                    Ok(bytes) => Some(Cow::Owned(bytes)),
                    Err(error) if error.kind() == ErrorKind::NotFound && folder.is_dir() => None,
                    Err(error) => return Err(ImportError::File(path.display().to_string(), error)),
                }
            }
        };
        self.found += usize::from(bytes.is_some());
        Ok(bytes)
    }

    /// Records a fault.
    pub fn fault(&mut self, file: &'static str, line: u64, column: &str, reason: impl Into<String>) {
        self.faults.push(RowFault { file, line, column: column.to_owned(), reason: reason.into() });
    }

    /// Handles the outcome of writing a row: a refusal is recorded as a fault of the row; any other error ends the
    /// import.
    pub fn outcome<T, V>(&mut self, row: &Row<V>, outcome: Result<T, ApiError>) -> Result<Option<T>, ImportError> {
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(ApiError::Refused(refusal)) => {
                let error = ApiError::Refused(refusal);
                if error.errors().is_empty() {
                    self.fault(row.file, row.line, "", error.to_string());
                }
                for broken in error.errors() {
                    let place = broken.pointer.as_deref().or(broken.parameter.as_deref()).unwrap_or_default();
                    let column = place.trim_start_matches('/');
                    self.fault(row.file, row.line, column, broken.message.clone());
                }
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    ///
    /// If there is any fault, or none of the files exists.
    pub fn finish(&mut self) -> Result<(), ImportError> {
        if self.found == 0 {
            return Err(ImportError::Nothing(self.asked.join(", ")));
        }
        let mut faults = std::mem::take(&mut self.faults);
        faults.sort_by_key(|fault| (self.asked.iter().position(|file| *file == fault.file), fault.line));
        if faults.is_empty() { Ok(()) } else { Err(ImportError::Faults(faults)) }
    }
}

/// Every member of an object that is wrong, and why: by itself each tells what is wrong with it. If none does, it is the
/// object as a whole, of which the first error is known.
fn wrong_members<T: DeserializeOwned>(
    item: &RawValue,
    (place, first): (&str, &serde_json::Error),
) -> Vec<(String, String)> {
    let members = serde_json::from_str::<Map<String, Value>>(item.get()).unwrap_or_default();
    let each = members.into_iter().filter_map(|(name, value)| {
        let alone = Value::Object([(name.clone(), value)].into_iter().collect());
        let error = serde_path_to_error::deserialize::<_, T>(alone).err()?;
        let place = error.path().to_string();
        place.starts_with(&name).then(|| (place, error.into_inner().to_string()))
    });
    let each = each.collect::<Vec<_>>();
    if !each.is_empty() {
        return each;
    }
    let reason = first.to_string();
    // The library counts lines from the beginning of the item.
    let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(reason, _)| reason);
    vec![(if place == "." { String::new() } else { place.to_owned() }, reason.to_owned())]
}
