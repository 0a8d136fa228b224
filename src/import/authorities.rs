//! Imports authorities, successions and statistical neighbours.

use std::collections::HashSet;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde::Deserialize;

use super::context::{Context, split};
use super::error::ImportError;
use super::former_codes::FormerCodes;
use super::reading::Row;
use crate::database::schema::{authorities, statistical_neighbours};
use crate::error::{ApiError, ConstraintExt};
use crate::http::extract::broken_rules;
use crate::register::authorities::model::{AuthorityRow, NeighbourSet, NewAuthority};
use crate::register::authorities::query::{changes, relations, rows};
use crate::values::authority_key::AuthorityKey;
use crate::values::authority_type::AuthorityType;
use crate::values::date::Date;
use crate::values::ids::AuthorityId;
use crate::values::json::JsonList;
use crate::values::text::{DfeCode, GssCode, Name, OfstedUrn, Region, WebAddress};

/// A line of `authorities.csv`.
#[derive(Debug, Deserialize)]
pub(super) struct AuthorityLine {
    authority_id: Option<AuthorityId>,
    name: Name,
    official_name: Option<Name>,
    #[serde(default)]
    other_names: String,
    pub(super) gss_code: GssCode,
    #[serde(default)]
    pub(super) former_codes: FormerCodes,
    dfe_code: Option<DfeCode>,
    ofsted_urn: Option<OfstedUrn>,
    region: Region,
    authority_type: AuthorityType,
    website: Option<WebAddress>,
    population_0_25: Option<i32>,
    active_from: Option<Date>,
    active_to: Option<Date>,
    #[serde(default)]
    successors: String,
}

impl AuthorityLine {
    fn new_authority(&self) -> NewAuthority {
        NewAuthority {
            name: self.name.clone(),
            official_name: self.official_name.clone(),
            other_names: self.other_names().collect(),
            gss_code: self.gss_code.clone(),
            former_codes: JsonList(self.former_codes.0.clone()),
            dfe_code: self.dfe_code.clone(),
            ofsted_urn: self.ofsted_urn.clone(),
            region: self.region.clone(),
            authority_type: self.authority_type,
            website: self.website.clone(),
            population_0_25: self.population_0_25,
            active_from: self.active_from,
            active_to: self.active_to,
            predecessors: Vec::new(),
            successors: Vec::new(),
        }
    }

    /// The other names.
    pub(super) fn other_names(&self) -> impl Iterator<Item = Name> {
        split(&self.other_names).map(Name::from)
    }

    /// The authority of this line among those of the register: by its id, or by its code of now or before.
    pub(super) fn among<'a>(&self, known: &'a [AuthorityRow]) -> Option<&'a AuthorityRow> {
        let by_code = |code: &GssCode| known.iter().find(|row| row.gss_code == *code);
        let by_id = self.authority_id.and_then(|id| known.iter().find(|row| row.authority_id == id));
        let former = || self.former_codes.0.iter().find_map(|former| by_code(&former.gss_code));
        by_id.or_else(|| by_code(&self.gss_code)).or_else(former)
    }
}

/// A line of `statistical_neighbours.csv`.
#[derive(Debug, Deserialize)]
struct NeighbourLine {
    gss_code: GssCode,
    neighbour_set: NeighbourSet,
    rank: Option<i32>,
    neighbour_gss_code: GssCode,
}

pub(super) fn import(conn: &mut PgConnection, context: &mut Context<'_>) -> Result<(), ImportError> {
    let lines = context.reader.csv::<AuthorityLine>("authorities.csv")?;
    let mut written = 0;
    let (mut new, mut new_ids) = (Vec::new(), HashSet::new());
    for row in &lines {
        if let Some(id) = known(conn, &row.value)? {
            context.authorities.insert(row.value.gss_code.to_string(), id);
            continue;
        }
        let authority = row.value.new_authority();
        let errors = broken_rules(&authority);
        let id = row.value.authority_id.unwrap_or_else(AuthorityId::generate);
        let outcome = if errors.is_empty() {
            conn.transaction(|conn| rows::insert_row(conn, id, &authority))
        } else {
            Err(ApiError::invalid(errors))
        };
        if context.reader.outcome(row, outcome)?.is_some() {
            written += 1;
            context.authorities.insert(row.value.gss_code.to_string(), id);
            new.push(row);
            new_ids.insert(id);
        }
    }
    for row in new {
        for code in split(&row.value.successors) {
            let pair = find(conn, context, &row.value.gss_code)?.zip(find(conn, context, &GssCode::from(code))?);
            let Some((former, heir)) = pair else {
                context.reader.fault(row.file, row.line, "successors", format!("{code} is not an authority"));
                continue;
            };
            if new_ids.contains(&heir) {
                relations::add(conn, former, heir)?;
            } else {
                changes::add_predecessor(conn, &context.caller, heir, former)?;
            }
        }
    }
    context.report.count("authorities", written, lines.len() - written);
    import_neighbours(conn, context)
}

