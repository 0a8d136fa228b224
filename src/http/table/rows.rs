//! Writes rows, and sends them on in pieces.

use actix_web::web::Bytes;
use csv::{Terminator, Writer, WriterBuilder};
use serde_json::Value;

use super::column::Column;
use super::part::Part;
use crate::database::parts::Outlet;
use crate::error::ApiError;

/// The number of bytes of the first piece: a table that is not larger is sent as a whole.
const FIRST_PIECE: usize = 1024 * 1024;
/// The number of bytes of each other piece.
const PIECE: usize = 32 * 1024;
/// Between rows, and after the last one.
pub const LINE_END: &[u8] = b"\r\n";
/// By this Excel recognises UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The rows of a table that are not sent yet.
pub struct Rows {
    columns: Vec<Column>,
    total: Option<i64>,
    written: Vec<u8>,
    limit: usize,
}

impl Rows {
    /// A table without rows. Its header is written with the first ones.
    pub fn new(columns: Vec<Column>, total: Option<i64>, has_mark: bool) -> Self {
        let mut written = if has_mark { BYTE_ORDER_MARK.to_vec() } else { Vec::new() };
        written.extend(line(columns.iter().map(|column| column.name.as_ref())));
        Self { columns, total, written, limit: FIRST_PIECE }
    }

    /// Writes rows, and sends those on that fill a piece, but for the end of the last line: a table that is cut does not
    /// look complete.
    ///
    /// # Errors
    ///
    /// `unavailable` if nobody reads them.
    pub fn write(&mut self, items: &[Value], outlet: &Outlet<Part>) -> Result<(), ApiError> {
        for item in items {
            self.written.extend(line(self.columns.iter().map(|column| column.cell(item))));
            if self.written.len() > self.limit {
                let end = self.written.split_off(self.written.len().saturating_sub(LINE_END.len()));
                let text = std::mem::replace(&mut self.written, end);
                self.send(text, false, outlet)?;
            }
        }
        Ok(())
    }

    /// Sends the rest.
    ///
    /// # Errors
    ///
    /// As [`Self::write`].
    pub fn end(mut self, outlet: &Outlet<Part>) -> Result<(), ApiError> {
        let text = std::mem::take(&mut self.written);
        self.send(text, true, outlet)
    }

    fn send(&mut self, text: Vec<u8>, is_last: bool, outlet: &Outlet<Part>) -> Result<(), ApiError> {
        let mut rest = Bytes::from(text);
        loop {
            let text = rest.split_to(rest.len().min(self.limit));
            let part =
                Part { text, is_last: is_last && rest.is_empty(), columns: self.columns.len(), total: self.total };
            outlet.send(part)?;
            self.limit = PIECE;
            if rest.is_empty() {
                return Ok(());
            }
        }
    }
}

/// A row with the end of its line.
pub fn line<C: AsRef<[u8]>>(cells: impl Iterator<Item = C>) -> Vec<u8> {
    let mut writer: Writer<Vec<u8>> = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    // A vector takes everything.
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default()
}
