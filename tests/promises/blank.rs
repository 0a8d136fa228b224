//! Texts of which nothing can be seen, and names with white space around them.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::operations::{resolve, with_body};
use crate::support::rows::{authority, new_authority, published, with};
use crate::support::{Register, contract};

/// The places of free text in a body, and the least length of each.
fn free_texts(schema: &Value, place: &str) -> Vec<(String, usize)> {
    let schema = resolve(schema);
    if let Some(members) = schema["properties"].as_object() {
        return members.iter().flat_map(|(name, member)| free_texts(member, &format!("{place}/{name}"))).collect();
    }
    let least = usize::try_from(schema["minLength"].as_u64().unwrap_or_default()).unwrap();
    if contract::is_free_text(&schema) { vec![(place.to_owned(), least)] } else { Vec::new() }
}

#[actix_web::test]
async fn a_text_of_which_nothing_can_be_seen_is_refused_in_every_body() {
    let register = Register::real().await;
    let mut tried = 0;
    for (operation, schema) in with_body() {
        for (place, least) in free_texts(&schema, "") {
            let name = place.trim_start_matches('/').split('/').next().unwrap();
            for blank in [" ", "\u{a0}", "\u{200b}", "\n"] {
                let text = blank.repeat(least.max(1));
                let body = if place == format!("/{name}") { json!({ name: text }) } else { continue };
                let request = operation.request(&register, &operation.path());
                let answer = request.if_match("*").json(&body).send().await.refused(&[422]);
                let errors = answer.json()["errors"].as_array().unwrap().clone();
                let own = errors.iter().find(|error| error["pointer"] == place.as_str());
                assert_eq!(own.unwrap()["code"], "blank", "{} {place}: {errors:?}", operation.id);
                tried += 1;
            }
        }
    }
    assert!(tried > 200, "{tried}");
}

#[actix_web::test]
async fn a_reason_of_which_nothing_can_be_seen_is_no_reason() {
    let register = Register::empty().await;
    let inspection = published(&register).await;
    let path = format!("/v1/inspections/{}", inspection["inspection_id"].as_str().unwrap());
    let patch = json!({ "headline": "Changed.", "reason": "   " });
    assert_eq!(register.patch(&path, "*", &patch).await.expect(422).places(), ["/reason"]);
    let finding = json!({ "polarity": "mixed", "text": "An example.", "reason": "\u{200b}\u{200b}\u{200b}" });
    assert_eq!(register.post(&format!("{path}/findings"), &finding).await.expect(422).places(), ["/reason"]);
    let finding = json!({ "polarity": "mixed", "text": "An example.", "reason": "Left out." });
    let finding = register.post(&format!("{path}/findings"), &finding).await.expect(201);
    let address = format!("{}?reason=%20%20%20", finding.header("location"));
    let answer = register.request(Method::DELETE, &address).if_match("*").send().await;
    assert_eq!(answer.expect(422).places(), ["reason"]);
}

#[actix_web::test]
async fn names_are_trimmed_on_the_way_in() {
    let register = Register::empty().await;
    let spaced =
        with(new_authority(), json!({ "name": " Exampleshire\u{a0}", "other_names": ["\u{feff}Old Example "] }));
    let made = register.post("/v1/authorities", &spaced).await.expect(201).json();
    assert_eq!((&made["name"], &made["other_names"]), (&json!("Exampleshire"), &json!(["Old Example"])));
    let path = format!("/v1/authorities/{}", made["authority_id"].as_str().unwrap());
    let same = register.patch(&path, "\"1\"", &json!({ "name": "Exampleshire " })).await.expect(200);
    assert_eq!(same.etag(), "\"1\"");
    let renamed = register.patch(&path, "\"1\"", &json!({ "name": "  Other " })).await.expect(200).json();
    assert_eq!(renamed["name"], "Other");
    let document = json!({ "kind": "letter", "title": " A letter\n", "summary": " Kept as it is. " });
    let document = register.post("/v1/documents", &document).await.expect(201).json();
    assert_eq!((&document["title"], &document["summary"]), (&json!("A letter"), &json!(" Kept as it is. ")));
    authority(&register).await;
}
