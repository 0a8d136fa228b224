//! The feed tells of everything that the register holds, also of what is older than the feed or came from a backup.

use actix_web::http::Method;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_migrations::MigrationHarness;
use inspection_register::database::migrate::MIGRATIONS;
use inspection_register::database::schema::event_clock;
use inspection_register::import::upgrade;
use serde_json::json;

use super::fold::{answered, folded};
use crate::support::Register;
use crate::support::database::{Database, settle};
use crate::support::events::{follow, follow_as, told};
use crate::support::keys::{ADMIN, add_admin};
use crate::support::rows::authority;

/// A register as it was before there were events, with a published inspection that was corrected.
const OLD: &str = "
    insert into authorities (authority_id, name, gss_code, region, authority_type)
        values ('019a0000-0000-7000-8000-000000000001', 'Old', 'E06900001', 'London', 'county'),
               ('019a0000-0000-7000-8000-000000000002', 'New', 'E06900002', 'London', 'county');
    insert into authority_successions
        values ('019a0000-0000-7000-8000-000000000001', '019a0000-0000-7000-8000-000000000002');
    insert into inspections (inspection_id, authority_id, published_on, state, headline, version)
        values ('019a0001-0000-7000-8000-000000000001', '019a0000-0000-7000-8000-000000000001', '2020-01-01',
            'published', 'Corrected', 5);
    insert into documents (document_id, kind, title, text)
        values ('019a0002-0000-7000-8000-000000000001', 'letter', 'A letter', 'All of it.');
    insert into findings (finding_id, inspection_id, position, polarity, text)
        values ('019a0003-0000-7000-8000-000000000001', '019a0001-0000-7000-8000-000000000001', 1, 'mixed', 'Both.');
    insert into recommendations (recommendation_id, inspection_id, position, kind, text, timescale_as_printed)
        values ('019a0004-0000-7000-8000-000000000001', '019a0001-0000-7000-8000-000000000001', 1, 'recommendation',
            'Visit.', 'Immediately');
    insert into corrections (correction_id, inspection_id, resource_type, resource_id, actor, request_id, reason, before, after,
        recorded_at)
    select gen_random_uuid(), '019a0001-0000-7000-8000-000000000001', type, id::uuid, 'anonymous', 'old', 'It was wrong.',
        before::jsonb, after::jsonb, timestamptz '2021-01-01 12:00Z' + place * interval '1 day'
    from (values
        (1, 'inspection', '019a0001-0000-7000-8000-000000000001', '{\"headline\": \"Wrong\"}', '{\"headline\": \"Corrected\"}'),
        (2, 'judgements', '019a0001-0000-7000-8000-000000000001', '[]', '[{\"area\": \"outcomes\", \"grade\": \"good\"}]'),
        (3, 'finding', '019a0003-0000-7000-8000-000000000009', '{\"text\": \"Twice.\"}', null),
        (4, 'recommendation', '019a0004-0000-7000-8000-000000000009', null, '{\"text\": \"Too.\", \"due_on\": \"2020-01-01\"}'),
        (5, 'recommendation', '019a0004-0000-7000-8000-000000000009', '{\"text\": \"Too.\", \"due_on\": \"2020-01-01\"}', null)
    ) correction(place, type, id, before, after);";

