//! The parts in which a table is sent.

use actix_web::web::Bytes;

/// A part of a table on its way.
#[derive(Debug)]
pub struct Part {
    /// The bytes.
    pub text: Bytes,
    /// Whether the table ends with it.
    pub is_last: bool,
    /// The number of columns.
    pub columns: usize,
    /// The number of rows of the whole table, if it was counted.
    pub total: Option<i64>,
}
