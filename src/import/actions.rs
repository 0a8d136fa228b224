//! Imports improvement actions with their history.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde_json::{Map, Value};

use super::context::{Context, identified, take_parts};
use super::error::ImportError;
use super::reading::Row;
use crate::database::schema;
use crate::register::events;
use crate::register::improvement_actions::query;
use crate::register::improvement_actions::model::{NewImprovementAction, NewImprovementActionDateRevision, NewImprovementActionTransition, NewImprovementActionUpdate};
use crate::values::ids::{ActionId, DateRevisionId, TransitionId, UpdateId};

/// The history of an action, in the order of the file.
struct History {
    transitions: Vec<(TransitionId, NewImprovementActionTransition)>,
    date_revisions: Vec<(DateRevisionId, NewImprovementActionDateRevision)>,
    updates: Vec<(UpdateId, NewImprovementActionUpdate)>,
}

/// Imports the actions that the register does not have, with their history. Actions that exist or were deleted are
/// skipped.
pub(super) fn import(conn: &mut PgConnection, context: &mut Context<'_>) -> Result<(), ImportError> {
    use schema::improvement_actions::{action_id, table};
    let rows = context.reader.json::<Map<String, Value>>("improvement_actions.json")?;
    let (all, mut written) = (rows.len(), 0);
    for mut row in rows {
        let history = take_history(context, &mut row);
        let identified = identified::<ActionId, NewImprovementAction>(context, row, "action_id");
        let (Some(history), Some((id, row))) = (history, identified) else { continue };
        let known = table.find(id).select(action_id).first::<ActionId>(conn).optional()?;
        if known.is_none() && !events::query::was_removed(conn, id.as_uuid())? {
            let outcome = conn.transaction(|conn| {
                query::insert(conn, &context.caller, id, &row.value)?;
                for (part, new) in &history.date_revisions {
                    query::date_revisions::insert(conn, &context.caller, id, *part, new)?;
                }
                for (part, new) in &history.updates {
                    query::updates::insert(conn, &context.caller, id, *part, new)?;
                }
                for (part, new) in &history.transitions {
                    query::transitions::insert(conn, &context.caller, id, *part, new)?;
                }
                Ok(())
            });
            written += usize::from(context.reader.outcome(&row, outcome)?.is_some());
        }
    }
    context.report.count("improvement actions", written, all - written);
    Ok(())
}

fn take_history(context: &mut Context<'_>, row: &mut Row<Map<String, Value>>) -> Option<History> {
    let transitions = take_parts(context, row, "transitions", "transition_id");
    let date_revisions = take_parts(context, row, "date_revisions", "date_revision_id");
    let updates = take_parts(context, row, "updates", "update_id");
    Some(History { transitions: transitions?, date_revisions: date_revisions?, updates: updates? })
}
