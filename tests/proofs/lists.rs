//! Lists: whoever follows the pages meets every row that stays once, in order, whatever is written meanwhile.

use actix_web::http::Method;
use actix_web::rt::System;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::database::settle;
use crate::support::operations::lists;
use crate::support::rows::authority;
use crate::support::{Register, contract};

/// Rows that stay: forty of each kind, with keys that several share and dates that some lack.
const STAYING: &str = "
    create function stay(kind integer, n integer) returns uuid language sql immutable return
        ('019a000' || kind || '-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid;
    insert into authorities (authority_id, name, gss_code, region, authority_type)
        select stay(0, n), 'Stay ' || n % 9, 'E06' || lpad(n::text, 6, '0'), 'London', 'county' from generate_series(1, 40) n;
    insert into inspections (inspection_id, authority_id, started_on, published_on, state)
        select stay(1, n), stay(0, n), case when n % 4 > 0 then date '2019-01-01' + n % 6 end,
            case when n % 5 > 0 then date '2020-01-01' + n % 7 end, 'published' from generate_series(1, 40) n;
    insert into documents (document_id, kind, title, published_on)
        select stay(2, n), 'letter', 'Stay', case when n % 5 > 0 then date '2020-01-01' + n % 7 end from generate_series(1, 40) n;
    insert into findings (finding_id, inspection_id, position, polarity, text)
        select stay(3, n), stay(1, n % 5 + 1), n * 10, 'mixed', 'Stay' from generate_series(1, 40) n;
    insert into recommendations (recommendation_id, inspection_id, position, kind, text)
        select stay(4, n), stay(1, n % 5 + 1), n * 10, 'recommendation', 'Stay' from generate_series(1, 40) n;
    insert into inspections (inspection_id, authority_id, started_on, published_on, state)
        values (stay(1, 41), stay(0, 2), '2021-01-01', '2021-02-01', 'published');
    insert into examinations (examination_id, inspection_id, recommendation_id, outcome)
        select gen_random_uuid(), stay(1, 41), recommendation_id, 'improved' from recommendations
        where inspection_id = stay(1, 2);
    insert into improvement_plans (plan_id, authority_id, title, starts_on)
        select stay(5, n), stay(0, n), 'Stay', case when n % 5 > 0 then date '2020-01-01' + n % 7 end from generate_series(1, 40) n;
    insert into interventions (intervention_id, authority_id, kind, started_on)
        select stay(6, n), stay(0, n), 'other', case when n % 5 > 0 then date '2020-01-01' + n % 7 end from generate_series(1, 40) n;
    insert into improvement_actions (action_id, authority_id, title, source, proposed_on, original_due_on, due_on,
            revision_count, updated_at)
        select stay(7, n), stay(0, n), 'Stay', 'audit', '2020-01-01', day, day + n % 6, 1, timestamptz '2020-01-01Z' + n % 7 * interval '1 day'
        from generate_series(1, 40) n, lateral (select case when n % 5 > 0 then date '2020-01-01' + n % 7 end as day) due;
    insert into improvement_action_transitions (transition_id, action_id, position, from_state, to_state, effective_on, recorded_by)
        select gen_random_uuid(), stay(7, 1), n, 'proposed', 'agreed', '2020-01-01', 'stay' from generate_series(1, 20) n;
    insert into improvement_action_date_revisions (date_revision_id, action_id, position, due_on, reason, effective_on, recorded_by)
        select gen_random_uuid(), stay(7, 1), n, '2020-01-01', 'Stay', '2020-01-01', 'stay' from generate_series(1, 20) n;
    insert into improvement_action_updates (update_id, action_id, effective_on, note, recorded_by)
        select gen_random_uuid(), stay(7, 1), date '2020-01-01' + n % 6, 'Stay', 'stay' from generate_series(1, 20) n;
    insert into evidence (evidence_id, action_id, kind, title, recorded_by)
        select stay(9, n), stay(7, 1), 'other', 'Stay', 'import' from generate_series(1, 40) n;
    insert into evidence_reviews (review_id, evidence_id, outcome, effective_on, recorded_by)
        select stay(9, n), stay(9, 1), 'rejected', date '2020-01-01' + n % 7, 'import' from generate_series(1, 40) n;
    insert into api_keys (key_id, name, role, created_by, expires_at)
        select stay(8, n), 'stay-' || n, 'reader', 'stay', now() + (n % 7 + 1) * interval '1 day' from generate_series(1, 40) n;
    insert into api_key_secrets (secret_id, hash, key_id, expires_at)
        select stay(8, n), sha256(n::text::bytea), stay(8, 1), case when n > 1 then now() + interval '1 hour' end
        from generate_series(1, 40) n;
    insert into statistical_neighbours (authority_id, neighbour_set, neighbour_id, rank)
        select stay(0, 1), case when n > 20 then 'previous' else 'current' end, stay(0, n),
            case when n <= 20 then n end from generate_series(2, 40) n;
    insert into events (type, resource, resource_id, aggregate_id, authority_ids, actor, request_id, after)
        select 'created', kind, case kind when 'inspection' then stay(1, 2) when 'finding' then stay(3, 1) else stay(4, 1) end,
            stay(1, 2), array[stay(0, 2)], 'stay', 'stay', '{}'::jsonb
        from generate_series(1, 10), unnest(array['inspection', 'finding', 'recommendation']) kind
        union all select 'created', kind, id, id, array[stay(0, 1)], 'stay', 'stay', '{}'
        from generate_series(1, 10), (values ('improvement_plan', stay(5, 1)), ('improvement_action', stay(7, 1))) whole(kind, id);
    update themes set position = position + 1000;
    update themes set position = (position - 1000) * 10;
    update frameworks set position = position + 1000;
    update frameworks set position = (position - 1000) * 10;";

/// Takes away every row that passes, and adds others elsewhere; `$k` differs each time.
const PASSING: &str = "
    set session_replication_role = replica;
    delete from evidence_reviews where note = 'Pass';
    set session_replication_role = origin;
    delete from evidence where title = 'Pass';
    delete from examinations where summary = 'Pass';
    delete from findings where text = 'Pass';
    delete from recommendations where text = 'Pass';
    delete from documents where title = 'Pass';
    delete from improvement_actions where title = 'Pass';
    delete from improvement_plans where title = 'Pass';
    delete from interventions where note = 'Pass';
    delete from inspections where headline = 'Pass';
    delete from statistical_neighbours where neighbour_id in (select authority_id from authorities where gss_code like 'E08%');
    delete from authorities where gss_code like 'E08%';
    delete from themes where name = 'Pass';
    delete from frameworks where name = 'Pass';
    insert into authorities (authority_id, name, gss_code, region, authority_type)
        select gen_random_uuid(), 'Stay ' || ($k + n) % 9, 'E08' || lpad(n::text, 6, '0'), 'London', 'county'
        from generate_series(1, 4) n;
    insert into inspections (inspection_id, authority_id, started_on, published_on, state, headline)
        select gen_random_uuid(), stay(0, ($k + n) % 40 + 1), date '2019-01-01' + ($k + n) % 7,
            case when n > 1 then date '2020-01-01' + ($k + n * 3) % 9 end, 'published', 'Pass' from generate_series(1, 4) n
        on conflict do nothing;
    insert into documents (document_id, kind, title, published_on)
        select gen_random_uuid(), 'letter', 'Pass', case when n > 1 then date '2020-01-01' + ($k + n) % 8 end
        from generate_series(1, 4) n;
    insert into findings (finding_id, inspection_id, position, polarity, text)
        select gen_random_uuid(), stay(1, n), ($k + n * 7) % 41 * 10 + 5, 'mixed', 'Pass' from generate_series(1, 5) n;
    insert into recommendations (recommendation_id, inspection_id, position, kind, text)
        select gen_random_uuid(), stay(1, n), ($k + n * 7) % 41 * 10 + 5, 'recommendation', 'Pass' from generate_series(1, 5) n;
    insert into examinations (examination_id, inspection_id, recommendation_id, outcome, summary)
        select gen_random_uuid(), stay(1, 41), recommendation_id, 'worse', 'Pass' from recommendations
        where inspection_id = stay(1, 2) and text = 'Pass';
    insert into improvement_plans (plan_id, authority_id, title, starts_on)
        select gen_random_uuid(), stay(0, n), 'Pass', case when n > 1 then date '2020-01-01' + ($k + n) % 8 end
        from generate_series(1, 4) n;
    insert into interventions (intervention_id, authority_id, kind, note, started_on)
        select gen_random_uuid(), stay(0, n), 'other', 'Pass', case when n > 1 then date '2020-01-01' + ($k + n) % 8 end
        from generate_series(1, 4) n;
    insert into improvement_actions (action_id, authority_id, title, source, proposed_on, original_due_on, due_on,
            revision_count, updated_at)
        select gen_random_uuid(), stay(0, n), 'Pass', 'audit', '2020-01-01', day, day + ($k + n) % 7, 1,
            timestamptz '2020-01-01Z' + ($k + n) % 8 * interval '1 day'
        from generate_series(1, 4) n, lateral (select case when n > 1 then date '2020-01-01' + ($k + n) % 8 end as day) due;
    insert into improvement_action_updates (update_id, action_id, effective_on, note, recorded_by)
        select gen_random_uuid(), stay(7, 1), date '2020-01-01' + $k % 7, 'Pass', 'pass'
        where (select count(*) from improvement_action_updates where note = 'Pass') < 30;
    insert into evidence (evidence_id, action_id, kind, title, recorded_by)
        select gen_random_uuid(), stay(7, 1), 'other', 'Pass', 'import' from generate_series(1, 4) n;
    insert into evidence_reviews (review_id, evidence_id, outcome, note, effective_on, recorded_by)
        select gen_random_uuid(), stay(9, 1), 'rejected', 'Pass', date '2020-01-01' + ($k + n) % 8, 'import'
        from generate_series(1, 4) n;
    insert into statistical_neighbours (authority_id, neighbour_set, neighbour_id, rank)
        select stay(0, 1), case when row_number() over () > 2 then 'previous' else 'current' end, authority_id,
            case when row_number() over () <= 2 then 20 + row_number() over () + $k % 5 * 2 end
        from authorities where gss_code like 'E08%';
    insert into themes (theme, position, name, description)
        select 'pass_' || n, ($k + n * 9) % 36 * 10 + 5, 'Pass', 'Pass' from generate_series(1, 3) n;
    insert into frameworks (framework, position, name, family, description, valid_from, valid_from_is_approximate,
            valid_to_is_approximate, aliases)
        select 'pass_' || n, ($k + n * 3) % 8 * 10 + 4 + n, 'Pass', 'pass', 'Pass', '2020-01-01', false, false, '{}'
        from generate_series(1, 2) n;";

/// The lists, each with the members that tell one row from another.
const LISTS: &[(&str, &[&str])] = &[
    ("/v1/authorities?sort=name", &["authority_id"]),
    ("/v1/authorities?sort=-name", &["authority_id"]),
    ("/v1/inspections?sort=published_on", &["inspection_id"]),
    ("/v1/inspections?sort=-published_on", &["inspection_id"]),
    ("/v1/inspections?sort=started_on", &["inspection_id"]),
    ("/v1/inspections?sort=-started_on", &["inspection_id"]),
    ("/v1/documents?sort=published_on", &["document_id"]),
    ("/v1/documents?sort=-published_on", &["document_id"]),
    ("/v1/improvement-plans?sort=starts_on", &["plan_id"]),
    ("/v1/improvement-plans?sort=-starts_on", &["plan_id"]),
    ("/v1/improvement-plans?as_at=2020-01-04", &["plan_id"]),
    ("/v1/improvement-actions?sort=due_on", &["action_id"]),
    ("/v1/improvement-actions?sort=-due_on", &["action_id"]),
    ("/v1/improvement-actions?sort=updated_at", &["action_id"]),
    ("/v1/improvement-actions?sort=-updated_at", &["action_id"]),
    ("/v1/improvement-actions?sort=slip_days", &["action_id"]),
    ("/v1/improvement-actions?sort=-slip_days", &["action_id"]),
    ("/v1/improvement-actions?as_at=2020-01-04", &["action_id"]),
    ("/v1/improvement-actions?as_at=2020-01-04&sort=-slip_days", &["action_id"]),
    ("/v1/improvement-actions/019a0007-0000-7000-8000-000000000001/transitions?", &["transition_id"]),
    ("/v1/improvement-actions/019a0007-0000-7000-8000-000000000001/date-revisions?", &["date_revision_id"]),
    ("/v1/improvement-actions/019a0007-0000-7000-8000-000000000001/updates?", &["update_id"]),
    ("/v1/api-keys?sort=name", &["key_id"]),
    ("/v1/api-keys?sort=-name", &["key_id"]),
    ("/v1/api-keys?sort=expires_at", &["key_id"]),
    ("/v1/api-keys?sort=-expires_at", &["key_id"]),
    ("/v1/api-keys/019a0008-0000-7000-8000-000000000001/rotations?", &["rotation_id"]),
    ("/v1/interventions?sort=started_on", &["intervention_id"]),
    ("/v1/interventions?sort=-started_on", &["intervention_id"]),
    ("/v1/findings?", &["finding_id"]),
    ("/v1/recommendations?", &["recommendation_id"]),
    ("/v1/inspections/019a0001-0000-7000-8000-000000000002/findings?", &["finding_id"]),
    ("/v1/inspections/019a0001-0000-7000-8000-000000000002/recommendations?", &["recommendation_id"]),
    ("/v1/inspections/019a0001-0000-7000-8000-000000000041/examinations?", &["examination_id"]),
    ("/v1/standings?sort=name", &["authority_id"]),
    ("/v1/standings?sort=-name", &["authority_id"]),
    ("/v1/authorities/019a0000-0000-7000-8000-000000000001/neighbours?", &["neighbour_set", "authority_id"]),
    ("/v1/improvement-actions/019a0007-0000-7000-8000-000000000001/evidence?", &["evidence_id"]),
    ("/v1/evidence/019a0009-0000-7000-8000-000000000001/reviews?", &["review_id"]),
    ("/v1/themes?", &["theme"]),
    ("/v1/frameworks?", &["framework"]),
    ("/v1/events?", &["sequence"]),
    ("/v1/improvement-plans/019a0005-0000-7000-8000-000000000001/history?", &["sequence"]),
    ("/v1/improvement-actions/019a0007-0000-7000-8000-000000000001/history?", &["sequence"]),
    ("/v1/inspections/019a0001-0000-7000-8000-000000000002/history?", &["sequence"]),
    ("/v1/findings/019a0003-0000-7000-8000-000000000001/history?", &["sequence"]),
    ("/v1/recommendations/019a0004-0000-7000-8000-000000000001/history?", &["sequence"]),
];

fn id(item: &Value, members: &[&str]) -> Vec<Value> {
    members.iter().map(|member| item[member].clone()).collect()
}

/// The ids of all items, page by page; `between` is done after each page.
async fn walk(
    register: &Register,
    (path, members): (&str, &[&str]),
    limits: &[u32],
    mut between: impl FnMut(),
) -> Vec<Vec<Value>> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for limit in limits.iter().cycle().take(1_000) {
        let page = register.get(&format!("{path}&limit={limit}{cursor}")).await.expect(200);
        let body = page.json();
        assert!(body["items"].as_array().unwrap().len() <= usize::try_from(*limit).unwrap());
        found.extend(body["items"].as_array().unwrap().iter().map(|item| id(item, members)));
        let Some(next) = body["page"]["next_cursor"].as_str() else {
            assert_eq!(page.header("link"), "");
            break;
        };
        assert!(page.header("link").contains(&format!("cursor={next}>; rel=\"next\"")), "{}", page.header("link"));
        assert_eq!(
            body["items"].as_array().unwrap().len(),
            usize::try_from(*limit).unwrap(),
            "a page is full but the last"
        );
        cursor = format!("&cursor={next}");
        between();
    }
    found
}

