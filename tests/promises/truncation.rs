//! No response is without limits: pages end early by bytes, embedded lists are cut and say so.

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use crate::support::Register;
use crate::support::actions::{action, new_action, path};
use crate::support::database::settle;
use crate::support::rows::{self, authority, published, visit};

/// Adds so many updates of so many characters to an action.
fn add_updates(register: &Register, action: &Value, count: usize, characters: usize) {
    let id = action["action_id"].as_str().unwrap();
    let rows = format!(
        "insert into improvement_action_updates (update_id, action_id, effective_on, note, recorded_by) \
         select gen_random_uuid(), '{id}', (select proposed_on from improvement_actions where action_id = '{id}'), \
             repeat('\u{1d11e}', {characters}), 'somebody' from generate_series(1, {count})"
    );
    register.database.connect().batch_execute(&rows).unwrap();
}

/// The items of all pages of a list, and the size of the largest page.
async fn pages(register: &Register, path: &str) -> (Vec<Value>, usize) {
    let (mut items, mut most, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = register.get(&format!("{path}{cursor}")).await.expect(200);
        most = most.max(page.bytes.len());
        let body = page.json();
        items.extend(body["items"].as_array().unwrap().clone());
        let Some(next) = body["page"]["next_cursor"].as_str() else { return (items, most) };
        assert!(!body["items"].as_array().unwrap().is_empty(), "an empty page that is not the last");
        cursor = format!("&cursor={next}");
    }
}

#[actix_web::test]
async fn an_embedded_list_is_cut_at_200_and_says_so() {
    let register = Register::empty().await;
    let long = action(&register, json!({})).await;
    let short = action(&register, json!({})).await;
    add_updates(&register, &long, 201, 10);
    add_updates(&register, &short, 200, 10);
    let embedding = |action: &Value| format!("{}?embed=updates,transitions", path(action));

    let cut = register.get(&embedding(&long)).await.expect(200).json();
    assert_eq!((cut["updates"].as_array().unwrap().len(), &cut["truncated"]), (200, &json!(["updates"])));
    let whole = register.get(&embedding(&short)).await.expect(200).json();
    assert_eq!((whole["updates"].as_array().unwrap().len(), whole.get("truncated")), (200, None));

    let both = register.get("/v1/improvement-actions?embed=updates").await.expect(200).json();
    for item in both["items"].as_array().unwrap() {
        assert_eq!(item["updates"].as_array().unwrap().len(), 200);
        assert_eq!(item.get("truncated").is_some(), item["action_id"] == long["action_id"]);
    }
    let (rest, _) = pages(&register, &format!("{}/updates?limit=150", path(&long))).await;
    assert_eq!(rest.len(), 201);
    assert_eq!(rest[..200], cut["updates"].as_array().unwrap()[..]);
}

#[actix_web::test]
async fn actions_of_a_plan_are_cut_at_200_by_due_date() {
    let register = Register::empty().await;
    let authority = authority(&register).await;
    let plan = crate::support::improvement::plan(&register, &authority, json!({})).await;
    let mut body = new_action(&authority);
    body["plan_id"] = plan["plan_id"].clone();
    let first = register.post("/v1/improvement-actions", &body).await.expect(201).json();
    let id = first["action_id"].as_str().unwrap();
    let dated = format!(
        "insert into improvement_actions (action_id, authority_id, plan_id, title, source, proposed_on, due_on, original_due_on) \
         select gen_random_uuid(), authority_id, plan_id, title, source, proposed_on, proposed_on + day, proposed_on + day \
         from improvement_actions, generate_series(1, 200) as day where action_id = '{id}'"
    );
    register.database.connect().batch_execute(&dated).unwrap();
    let plan = format!("/v1/improvement-plans/{}?embed=actions", plan["plan_id"].as_str().unwrap());
    let plan = register.get(&plan).await.expect(200).json();
    let actions = plan["actions"].as_array().unwrap();
    assert_eq!((actions.len(), &plan["truncated"]), (200, &json!(["actions"])));
    // The one without a due date comes last, and is left out.
    assert!(actions.is_sorted_by_key(|action| action["due_on"].as_str().unwrap()));
}

#[actix_web::test]
async fn what_is_embedded_in_one_response_has_a_size() {
    let register = Register::empty().await;
    let mut all = Vec::new();
    for _ in 0..3 {
        let one = action(&register, json!({})).await;
        add_updates(&register, &one, 60, 10_000);
        all.push(one);
    }
    let page = register.get("/v1/improvement-actions?embed=updates").await.expect(200);
    assert!(page.bytes.len() < 5 * 1024 * 1024, "{} bytes", page.bytes.len());
    let items = page.json()["items"].as_array().unwrap().clone();
    let counts = items.iter().map(|item| item["updates"].as_array().unwrap().len()).sum::<usize>();
    assert!((100..180).contains(&counts), "{counts}");
    for item in items {
        let is_whole = item["updates"].as_array().unwrap().len() == 60;
        assert_eq!(item.get("truncated").is_none(), is_whole, "{}", item["action_id"]);
        // Read alone, it has room enough.
        let alone = format!("/v1/improvement-actions/{}?embed=updates", item["action_id"].as_str().unwrap());
        let alone = register.get(&alone).await.expect(200).json();
        assert_eq!((alone["updates"].as_array().unwrap().len(), alone.get("truncated")), (60, None));
    }
}

#[actix_web::test]
async fn a_page_of_large_texts_ends_early_and_its_cursor_goes_on() {
    let register = Register::empty().await;
    let action = action(&register, json!({})).await;
    add_updates(&register, &action, 70, 10_000);
    let (items, most) = pages(&register, &format!("{}/updates?limit=200", path(&action))).await;
    assert_eq!(items.len(), 70);
    assert!((1_000_000..1_200_000).contains(&most), "{most} bytes");
    assert_eq!(register.get(&format!("{}/updates?count=exact", path(&action))).await.json()["page"]["total"], 70);

    for number in 0..6 {
        let body = json!({ "kind": "report", "audience": "council", "title": format!("Report {number}"), "text": "word ".repeat(80_000) });
        register.post("/v1/documents", &body).await.expect(201);
    }
    settle(&mut register.database.connect());
    let (events, most) = pages(&register, "/v1/events?limit=200&resource=document").await;
    assert_eq!(events.len(), 6);
    assert!(most < 1_600_000, "{most} bytes");
    let (rows, _) = pages(&register, "/v1/documents?limit=200").await;
    assert_eq!(rows.len(), 6);
}

#[actix_web::test]
async fn a_follow_up_ends_after_100_visits_and_says_so() {
    let register = Register::empty().await;
    let opener = published(&register).await;
    let first = visit(&register, &opener, 1, json!({ "state": "published" })).await;
    let follow_up = format!("{}/follow-up", rows::path(&opener));
    for (days, is_truncated) in [(1..=99, Value::Null), (100..=100, json!(true))] {
        let copies = format!(
            "insert into inspections (inspection_id, authority_id, framework, kind, started_on, ended_on, published_on, \
                 state, opened_by_inspection_id) \
             select gen_random_uuid(), authority_id, framework, kind, started_on, ended_on, published_on + day, \
                 state, opened_by_inspection_id \
             from inspections, generate_series({}, {}) as day where inspection_id = '{}'",
            days.start(),
            days.end(),
            first["inspection_id"].as_str().unwrap()
        );
        register.database.connect().batch_execute(&copies).unwrap();
        let told = register.get(&follow_up).await.expect(200).json();
        assert_eq!((told["visits"].as_array().unwrap().len(), &told["is_truncated"]), (100, &is_truncated));
    }
}