#[actix_web::test]
async fn an_upgraded_register_tells_of_all_that_it_holds() {
    let database = Database::bare();
    let mut conn = database.connect();
    for migration in conn.pending_migrations(MIGRATIONS).unwrap() {
        if migration.name().version().to_string().as_str() <= "20261122100000" {
            conn.run_migration(&migration).unwrap();
        }
    }
    conn.batch_execute(OLD).unwrap();
    upgrade::upgrade(&database.url).unwrap();
    add_admin(&mut conn);
    settle(&mut conn);
    let register = Register::with(database, |_| {}).await;

    let events = follow(&register, None, 200).await;
    let expected = [
        "inspection updated",
        "inspection updated",
        "finding deleted",
        "recommendation created",
        "recommendation deleted",
        "authority created",
        "authority created",
        "inspection created",
        "document created",
        "finding created",
        "recommendation created",
    ];
    assert_eq!(told(&events), expected);
    assert!(events[..5].iter().all(|event| event["reason"] == "It was wrong." && event["actor"] == "anonymous"));
    assert!(events[5..].iter().all(|event| event["actor"] == "migrate"));
    assert_eq!(events[4]["before"].get("due_on"), None);
    assert_eq!(folded(&events), answered(&register).await);

    upgrade::upgrade(&register.database.url).unwrap();
    settle(&mut conn);
    assert_eq!(follow(&register, None, 200).await.len(), events.len(), "what is told is not told again");
}

/// A register as it was before callers saw different feeds: of four inspections, one was always published, one was a draft at
/// first, one is withdrawn, one is a draft; and an action was private at first.
const UNSIGHTED: &str = "
    insert into authorities (authority_id, name, gss_code, region, authority_type)
        values ('019a0000-0000-7000-8000-000000000001', 'Old', 'E06900001', 'London', 'county');
    insert into inspections (inspection_id, authority_id, published_on, state)
    select ('019a0001-0000-7000-8000-00000000000' || place)::uuid, '019a0000-0000-7000-8000-000000000001',
        date '2020-01-01' + place, state
    from (values (1, 'published'), (2, 'published'), (3, 'withdrawn'), (4, 'draft')) one(place, state);
    insert into findings (finding_id, inspection_id, position, polarity, text)
    select ('019a0003-0000-7000-8000-00000000000' || place)::uuid, ('019a0001-0000-7000-8000-00000000000' || place)::uuid, 1,
        'mixed', 'Both.'
    from generate_series(1, 4) place;
    insert into improvement_actions (action_id, authority_id, title, source, visibility, proposed_on)
        values ('019a0005-0000-7000-8000-000000000001', '019a0000-0000-7000-8000-000000000001', 'Visit', 'audit', 'public', '2024-01-01');
    insert into events (type, resource, resource_id, aggregate_id, authority_ids, actor, request_id, before, after)
    select type, resource, id::uuid, whole::uuid, array['019a0000-0000-7000-8000-000000000001'::uuid], 'anonymous', 'old',
        case type when 'updated' then jsonb_build_object(member, was) end, jsonb_build_object(member, became)
    from (values
        (1, 'created', 'authority', '019a0000-0000-7000-8000-000000000001', '019a0000-0000-7000-8000-000000000001', 'name', null, 'Old'),
        (2, 'created', 'inspection', '019a0001-0000-7000-8000-000000000001', '019a0001-0000-7000-8000-000000000001', 'state', null, 'published'),
        (3, 'created', 'finding', '019a0003-0000-7000-8000-000000000001', '019a0001-0000-7000-8000-000000000001', 'text', null, 'Neither.'),
        (4, 'updated', 'finding', '019a0003-0000-7000-8000-000000000001', '019a0001-0000-7000-8000-000000000001', 'text', 'Neither.', 'Both.'),
        (5, 'created', 'inspection', '019a0001-0000-7000-8000-000000000002', '019a0001-0000-7000-8000-000000000002', 'state', null, 'draft'),
        (6, 'created', 'finding', '019a0003-0000-7000-8000-000000000002', '019a0001-0000-7000-8000-000000000002', 'text', null, 'SECRET'),
        (7, 'updated', 'finding', '019a0003-0000-7000-8000-000000000002', '019a0001-0000-7000-8000-000000000002', 'text', 'SECRET', 'Both.'),
        (8, 'updated', 'inspection', '019a0001-0000-7000-8000-000000000002', '019a0001-0000-7000-8000-000000000002', 'state', 'draft', 'published'),
        (9, 'created', 'inspection', '019a0001-0000-7000-8000-000000000003', '019a0001-0000-7000-8000-000000000003', 'state', null, 'published'),
        (10, 'created', 'finding', '019a0003-0000-7000-8000-000000000003', '019a0001-0000-7000-8000-000000000003', 'text', null, 'SECRET'),
        (11, 'updated', 'inspection', '019a0001-0000-7000-8000-000000000003', '019a0001-0000-7000-8000-000000000003', 'state', 'published', 'withdrawn'),
        (12, 'created', 'inspection', '019a0001-0000-7000-8000-000000000004', '019a0001-0000-7000-8000-000000000004', 'state', null, 'draft'),
        (13, 'created', 'finding', '019a0003-0000-7000-8000-000000000004', '019a0001-0000-7000-8000-000000000004', 'text', null, 'SECRET'),
        (14, 'created', 'improvement_action', '019a0005-0000-7000-8000-000000000001', '019a0005-0000-7000-8000-000000000001', 'visibility', null, 'private'),
        (15, 'updated', 'improvement_action', '019a0005-0000-7000-8000-000000000001', '019a0005-0000-7000-8000-000000000001', 'visibility', 'private', 'public')
    ) event(place, type, resource, id, whole, member, was, became) order by place;";

