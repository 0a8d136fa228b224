//! The beginnings of rows that came without an event: an import tells of inspections when they are whole, and a register that is
//! older than its events tells of what it holds when it is migrated.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use serde::Serialize;
use uuid::Uuid;

use super::{MAX_AT_ONCE, all_created, json};
use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::register::authorities::query::changes as authorities;
use crate::register::documents::query::rows as documents;
use crate::register::events::model::Subject;
use crate::register::findings::query::rows as findings;
use crate::register::inspections::query::rows as inspections;
use crate::register::recommendations::query::rows as recommendations;

/// The rows of a table as events hold them.
type Stored = Vec<(Subject, serde_json::Value)>;

/// A table of which every row is told of.
struct Told {
    table: &'static str,
    key: &'static str,
    stored: fn(&mut PgConnection, &[Uuid]) -> Result<Stored, ApiError>,
}

/// The tables whose rows may come without an event, what others belong to first.
const TABLES: [Told; 5] = [
    Told {
        table: "authorities",
        key: "authority_id",
        stored: |conn, ids| written(authorities::stored_with_subjects(conn, ids)?),
    },
    Told { table: "inspections", key: "inspection_id", stored: |conn, ids| written(inspections::stored(conn, ids)?) },
    Told { table: "documents", key: "document_id", stored: |conn, ids| written(documents::stored(conn, ids)?) },
    Told { table: "findings", key: "finding_id", stored: |conn, ids| written(findings::stored(conn, ids)?) },
    Told {
        table: "recommendations",
        key: "recommendation_id",
        stored: |conn, ids| written(recommendations::stored(conn, ids)?),
    },
];

/// The id of a row.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Tells of every row that no event tells the beginning of, as it is. The rows are kept from others meanwhile, so that what
/// becomes of them comes later in the feed.
///
/// # Errors
///
/// If the database fails.
pub fn record(conn: &mut PgConnection, caller: &Caller) -> Result<(), ApiError> {
    for Told { table, key, stored } in TABLES {
        let untold = diesel::sql_query(format!(
            "select {key} as id from {table} where not exists ( \
                 select from events beginning where resource_id = {table}.{key} and type = 'created' and not exists ( \
                     select from events ending where ending.resource_id = {table}.{key} and ending.type = 'deleted' \
                         and ending.sequence > beginning.sequence)) \
             order by {key} for no key update of {table}"
        ));
        let ids = untold.load::<Row>(conn)?.into_iter().map(|row| row.id).collect::<Vec<_>>();
        for ids in ids.chunks(MAX_AT_ONCE) {
            let rows = stored(conn, ids)?;
            all_created(conn, caller, &rows)?;
        }
    }
    Ok(())
}

fn written<T: Serialize>(rows: Vec<(Subject, T)>) -> Result<Stored, ApiError> {
    rows.into_iter().map(|(subject, row)| Ok((subject, json(&row)?))).collect()
}
