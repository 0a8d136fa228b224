//! Imports evidence with its reviews.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde_json::{Map, Value};

use super::context::{Context, identified, take_parts};
use super::error::ImportError;
use crate::database::schema;
use crate::register::events;
use crate::register::evidence::query;
use crate::register::evidence::model::{NewEvidence, NewEvidenceReview};
use crate::values::ids::{ActionId, EvidenceId, ReviewId};

/// Imports the evidence that the register does not have, with its reviews. Evidence that exists or was deleted is
/// skipped.
pub(super) fn import(conn: &mut PgConnection, context: &mut Context<'_>) -> Result<(), ImportError> {
    use schema::evidence::{evidence_id, table};
    let rows = context.reader.json::<Map<String, Value>>("evidence.json")?;
    let (all, mut written) = (rows.len(), 0);
    for mut row in rows {
        let reviews = take_parts::<ReviewId, NewEvidenceReview>(context, &mut row, "reviews", "review_id");
        let action = row.value.remove("action_id").and_then(|id| serde_json::from_value::<ActionId>(id).ok());
        let (file, line) = (row.file, row.line);
        let identified = identified::<EvidenceId, NewEvidence>(context, row, "evidence_id");
        let Some(action) = action else {
            context.reader.fault(file, line, "action_id", "must be a UUID in lower case with hyphens");
            continue;
        };
        let (Some(reviews), Some((id, row))) = (reviews, identified) else { continue };
        let known = table.find(id).select(evidence_id).first::<EvidenceId>(conn).optional()?;
        if known.is_none() && !events::query::was_removed(conn, id.as_uuid())? {
            let outcome = conn.transaction(|conn| {
                query::insert(conn, &context.caller, action, id, &row.value)?;
                for (review, new) in &reviews {
                    query::reviews::insert(conn, &context.caller, id, *review, new)?;
                }
                Ok(())
            });
            written += usize::from(context.reader.outcome(&row, outcome)?.is_some());
        }
    }
    context.report.count("evidence", written, all - written);
    Ok(())
}
