//! Plans and their actions as at an earlier day.

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use crate::support::Register;
use crate::support::improvement::{path_of_plan, plan};
use crate::support::rows::authority;

/// An action of a plan that was proposed, and agreed at once, on a day, and reached its state half a year later.
pub fn action(register: &Register, plan: &Value, state: &str, proposed_on: &str, due_on: &str) {
    let text = |member: &str| plan[member].as_str().unwrap();
    let statement = format!(
        "insert into improvement_actions (action_id, authority_id, plan_id, title, source, proposed_on, state,
                original_due_on, due_on, completed_on)
            select gen_random_uuid(), '{}', '{}', '{proposed_on} {state}', 'audit', '{proposed_on}', '{state}', '{due_on}',
                '{due_on}', case when '{state}' in ('completed', 'verified') then date '{proposed_on}' + 180 end;
         insert into improvement_action_transitions (transition_id, action_id, position, from_state, to_state, reason,
                effective_on, recorded_by)
            select gen_random_uuid(), action_id, position, 'proposed', to_state, 'Because', proposed_on + days, 'test'
            from improvement_actions, (values (1, 'agreed', 0), (2, '{state}', 180)) move (position, to_state, days)
            where title = '{proposed_on} {state}';",
        text("authority_id"),
        text("plan_id"),
    );
    register.database.connect().batch_execute(&statement).unwrap();
}

#[actix_web::test]
async fn a_plan_is_read_as_its_days_tell() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let endorsed = json!({ "state": "endorsed", "endorsed_by": "Cabinet", "endorsed_on": "2023-06-01" });
    let closed = json!({ "state": "closed", "endorsed_by": "Cabinet", "endorsed_on": "2023-06-01" });
    let lay = |base: &Value, members: Value| crate::support::rows::with(base.clone(), members);
    let cases = [
        (json!({}), "1990-01-01", Some("draft")),
        (json!({ "starts_on": "2023-01-01" }), "2022-12-31", None),
        (json!({ "starts_on": "2023-01-01" }), "2023-01-01", Some("draft")),
        (endorsed.clone(), "2023-05-31", None),
        (endorsed.clone(), "2023-06-01", Some("endorsed")),
        (lay(&endorsed, json!({ "starts_on": "2023-01-01" })), "2023-05-31", Some("draft")),
        (lay(&endorsed, json!({ "starts_on": "2024-01-01" })), "2023-06-01", Some("endorsed")),
        (closed.clone(), "2023-06-01", Some("closed")),
        (lay(&closed, json!({ "ends_on": "2024-06-01" })), "2024-06-01", Some("endorsed")),
        (lay(&closed, json!({ "ends_on": "2024-06-01" })), "2024-06-02", Some("closed")),
        (lay(&closed, json!({ "starts_on": "2023-01-01", "ends_on": "2024-06-01" })), "2023-02-01", Some("draft")),
        (json!({ "state": "closed", "ends_on": "2024-06-01" }), "2024-06-01", Some("draft")),
        (json!({ "state": "closed", "ends_on": "2024-06-01" }), "2024-06-02", Some("closed")),
    ];
    for (members, day, state) in cases {
        let plan = plan(&register, &council, members.clone()).await;
        let address = format!("{}?as_at={day}", path_of_plan(&plan));
        let context = format!("{members} on {day}");
        for other in ["draft", "endorsed", "closed"] {
            let list =
                register.get(&format!("/v1/improvement-plans?as_at={day}&state={other}&limit=200")).await.expect(200);
            assert_eq!(list.each("plan_id").contains(&plan["plan_id"]), Some(other) == state, "{other}: {context}");
        }
        let Some(state) = state else {
            register.get(&address).await.expect(404);
            continue;
        };
        let read = register.get(&address).await.expect(200).json();
        assert_eq!(read["state"], state, "{context}");
        let is_endorsed = members.get("endorsed_on").is_some_and(|endorsed| endorsed.as_str().unwrap() <= day);
        assert_eq!(read.get("endorsed_on").is_some(), is_endorsed, "{context}");
        assert_eq!(read.get("endorsed_by").is_some(), is_endorsed, "{context}");
        let list = register.get(&format!("/v1/improvement-plans?as_at={day}&limit=200")).await.expect(200).json();
        assert!(list["items"].as_array().unwrap().contains(&read), "{context}");
    }
}

#[actix_web::test]
async fn today_is_read_as_it_is_stored() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let closed = json!({ "state": "closed", "starts_on": "2099-01-01", "ends_on": "2099-12-31" });
    let plan = plan(&register, &council, closed).await;
    let today = inspection_register::values::date::Date::today();
    let read = register.get(&format!("{}?as_at={today}", path_of_plan(&plan))).await.expect(200);
    assert_eq!(read.json(), plan);
    assert_eq!(
        register.get(&format!("/v1/improvement-plans?as_at={today}")).await.expect(200).json()["items"],
        json!([plan])
    );
}

#[actix_web::test]
async fn actions_are_counted_as_they_stood() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let plan = plan(&register, &council, json!({})).await;
    action(&register, &plan, "completed", "2023-01-01", "2023-03-31");
    action(&register, &plan, "in_progress", "2023-01-02", "2023-12-31");
    action(&register, &plan, "cancelled", "2023-01-03", "2023-12-31");
    action(&register, &plan, "in_progress", "2024-01-01", "2099-12-31");
    let counts = async |query: &str| {
        let counts = register.get(&format!("{}{query}", path_of_plan(&plan))).await.expect(200).json();
        let counts = counts["action_counts"].as_object().unwrap().values().map(|count| count.as_i64().unwrap());
        counts.collect::<Vec<_>>()
    };
    // All, open, overdue, completed, verified, cancelled.
    assert_eq!(counts("").await, [4, 2, 1, 1, 0, 1]);
    assert_eq!(counts("?as_at=2022-12-31").await, [0, 0, 0, 0, 0, 0]);
    assert_eq!(counts("?as_at=2023-03-31").await, [3, 3, 0, 0, 0, 0]);
    assert_eq!(counts("?as_at=2023-04-01").await, [3, 3, 1, 0, 0, 0]);
    assert_eq!(counts("?as_at=2023-12-31").await, [3, 1, 0, 1, 0, 1]);
    assert_eq!(counts(&format!("?as_at={}", inspection_register::values::date::Date::today())).await, counts("").await);
}
