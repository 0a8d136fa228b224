//! Many who edit one row at once, by two instances of the service: nobody's change is lost.

use std::rc::Rc;

use actix_web::rt::spawn;
use serde_json::json;

use super::register;
use crate::support::Register;
use crate::support::database::Database;
use crate::support::rows::authority;

const EDITORS: usize = 32;
const CHANGES: usize = 3;

/// Adds one to the number in the row until so many changes are acknowledged. Tells how often somebody else was faster.
async fn edit(register: Rc<Register>, path: String) -> usize {
    let (mut acknowledged, mut refused) = (0, 0);
    while acknowledged < CHANGES {
        let read = register.get(&path).await;
        if read.status == 503 {
            continue;
        }
        let (etag, row) = (read.etag().to_owned(), read.expect(200).json());
        let number = row["population_0_25"].as_u64().unwrap();
        let answer = register.patch(&path, &etag, &json!({ "population_0_25": number + 1 })).await;
        match answer.status.as_u16() {
            200 => {
                assert_eq!(answer.json()["population_0_25"], number + 1);
                acknowledged += 1;
            }
            412 => refused += 1,
            // Nothing was changed.
            503 => assert_eq!(answer.code(), "unavailable"),
            _ => panic!("{}", answer.text()),
        }
    }
    refused
}

#[actix_web::test]
async fn of_thirty_two_editors_by_two_instances_nobody_loses_a_change() {
    let database = Database::empty();
    let instances = [Rc::new(register(&database.url, 4).await), Rc::new(register(&database.url, 4).await)];
    let row = authority(&instances[0]).await;
    let path = format!("/v1/authorities/{}", row["authority_id"].as_str().unwrap());
    instances[0].patch(&path, "*", &json!({ "population_0_25": 0 })).await.expect(200);

    let editors = (0..EDITORS).map(|number| spawn(edit(Rc::clone(&instances[number % 2]), path.clone())));
    let mut refused = 0;
    for editor in editors.collect::<Vec<_>>() {
        refused += editor.await.unwrap();
    }
    assert!(refused > 0, "the editors did not meet");
    for instance in instances {
        let row = instance.get(&path).await.expect(200).json();
        assert_eq!(row["population_0_25"], EDITORS * CHANGES);
        assert_eq!(row["version"], 2 + EDITORS * CHANGES);
    }
    println!("{} changes, {refused} times somebody else was faster", EDITORS * CHANGES);
}
