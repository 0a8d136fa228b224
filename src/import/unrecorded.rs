//! The events of rows that were inserted without one. An import inserts authorities, inspections, documents, findings and
//! recommendations first and records them when they are whole; rows that are older than the events of the register get
//! theirs in the same way.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use serde::Serialize;
use uuid::Uuid;

use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::register::authorities::query::changes as authorities;
use crate::register::documents::query::rows as documents;
use crate::register::events::model::Subject;
use crate::register::events::query::{MAX_AT_ONCE, all_created};
use crate::register::findings::query::rows as findings;
use crate::register::inspections::query::rows as inspections;
use crate::register::recommendations::query::rows as recommendations;

/// The rows of a table as events hold them.
type Stored = Vec<(Subject, serde_json::Value)>;

/// A table of which every row has an event.
struct Recorded {
    table: &'static str,
    key: &'static str,
    stored: fn(&mut PgConnection, &[Uuid]) -> Result<Stored, ApiError>,
}

/// The tables whose rows may be inserted without an event; what others belong to comes first.
const TABLES: [Recorded; 5] = [
    Recorded {
        table: "authorities",
        key: "authority_id",
        stored: |conn, ids| written(authorities::stored_with_subjects(conn, ids)?),
    },
    Recorded {
        table: "inspections",
        key: "inspection_id",
        stored: |conn, ids| written(inspections::stored(conn, ids)?),
    },
    Recorded { table: "documents", key: "document_id", stored: |conn, ids| written(documents::stored(conn, ids)?) },
    Recorded { table: "findings", key: "finding_id", stored: |conn, ids| written(findings::stored(conn, ids)?) },
    Recorded {
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

/// Records a `created` event for every row that has none, as it is. The rows are locked meanwhile, so that later changes
/// come later in the feed.
pub(super) fn record(conn: &mut PgConnection, caller: &Caller) -> Result<(), ApiError> {
    for Recorded { table, key, stored } in TABLES {
        let unrecorded = diesel::sql_query(format!(
            "select {key} as id from {table} where not exists ( \
                 select from events beginning where resource_id = {table}.{key} and type = 'created' and not exists ( \
                     select from events ending where ending.resource_id = {table}.{key} and ending.type = 'deleted' \
                         and ending.sequence > beginning.sequence)) \
             order by {key} for no key update of {table}"
        ));
        let ids = unrecorded.load::<Row>(conn)?.into_iter().map(|row| row.id).collect::<Vec<_>>();
        for ids in ids.chunks(MAX_AT_ONCE) {
            let rows = stored(conn, ids)?;
            all_created(conn, caller, &rows)?;
        }
    }
    Ok(())
}

fn written<T: Serialize>(rows: Vec<(Subject, T)>) -> Result<Stored, ApiError> {
    rows.into_iter().map(|(subject, row)| Ok((subject, serde_json::to_value(&row)?))).collect()
}
