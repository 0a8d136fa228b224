//! Documents as a table.

use super::model::Document;
use crate::http::table::column::Column;
use crate::http::table::{Table, Tabular};

/// The table.
pub type DocumentTable = Table<Document>;

impl Tabular for Document {
    const NAME: &'static str = "documents";
    const COLUMNS: &'static [Column] = &[
        Column::of("title"),
        Column::of("kind"),
        Column::of("audience"),
        Column::of("authority_names").about("The names of the authorities."),
        Column::of("gss_codes").about("The GSS codes of the authorities."),
        Column::of("published_on"),
        Column::of("publisher"),
        Column::of("sender"),
        Column::of("addressee"),
        Column::of("signed_by"),
        Column::of("language"),
        Column::of("summary"),
        Column::of("notes"),
        Column::at("speakers", "statements.speaker").about("The speakers of its statements."),
        Column::of("url"),
        Column::of("version"),
        Column::of("created_at"),
        Column::of("updated_at"),
        Column::of("document_id"),
        Column::of("inspection_id"),
        Column::of("authority_ids"),
    ];
}
