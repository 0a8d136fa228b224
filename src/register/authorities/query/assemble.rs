//! Puts authorities together with their relations and what they carry: a fixed number of statements, however many
//! authorities.

use diesel::pg::PgConnection;

use super::relations;
use crate::error::ApiError;
use crate::register::standings;
use crate::register::authorities::model::{Authority, AuthorityEmbed, AuthorityRow};
use crate::values::codes::{Codes, names};
use crate::values::date::Date;

/// These authorities with their relations and what they are asked to carry.
pub fn all(
    conn: &mut PgConnection,
    rows: Vec<AuthorityRow>,
    embed: Option<&Codes<AuthorityEmbed>>,
) -> Result<Vec<Authority>, ApiError> {
    let ids = rows.iter().map(|row| row.authority_id).collect::<Vec<_>>();
    let successions = relations::successions(conn, &ids)?;
    let embeds_neighbours = names(embed, &AuthorityEmbed::Neighbours);
    let neighbours = if embeds_neighbours { relations::neighbours_of(conn, &ids)? } else { Vec::new() };
    let standings = if names(embed, &AuthorityEmbed::Standing) {
        standings::query::of_authorities(conn, &ids, Date::today())?
    } else {
        Vec::new()
    };
    let authorities = rows.into_iter().map(|row| {
        let id = row.authority_id;
        Authority {
            predecessors: successions.iter().filter(|(_, heir)| *heir == id).map(|(former, _)| *former).collect(),
            successors: successions.iter().filter(|(former, _)| *former == id).map(|(_, heir)| *heir).collect(),
            standing: standings.iter().find(|standing| standing.row.authority_id == id).cloned(),
            neighbours: embeds_neighbours.then(|| {
                neighbours.iter().filter(|(of, _)| *of == id).map(|(_, neighbour)| neighbour.clone()).collect()
            }),
            row,
        }
    });
    Ok(authorities.collect())
}
