//! Events as a table.

use super::model::Event;
use crate::http::table::column::Column;
use crate::http::table::{Table, Tabular};

/// The table.
pub type EventTable = Table<Event>;

impl Tabular for Event {
    const NAME: &'static str = "events";
    const COLUMNS: &'static [Column] = &[
        Column::of("sequence"),
        Column::of("recorded_at"),
        Column::of("type"),
        Column::of("resource"),
        Column::of("authority_names").about("The names of the authorities."),
        Column::of("gss_codes").about("The GSS codes of the authorities."),
        Column::of("actor"),
        Column::of("reason"),
        Column::of("before").about("The resource before the change, as JSON."),
        Column::of("after").about("The resource after the change, as JSON."),
        Column::of("request_id"),
        Column::of("resource_id"),
        Column::of("authority_ids"),
    ];
}
