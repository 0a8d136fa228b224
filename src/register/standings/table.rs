//! Standings as a table: one row for each authority, one column for each area.

use serde_json::Value;

use super::model::{Standing, StandingAbsence};
use crate::http::table::column::{Column, Spread, spread_over};
use crate::http::table::{Columns, Table, Tabular};
use crate::values::text::Code;

/// One column for each area.
const AREAS: Spread = Spread { key: "area", values: &["grade", "absence_reason"] };

/// The table.
pub type StandingTable = Table<Standing>;

impl Tabular for Standing {
    const NAME: &'static str = "standings";
    const COLUMNS: &'static [Column] = &[
        Column::of("authority_name"),
        Column::of("gss_code"),
        Column::of("region"),
        Column::of("authority_type"),
        Column::of("framework"),
        Column::of("kind"),
        Column::of("started_on"),
        Column::of("ended_on"),
        Column::of("published_on"),
        Column::of("days_since"),
        Column::of("as_at").about("The day at the end of which it stood so."),
        Column::spread("{area}", "judgements", AREAS)
            .about("One column for each area, named by its code: the grade, or the reason why there is none."),
        Column::of("lead_inspectors"),
        Column::of("report_url"),
        Column::of("authority_id"),
        Column::of("inspection_id"),
    ];
}

/// The columns of a table with these rows, of these areas. A column is filled if a cell says more than that an area is not of
/// the framework; of a table without rows, every column is that does not stand for an area.
pub fn columns(areas: &[Code], rows: &[Value], which: Columns) -> Vec<Column> {
    if which == Columns::Filled && rows.is_empty() {
        return spread_over::<Code>(Standing::COLUMNS, &[]);
    }
    let mut columns = spread_over(Standing::COLUMNS, areas);
    let says = |cell: &str| !cell.is_empty() && cell != StandingAbsence::NotInFramework.as_str();
    columns.retain(|column| which == Columns::All || rows.iter().any(|row| says(&column.cell(row))));
    columns
}