fn disturb(connection: &mut PgConnection, step: &mut u32) {
    *step = step.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) % 1_000_000;
    connection.batch_execute(&format!("begin; {}; commit", PASSING.replace("$k", &step.to_string()))).unwrap();
}

/// In so many parts are the lists walked, so that they can be walked at the same time.
const PARTS: usize = 6;

#[rstest]
fn every_row_that_stays_is_met_once_and_in_order_while_others_come_and_go(#[values(0, 1, 2, 3, 4, 5)] part: usize) {
    let system = System::new();
    let register = system.block_on(Register::empty());
    let mut connection = register.database.connect();
    connection.batch_execute(STAYING).unwrap();
    settle(&mut connection);
    for (path, members) in LISTS.iter().skip(part).step_by(PARTS) {
        let staying = system.block_on(walk(&register, (path, members), &[200], || {}));
        assert!(staying.len() >= 8, "{path}: {}", staying.len());
        let connection = std::cell::RefCell::new(register.database.connect());
        let mut runner =
            TestRunner::new(Config { cases: 6, failure_persistence: None, max_shrink_iters: 50, ..Config::default() });
        runner
            .run(&(vec(1_u32..=12, 1..5), 0_u32..1_000_000), |(limits, mut step)| {
                disturb(&mut connection.borrow_mut(), &mut step);
                let between = || disturb(&mut connection.borrow_mut(), &mut step);
                let mut met = system.block_on(walk(&register, (path, members), &limits, between));
                met.retain(|id| staying.contains(id));
                prop_assert_eq!(&met, &staying, "{}", path);
                Ok(())
            })
            .unwrap();
        disturb(&mut connection.borrow_mut(), &mut 0);
        let cleared = PASSING.split("insert into").next().unwrap();
        connection.borrow_mut().batch_execute(cleared).unwrap();
    }
}

