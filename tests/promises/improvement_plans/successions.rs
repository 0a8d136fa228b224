//! What an authority answers for its predecessor holds their succession together.

use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use inspection_register::access::caller::Caller;
use inspection_register::error::ProblemCode;
use inspection_register::register::improvement_plans::query;
use inspection_register::values::id::Id;
use serde_json::{Value, json};

use crate::support::Register;
use crate::support::improvement::{path_of_authority, plan, succession};
use crate::support::rows::new_inspection;

/// A plan of an authority that answers an inspection of its predecessor.
async fn answering(register: &Register) -> (Value, Value, Value) {
    let (former, heir) = succession(register).await;
    let report = register.post("/v1/inspections", &new_inspection(&former)).await.expect(201).json();
    (former, heir, report)
}

#[actix_web::test]
async fn a_succession_that_a_plan_relies_on_stays() {
    let register = Register::empty().await;
    let (former, heir, report) = answering(&register).await;
    plan(&register, &heir, json!({ "responds_to_inspection_id": report["inspection_id"] })).await;
    for (authority, change) in [(&former, json!({ "successors": [] })), (&heir, json!({ "predecessors": [] }))] {
        let refused = register.patch(&path_of_authority(authority), "*", &change).await.expect(409);
        assert_eq!(refused.code(), "in_use");
        assert!(refused.text().contains("of the successor refer to"), "{}", refused.text());
    }
    let ended = "delete from authority_successions";
    let refused = register.database.connect().batch_execute(ended).unwrap_err().to_string();
    assert!(refused.contains("relies on the succession"), "the database refuses it too: {refused}");
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[actix_web::test]
async fn of_a_plan_and_the_end_of_its_succession_only_one_comes_to_pass() {
    let register = Register::empty().await;
    for _ in 0..4 {
        let (former, heir, report) = answering(&register).await;
        let new = json!({
            "authority_id": heir["authority_id"], "title": "A plan", "responds_to_inspection_id": report["inspection_id"],
        });
        let new = serde_json::from_value(new).unwrap();
        let ended = format!(
            "delete from authority_successions where predecessor_id = '{}'",
            former["authority_id"].as_str().unwrap()
        );
        thread::scope(|scope| {
            for writer in 0..16 {
                let (register, new, ended) = (&register, &new, &ended);
                let database = &register.database;
                scope.spawn(move || {
                    let conn = &mut database.connect();
                    if writer % 2 == 0 {
                        let written =
                            conn.transaction(|conn| query::insert(conn, &Caller::import(), Id::generate(), new));
                        let refused = written.err().map(|error| error.code());
                        assert!(matches!(refused, None | Some(ProblemCode::ValidationFailed)), "{refused:?}");
                    } else {
                        // Refused or not: what counts is what is there in the end.
                        let _ = conn.batch_execute(ended);
                    }
                });
            }
        });
        let broken =
            "select count(*) from improvement_plans join inspections on inspection_id = responds_to_inspection_id
            where not is_same_or_predecessor(improvement_plans.authority_id, inspections.authority_id)";
        let broken = diesel::sql_query(broken).get_result::<Count>(&mut register.database.connect()).unwrap();
        assert_eq!(broken.count, 0);
    }
}