fn import_neighbours(conn: &mut PgConnection, context: &mut Context<'_>) -> Result<(), ImportError> {
    let rows = context.reader.csv::<NeighbourLine>("statistical_neighbours.csv")?;
    let mut written = 0;
    for row in &rows {
        let line = &row.value;
        let authority = find(conn, context, &line.gss_code)?;
        let neighbour = find(conn, context, &line.neighbour_gss_code)?;
        let (Some(authority), Some(neighbour)) = (authority, neighbour) else {
            let (column, code) = match authority {
                None => ("gss_code", &line.gss_code),
                Some(_) => ("neighbour_gss_code", &line.neighbour_gss_code),
            };
            context.reader.fault(row.file, row.line, column, format!("{code} is not an authority"));
            continue;
        };
        let outcome = conn.transaction(|conn| insert_neighbour(conn, row, authority, neighbour));
        written += context.reader.outcome(row, outcome)?.unwrap_or_default();
    }
    context.report.count("statistical neighbours", written, rows.len() - written);
    Ok(())
}

/// Inserts a neighbour that the set does not have.
fn insert_neighbour(
    conn: &mut PgConnection,
    row: &Row<NeighbourLine>,
    authority: AuthorityId,
    neighbour: AuthorityId,
) -> Result<usize, ApiError> {
    use statistical_neighbours::{authority_id, neighbour_id, neighbour_set, rank, table};
    diesel::insert_into(table)
        .values((
            authority_id.eq(authority),
            neighbour_set.eq(row.value.neighbour_set),
            neighbour_id.eq(neighbour),
            rank.eq(row.value.rank),
        ))
        .on_conflict((authority_id, neighbour_set, neighbour_id))
        .do_nothing()
        .execute(conn)
        .on_constraint(|name| match name {
            "statistical_neighbours_rank_check" => Some(ApiError::invalid_member("/rank", "range", "must be 1 to 50")),
            "statistical_neighbours_rank_key" => {
                Some(ApiError::invalid_member("/rank", "repeated", "is also the rank of another neighbour"))
            }
            "statistical_neighbours_distinct_check" => {
                Some(ApiError::invalid_member("/neighbour_gss_code", "same", "must name another authority"))
            }
            _ => None,
        })
}

/// The existing authority of a line: by its id, even if its code has changed, or by its code of now or before.
fn known(conn: &mut PgConnection, line: &AuthorityLine) -> Result<Option<AuthorityId>, ImportError> {
    let by_id = match line.authority_id {
        Some(id) => authorities::table.find(id).select(authorities::authority_id).first(conn).optional()?,
        None => None,
    };
    match by_id {
        Some(id) => Ok(Some(id)),
        None => {
            let former = line.former_codes.0.iter().map(|former| &former.gss_code);
            for code in std::iter::once(&line.gss_code).chain(former) {
                if let Some(id) = by_code(conn, code)? {
                    return Ok(Some(id));
                }
            }
            Ok(None)
        }
    }
}

/// The authority with this code in the files, or else in the register.
fn find(conn: &mut PgConnection, context: &Context<'_>, code: &GssCode) -> Result<Option<AuthorityId>, ImportError> {
    match context.authorities.get(code.as_str()) {
        Some(id) => Ok(Some(*id)),
        None => by_code(conn, code),
    }
}

fn by_code(conn: &mut PgConnection, code: &GssCode) -> Result<Option<AuthorityId>, ImportError> {
    Ok(rows::known(conn, &AuthorityKey::Gss(code.clone()))?)
}