#[test]
fn every_list_is_among_those_that_are_walked() {
    for list in lists() {
        let walked = LISTS.iter().any(|(path, _)| {
            contract::operation(&Method::GET, path).is_some_and(|(_, operation)| operation["operationId"] == list.id)
        });
        assert!(walked, "{} is not walked", list.id);
    }
}

#[actix_web::test]
async fn an_absent_date_sorts_last_in_both_directions() {
    let register = Register::empty().await;
    register.database.connect().batch_execute(STAYING).unwrap();
    let orders = [
        ("inspections", "published_on"),
        ("inspections", "started_on"),
        ("documents", "published_on"),
        ("improvement-plans", "starts_on"),
        ("interventions", "started_on"),
    ];
    for (list, member) in orders {
        for sign in ["", "-"] {
            let answer = register.get(&format!("/v1/{list}?sort={sign}{member}&limit=200")).await.expect(200);
            let days = answer.each(member).iter().map(|day| day.as_str().map(ToOwned::to_owned)).collect::<Vec<_>>();
            let known = days.iter().flatten().cloned().collect::<Vec<_>>();
            assert!(days.iter().skip(known.len()).all(Option::is_none) && known.len() < days.len(), "{list} {days:?}");
            let mut sorted = known.clone();
            sorted.sort();
            if sign == "-" {
                sorted.reverse();
            }
            assert_eq!(known, sorted, "{list} {sign}{member}");
        }
    }
}

