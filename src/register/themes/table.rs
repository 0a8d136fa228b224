//! Themes as a table.

use super::model::Theme;
use crate::http::table::column::Column;
use crate::http::table::{Table, Tabular};

/// The table.
pub type ThemeTable = Table<Theme>;

impl Tabular for Theme {
    const NAME: &'static str = "themes";
    const COLUMNS: &'static [Column] = &[Column::of("theme"), Column::of("name"), Column::of("description")];
}
