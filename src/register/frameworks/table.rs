//! Frameworks as a table.

use super::model::Framework;
use crate::http::table::column::Column;
use crate::http::table::{Table, Tabular};

/// The table.
pub type FrameworkTable = Table<Framework>;

impl Tabular for Framework {
    const NAME: &'static str = "frameworks";
    const COLUMNS: &'static [Column] = &[
        Column::of("framework"),
        Column::of("name"),
        Column::of("family"),
        Column::of("valid_from"),
        Column::of("valid_from_is_approximate"),
        Column::of("valid_to"),
        Column::of("valid_to_is_approximate"),
        Column::at("areas", "areas.area").about("The codes of the areas that are judged, in order."),
        Column::at("kinds", "kinds.kind").about("The codes of the kinds of inspection."),
        Column::at("grades", "grades.grade").about("The codes of the grades, best first."),
        Column::of("description"),
    ];
}