#[actix_web::test]
async fn the_total_is_right_also_beyond_the_last_row() {
    let register = Register::real().await;
    for list in lists() {
        let path = list.path();
        let whole = register.get(&format!("{path}?limit=200&count=exact")).await.expect(200).json();
        let total = whole["page"]["total"].clone();
        let Some(cursor) = register.get(&format!("{path}?limit=1")).await.json()["page"]["next_cursor"]
            .as_str()
            .map(ToOwned::to_owned)
        else {
            continue;
        };
        let second = register.get(&format!("{path}?limit=1&count=exact&cursor={cursor}")).await.expect(200).json();
        assert_eq!(second["page"]["total"], total, "{path}");
        assert_eq!(register.get(&format!("{path}?count=none")).await.expect(200).json()["page"].get("total"), None);
    }

    let register = Register::empty().await;
    let rows = [authority(&register).await, authority(&register).await];
    let first = register.get("/v1/authorities?limit=1").await.expect(200).json();
    let last = rows.iter().find(|row| row["authority_id"] != first["items"][0]["authority_id"]).unwrap();
    register.delete(&format!("/v1/authorities/{}", last["authority_id"].as_str().unwrap()), "*").await.expect(204);
    let cursor = first["page"]["next_cursor"].as_str().unwrap();
    let beyond = register.get(&format!("/v1/authorities?limit=1&count=exact&cursor={cursor}")).await.expect(200).json();
    assert_eq!((&beyond["items"], &beyond["page"]["total"]), (&json!([]), &json!(1)));
}

