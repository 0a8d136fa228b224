//! The form that files have to have: CSV with commas, in UTF-8, as spreadsheets do not always save it.

use csv::{Error, ErrorKind, StringRecord};

/// What to do about another encoding.
const NOT_UTF_8: &str = "is not in UTF-8; in Excel, save the file as CSV UTF-8";

/// Why a file cannot be in UTF-8: it begins with the mark of another encoding, or with letters of two bytes.
pub(super) fn wrong_encoding(bytes: &[u8]) -> Option<String> {
    let is_wide =
        bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.iter().take(4).any(|byte| *byte == 0);
    is_wide.then(|| format!("the file {NOT_UTF_8} (it seems to be in UTF-16)"))
}

/// Why the columns of a file cannot be told apart: its header is a single name that contains another separator.
pub(super) fn wrong_separator(headers: &StringRecord) -> Option<String> {
    let only = headers.get(0).filter(|_| headers.len() == 1)?;
    let (_, name) = [(';', "semicolons"), ('\t', "tabs"), ('|', "vertical bars")]
        .into_iter()
        .find(|(sign, _)| only.contains(*sign))?;
    Some(format!("the columns are separated by {name}; they must be separated by commas"))
}

/// The column of a row that cannot be read, if it is known, and the reason.
pub(super) fn fault(error: &Error, headers: Option<&StringRecord>) -> (String, String) {
    match error.kind() {
        ErrorKind::Utf8 { err, .. } => {
            let column = headers.and_then(|headers| headers.get(err.field())).unwrap_or_default();
            (column.to_owned(), NOT_UTF_8.to_owned())
        }
        _ => (String::new(), error.to_string()),
    }
}