#[actix_web::test]
async fn an_upgraded_register_tells_the_public_of_what_it_sees() {
    let database = Database::bare();
    let mut conn = database.connect();
    for migration in conn.pending_migrations(MIGRATIONS).unwrap() {
        if migration.name().version().to_string().as_str() < "20261126110000" {
            conn.run_migration(&migration).unwrap();
        }
    }
    conn.batch_execute(UNSIGHTED).unwrap();
    upgrade::upgrade(&database.url).unwrap();
    add_admin(&mut conn);
    settle(&mut conn);
    let register = Register::with(database, |_| {}).await;

    let nobody = follow_as(&|path| register.request(Method::GET, path).anonymous(), None, 200).await;
    let expected = [
        "authority created",
        "inspection created",
        "finding created",
        "finding updated",
        "inspection created",
        "improvement_action created",
        "finding created",
    ];
    assert_eq!(told(&nobody), expected);
    assert!(!json!(nobody).to_string().contains("SECRET"), "{nobody:?}");
    assert_eq!((&nobody[6]["after"]["text"], &nobody[6]["actor"]), (&json!("Both."), &json!("migrate")));
    let whole = follow(&register, None, 200).await;
    assert_eq!(whole.len(), 15, "nothing became of anything");
}

#[actix_web::test]
async fn a_restored_register_goes_on_where_it_was() {
    let register = Register::empty().await;
    authority(&register).await;
    let mut conn = register.database.connect();
    let lead = |conn: &mut PgConnection| event_clock::table.select(event_clock::lead).first::<i64>(conn).unwrap();
    upgrade::upgrade(&register.database.url).unwrap();
    assert_eq!(lead(&mut conn), 0, "in one cluster it need not be raised");

    let far = "insert into events (position, type, resource, resource_id, aggregate_id, authority_ids, actor, request_id, after)
        values (1000000000000, 'created', 'document', gen_random_uuid(), gen_random_uuid(), '{}', 'far', 'far', '{}')";
    conn.batch_execute(far).unwrap();
    upgrade::upgrade(&register.database.url).unwrap();
    let raised = lead(&mut conn);
    assert!(raised > 0);
    authority(&register).await;
    settle(&mut conn);
    let actors = follow(&register, None, 1).await.iter().map(|event| event["actor"].clone()).collect::<Vec<_>>();
    assert_eq!(actors, [ADMIN, "far", ADMIN]);
    upgrade::upgrade(&register.database.url).unwrap();
    assert_eq!(lead(&mut conn), raised);
}

#[actix_web::test]
async fn the_feed_of_the_data_that_comes_with_the_program_gives_the_register() {
    let register = Register::real().await;
    let events = follow(&register, None, 200).await;
    assert!(events.iter().all(|event| event["actor"] == "import"));
    assert_eq!(folded(&events), answered(&register).await);
}