#[actix_web::test]
async fn the_link_asks_the_same_question() {
    let register = Register::real().await;
    let asked =
        "/v1/inspections?authority=E06000019,E10000006&q=%22social%20care%22%20or%20children&limit=1&count=exact";
    let page = register.get(asked).await.expect(200);
    let link = page.header("link").to_owned();
    let next = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""));
    let Some(next) = next else { panic!("{link}: {}", page.text()) };
    let second = register.get(next).await.expect(200);
    assert_eq!(second.json()["page"]["total"], page.json()["page"]["total"]);
    assert_ne!(second.each("inspection_id"), page.each("inspection_id"));
    let other_order = next.replace("limit=1", "limit=5");
    register.get(&other_order).await.expect(200);
}

#[actix_web::test]
async fn the_tag_of_a_list_changes_with_what_it_holds() {
    let register = Register::empty().await;
    authority(&register).await;
    let before = register.get("/v1/authorities").await.expect(200);
    let asked =
        async |tag: &str| register.request(Method::GET, "/v1/authorities").header("If-None-Match", tag).send().await;
    let known = asked(before.etag()).await.expect(304);
    assert_eq!((known.etag(), known.bytes.len()), (before.etag(), 0));
    asked(&format!("W/{}", before.etag())).await.expect(304);
    asked(&format!("\"x\", {}", before.etag())).await.expect(304);
    authority(&register).await;
    let after = asked(before.etag()).await.expect(200);
    assert_ne!(after.etag(), before.etag());
    assert_ne!(register.get("/v1/authorities?limit=1").await.expect(200).etag(), after.etag());
}

#[actix_web::test]
async fn a_page_that_embeds_is_short() {
    let register = Register::real().await;
    for list in lists() {
        let embeds = list.query_parameters().into_iter().find(|(name, _)| name == "embed");
        let Some((_, schema)) = embeds else { continue };
        for embed in schema["items"]["enum"].as_array().unwrap() {
            let embed = embed.as_str().unwrap();
            register.get(&format!("{}?embed={embed}&limit=50", list.path())).await.expect(200);
            let refused = register.get(&format!("{}?embed={embed}&limit=51", list.path())).await.refused(&[422]);
            assert_eq!(refused.places(), ["limit"]);
        }
        assert_eq!(register.get(&format!("{}?limit=200", list.path())).await.expect(200).json()["page"]["limit"], 200);
    }
}
