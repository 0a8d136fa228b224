//! How much of an event a caller sees: all of it, or what the public sees.
//!
//! The public sees an event as far as the resource was in its view before and after the write: what comes into view reads as
//! `created`, what goes from it as `deleted`, without a word of what it was. When something goes from view, what was told of
//! it before goes too, for good; `deleted` alone stays, so that those who kept a copy drop it.

use std::collections::HashSet;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use serde_json::Value;
use uuid::Uuid;

use crate::access::{Access, Papers, references};
use crate::database::sql::Statement;
use crate::register::events::model::{Event, EventResource};
use crate::values::id::Id;
use crate::values::ids::AuthorityId;

/// The beginning of a statement that reads events: what a caller sees of each.
pub const SELECT: &str = "
    select position, sequence, case when is_whole then type else public_type end as type, resource, resource_id,
        authority_ids, recorded_at, actor, request_id,
        case when is_whole or type = public_type then reason end as reason,
        case when is_whole or public_type = 'updated' or type = 'deleted' and not is_past then before end as before,
        case when is_whole or public_type <> 'deleted' then after end as after
    from ";
/// The beginning of a statement that counts events.
pub const COUNT: &str = "select count(*) as total from ";

/// The events that a caller sees, or would see if nothing had gone from view since (`with_past`).
#[must_use]
pub fn seen_by<'a>(access: &'a Access, what: &'static str, with_past: bool) -> Statement<'a> {
    let statement = Statement::new(what).text("events cross join lateral (select ");
    let statement = match (access.sees_drafts(), access.papers()) {
        (true, Papers::All) => statement.text("true"),
        (true, Papers::Of(authorities)) => of_authorities(
            statement.value::<Array<Text>, _>("resource = any (?) or ", EventResource::FACTS),
            authorities,
        ),
        (false, Papers::Of(authorities)) if !authorities.is_empty() => of_authorities(statement, authorities),
        (false, _) => statement.text("false"),
    };
    let statement = statement.text(
        " as is_whole) sight
          cross join lateral (select exists (
              select from events hidden
              where hidden.public_type = 'deleted' and hidden.type <> 'deleted'
                  and hidden.resource_id = any (events.seen_through)
                  and (hidden.position, hidden.sequence) > (events.position, events.sequence)) as is_past) past
          where case when is_whole then type <> 'unchanged' else ",
    );
    let statement = statement.text(if with_past {
        "public_type is not null"
    } else {
        "public_type = 'deleted' or public_type is not null and not is_past"
    });
    statement.text(" end")
}

fn of_authorities<'a>(statement: Statement<'a>, authorities: &'a [AuthorityId]) -> Statement<'a> {
    statement
        .value::<Array<Text>, _>("resource = any (?)", EventResource::PAPERS)
        .value::<Array<SqlUuid>, _>(" and authority_ids && ?", authorities)
}

/// What a member of a resource refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Inspection,
    Finding,
    Recommendation,
    Document,
    Plan,
}

/// The members that refer to what may not be in view while the resource is.
const REFERENCES: [(EventResource, &str, Target); 7] = [
    (EventResource::Inspection, "opened_by_inspection_id", Target::Inspection),
    (EventResource::Finding, "document_id", Target::Document),
    (EventResource::ImprovementPlan, "responds_to_inspection_id", Target::Inspection),
    (EventResource::ImprovementAction, "plan_id", Target::Plan),
    (EventResource::ImprovementAction, "recommendation_ids", Target::Recommendation),
    (EventResource::ImprovementAction, "finding_ids", Target::Finding),
    (EventResource::Intervention, "triggered_by_inspection_id", Target::Inspection),
];

/// Leaves out what refers to something that the caller does not see.
///
/// # Errors
///
/// If the database fails.
pub fn leave_out_unseen(conn: &mut PgConnection, access: &Access, events: &mut [Event]) -> QueryResult<()> {
    let inspections = references::inspections(conn, access, &named(events, Target::Inspection))?;
    let findings = references::findings(conn, access, &named(events, Target::Finding))?;
    let recommendations = references::recommendations(conn, access, &named(events, Target::Recommendation))?;
    let documents = references::documents(conn, access, &named(events, Target::Document))?;
    let plans = references::plans(conn, access, &named(events, Target::Plan))?;
    let sees = |target: Target, id: Uuid| match target {
        Target::Inspection => inspections.has(id.into()),
        Target::Finding => findings.has(id.into()),
        Target::Recommendation => recommendations.has(id.into()),
        Target::Document => documents.has(id.into()),
        Target::Plan => plans.has(id.into()),
    };
    for event in events {
        for (_, member, target) in REFERENCES.iter().filter(|(resource, ..)| *resource == event.resource) {
            for row in [&mut event.before, &mut event.after].into_iter().flatten() {
                leave_out(row, member, |id| sees(*target, id));
            }
        }
    }
    Ok(())
}

/// The ids of one kind that some events name.
fn named<T>(events: &[Event], wanted: Target) -> Vec<Id<T>> {
    let mut ids = HashSet::new();
    for event in events {
        for (_, member, _) in REFERENCES.iter().filter(|(of, _, target)| *of == event.resource && *target == wanted) {
            for row in [&event.before, &event.after].into_iter().flatten() {
                match &row[*member] {
                    Value::Array(several) => ids.extend(several.iter().filter_map(id)),
                    one => ids.extend(id(one)),
                }
            }
        }
    }
    ids.into_iter().map(Into::into).collect()
}

fn leave_out(row: &mut Value, member: &str, is_seen: impl Fn(Uuid) -> bool) {
    let Some(members) = row.as_object_mut() else { return };
    match members.get_mut(member) {
        Some(Value::Array(several)) => several.retain(|one| id(one).is_none_or(&is_seen)),
        Some(one) if id(one).is_some_and(|id| !is_seen(id)) => {
            members.remove(member);
        }
        _ => {}
    }
}

fn id(value: &Value) -> Option<Uuid> {
    value.as_str()?.parse().ok()
}
