//! How much of an event is visible to a caller: all of it, or what the public sees.
//!
//! An event is public as far as the resource was public before and after the write: a resource that becomes public reads as
//! `created`, one that ceases to be as `deleted`, without what it was. When a resource ceases to be public, its earlier
//! events do too, for good; `deleted` alone stays, so that whoever kept a copy drops it.

use std::collections::HashSet;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use serde_json::Value;
use uuid::Uuid;

use crate::access::references::{self, Reference, Referred};
use crate::access::{Access, Papers};
use crate::database::sql::Statement;
use crate::register::REFERENCES;
use crate::register::events::model::{Event, EventResource};
use crate::values::id::Id;
use crate::values::ids::AuthorityId;

/// The beginning of a statement that reads events: what is visible of each.
pub const SELECT: &str = "
    select position, sequence, case when is_whole then type else public_type end as type, resource, resource_id,
        authority_ids, recorded_at, actor, request_id,
        case when is_whole or type = public_type then reason end as reason,
        case when is_whole or public_type = 'updated' or type = 'deleted' and not is_past then before end as before,
        case when is_whole or public_type <> 'deleted' then after end as after
    from ";
/// The beginning of a statement that counts events.
pub const COUNT: &str = "select count(*) as total from ";

/// The events that are visible to a caller; `with_past` also those that were visible at their time.
#[must_use]
pub fn visible_to<'a>(access: &'a Access, what: &'static str, with_past: bool) -> Statement<'a> {
    let statement = Statement::new(what).text("events cross join lateral (select ");
    let statement = match (access.may_read_drafts(), access.papers()) {
        (true, Papers::All) => statement.text("true"),
        (true, Papers::Of(authorities)) => of_authorities(
            statement.value::<Array<Text>, _>("resource = any (?) or ", EventResource::FACTS),
            authorities,
        ),
        (false, Papers::Of(authorities)) if !authorities.is_empty() => of_authorities(statement, authorities),
        (false, _) => statement.text("false"),
    };
    let statement = statement.text(
        " as is_whole) scope
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

/// Omits references to what is not visible to the caller.
pub fn omit_references(conn: &mut PgConnection, access: &Access, events: &mut [Event]) -> QueryResult<()> {
    let inspections = references::inspections(conn, access, &referred(events, Referred::Inspection))?;
    let findings = references::findings(conn, access, &referred(events, Referred::Finding))?;
    let recommendations = references::recommendations(conn, access, &referred(events, Referred::Recommendation))?;
    let documents = references::documents(conn, access, &referred(events, Referred::Document))?;
    let plans = references::plans(conn, access, &referred(events, Referred::Plan))?;
    let is_visible = |to: Referred, id: Uuid| match to {
        Referred::Inspection => inspections.has(id.into()),
        Referred::Finding => findings.has(id.into()),
        Referred::Recommendation => recommendations.has(id.into()),
        Referred::Document => documents.has(id.into()),
        Referred::Plan => plans.has(id.into()),
    };
    for event in events {
        for reference in references_of(event.resource) {
            for row in [&mut event.before, &mut event.after].into_iter().flatten() {
                omit(row, reference.member, |id| is_visible(reference.to, id));
            }
        }
    }
    Ok(())
}

/// The ids of one kind to which some events refer.
fn referred<T>(events: &[Event], to: Referred) -> Vec<Id<T>> {
    let mut ids = HashSet::new();
    for event in events {
        for reference in references_of(event.resource).filter(|reference| reference.to == to) {
            for row in [&event.before, &event.after].into_iter().flatten() {
                match &row[reference.member] {
                    Value::Array(several) => ids.extend(several.iter().filter_map(id)),
                    one => ids.extend(id(one)),
                }
            }
        }
    }
    ids.into_iter().map(Into::into).collect()
}

fn references_of(resource: EventResource) -> impl Iterator<Item = &'static Reference> {
    REFERENCES.iter().filter(move |(of, _)| *of == resource).flat_map(|(_, references)| *references)
}

fn omit(row: &mut Value, member: &str, is_visible: impl Fn(Uuid) -> bool) {
    let Some(members) = row.as_object_mut() else { return };
    match members.get_mut(member) {
        Some(Value::Array(several)) => several.retain(|one| id(one).is_none_or(&is_visible)),
        Some(one) if id(one).is_some_and(|id| !is_visible(id)) => {
            members.remove(member);
        }
        _ => {}
    }
}

fn id(value: &Value) -> Option<Uuid> {
    value.as_str()?.parse().ok()
}
