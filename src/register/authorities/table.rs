//! Authorities as a table.

use super::model::{Authority, Neighbour};
use crate::http::table::column::Column;
use crate::http::table::{Table, Tabular};

/// The table.
pub type AuthorityTable = Table<Authority>;

impl Tabular for Authority {
    const NAME: &'static str = "authorities";
    const COLUMNS: &'static [Column] = &[
        Column::of("name"),
        Column::of("gss_code"),
        Column::of("region"),
        Column::of("authority_type"),
        Column::of("official_name"),
        Column::of("other_names"),
        Column::at("former_codes", "former_codes.gss_code").about("The GSS codes that it had before."),
        Column::of("dfe_code"),
        Column::of("ofsted_urn"),
        Column::of("active_from"),
        Column::of("active_to"),
        Column::of("population_0_25"),
        Column::of("website"),
        Column::of("version"),
        Column::of("created_at"),
        Column::of("updated_at"),
        Column::of("authority_id"),
        Column::of("predecessors"),
        Column::of("successors"),
    ];
}

/// The table.
pub type NeighbourTable = Table<Neighbour>;

impl Tabular for Neighbour {
    const NAME: &'static str = "neighbours";
    const COLUMNS: &'static [Column] = &[
        Column::of("neighbour_set"),
        Column::of("rank"),
        Column::of("name"),
        Column::of("gss_code"),
        Column::of("region"),
        Column::of("authority_id"),
    ];
}
