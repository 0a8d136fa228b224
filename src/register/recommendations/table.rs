//! Recommendations as a table.

use super::model::Recommendation;
use crate::http::table::column::Column;
use crate::http::table::{Table, Tabular};

/// The table.
pub type RecommendationTable = Table<Recommendation>;

impl Tabular for Recommendation {
    const NAME: &'static str = "recommendations";
    const COLUMNS: &'static [Column] = &[
        Column::of("authority_name"),
        Column::of("gss_code"),
        Column::of("position"),
        Column::of("kind"),
        Column::of("addressee"),
        Column::of("due_on"),
        Column::of("timescale_as_printed"),
        Column::of("timescale_counted_from"),
        Column::of("themes"),
        Column::of("cohorts"),
        Column::of("section"),
        Column::of("paragraph"),
        Column::of("text"),
        Column::of("version"),
        Column::of("created_at"),
        Column::of("updated_at"),
        Column::of("recommendation_id"),
        Column::of("inspection_id"),
        Column::of("authority_id"),
    ];
}
