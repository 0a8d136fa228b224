//! Evidence and its reviews as tables.

use super::model::{Evidence, EvidenceReview};
use crate::http::table::column::Column;
use crate::http::table::{Table, Tabular};

/// The table.
pub type EvidenceTable = Table<Evidence>;

impl Tabular for Evidence {
    const NAME: &'static str = "evidence";
    const COLUMNS: &'static [Column] = &[
        Column::of("title"),
        Column::of("kind"),
        Column::of("observed_on"),
        Column::of("expires_on"),
        Column::of("review_outcome"),
        Column::of("recorded_by"),
        Column::of("url"),
        Column::of("sha256"),
        Column::of("version"),
        Column::of("created_at"),
        Column::of("updated_at"),
        Column::of("evidence_id"),
        Column::of("action_id"),
    ];
}

/// The table.
pub type EvidenceReviewTable = Table<EvidenceReview>;

impl Tabular for EvidenceReview {
    const NAME: &'static str = "reviews";
    const COLUMNS: &'static [Column] = &[
        Column::of("outcome"),
        Column::of("effective_on"),
        Column::of("note"),
        Column::of("recorded_by"),
        Column::of("recorded_at"),
        Column::of("review_id"),
        Column::of("evidence_id"),
    ];
}
