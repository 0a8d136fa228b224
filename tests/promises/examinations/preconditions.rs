//! One PUT creates and replaces: what the caller expects to find says which.

use actix_web::http::Method;
use serde_json::json;

use super::{create, examination, told};
use crate::support::rows::{asking, path, visit};
use crate::support::{Register, at_once};

#[actix_web::test]
async fn what_the_caller_expects_decides() {
    let register = Register::empty().await;
    let (report, asked) = asking(&register, 1).await;
    let letter = visit(&register, &report, 2, json!({})).await;
    let place = examination(&letter, &asked[0]);
    let body = json!({ "outcome": "worse" });
    let put = || register.request(Method::PUT, &place).json(&body);

    assert_eq!(put().send().await.expect(428).code(), "precondition_required");
    for tag in ["*", "\"1\""] {
        let refused = put().if_match(tag).send().await.expect(412);
        assert_eq!((refused.code().as_str(), refused.etag()), ("precondition_failed", ""), "nothing is there");
    }
    let both = || put().if_match("*").header("If-None-Match", "*").send();
    assert_eq!(both().await.expect(412).etag(), "", "nothing is there to replace");
    for tag in ["", "\"1\"", "W/\"1\"", "**", "*, *"] {
        let refused = put().header("If-None-Match", tag).send().await.expect(400);
        assert_eq!(refused.places(), ["If-None-Match"], "{tag}");
    }
    assert_eq!(told(&register), []);

    create(&register, &place, &body).await.expect(201);
    assert_eq!(both().await.expect(412).etag(), "\"1\"", "something is there already");
    let refused = create(&register, &place, &json!({ "outcome": "improved" })).await.expect(412);
    assert_eq!((refused.code().as_str(), refused.etag()), ("precondition_failed", "\"1\""));
    assert_eq!(put().if_match("\"2\"").send().await.expect(412).etag(), "\"1\"");
    put().if_match("W/\"1\"").send().await.expect(200);
    put().if_match("*").send().await.expect(200);
    assert_eq!(told(&register).len(), 1);
}

#[actix_web::test]
async fn of_sixteen_that_create_at_once_one_does() {
    let register = Register::empty().await;
    let (report, asked) = asking(&register, 1).await;
    let letter = visit(&register, &report, 2, json!({})).await;
    let place = examination(&letter, &asked[0]);
    let outcomes = ["improved", "partly_improved", "not_improved", "worse"];
    let bodies = (0..16).map(|number| json!({ "outcome": outcomes[number % 4] })).collect::<Vec<_>>();
    let answers = at_once(bodies.iter().map(|body| create(&register, &place, body))).await;
    let mut statuses = answers.iter().map(|answer| answer.status.as_u16()).collect::<Vec<_>>();
    statuses.sort_unstable();
    assert_eq!(statuses, [[201].as_slice(), &[412; 15]].concat());
    let created = answers.iter().find(|answer| answer.status == 201).unwrap().json();
    assert_eq!(register.get(&place).await.expect(200).json(), created);
    assert_eq!((told(&register).len(), register.get(&path(&letter)).await.json()["version"].as_i64()), (1, Some(2)));
}
