//! Texts and questions are folded alike.

use rstest::rstest;
use serde_json::json;

use crate::support::Register;
use crate::support::rows::{authority, inspection, with};

/// The address with a question, encoded.
fn asking(list: &str, q: &str) -> String {
    format!("/v1/{list}?q={}", percent_encoding::utf8_percent_encode(q, percent_encoding::NON_ALPHANUMERIC))
}

const TEXT: &str =
    "Education/health plans of children’s homes in Áth Cliath & the “pre\u{2011}birth” team: well\u{ad}being, Ærø.";

/// Every list with a text in it, found by the question.
#[rstest]
#[case("health")]
#[case("HEALTH")]
#[case("education/health")]
#[case(" health ")]
#[case("plans  of   children")]
#[case("children's")]
#[case("children’s homes")]
#[case("Ath Cliath")]
#[case("áth CLIATH")]
#[case("A\u{301}th")]
#[case("pre-birth")]
#[case("pre\u{2010}birth")]
#[case("pre\u{2013}birth")]
#[case("\"pre-birth team\"")]
#[case("“pre birth” team")]
#[case("Cliath and the pre-birth")]
#[case("wellbeing")]
#[case("aero")]
#[case("health -adoption")]
#[case("adoption or health")]
#[case("health\u{a0}plans")]
#[case("health, plans!")]
#[actix_web::test]
async fn a_text_is_found_however_it_is_written(#[case] q: &str) {
    let register = Register::empty().await;
    let members = json!({
        "headline": TEXT,
        "findings": [{ "polarity": "mixed", "text": TEXT }],
        "recommendations": [{ "kind": "recommendation", "text": TEXT }],
    });
    let whole = inspection(&register, members).await;
    let of = whole["authority_id"].clone();
    let document = json!({ "kind": "letter", "title": "Example", "statements": [{ "speaker": "Ada Example", "text": format!("One\n{TEXT}") }] });
    register.post("/v1/documents", &document).await.expect(201);
    let action = json!({ "authority_id": of, "title": "Example", "description": TEXT, "source": "other" });
    register.post("/v1/improvement-actions", &action).await.expect(201);
    for list in ["inspections", "findings", "recommendations", "documents", "improvement-actions"] {
        let found = register.get(&asking(list, q)).await.expect(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{list} by {q}");
        assert_eq!(found["page"].get("is_approximate"), None, "{list} by {q}");
        let without = asking(list, &format!("{q} -cliath"));
        assert_eq!(register.get(&without).await.expect(200).json()["items"], json!([]), "{without}");
    }
}

#[actix_web::test]
async fn a_phrase_that_is_excluded_is_excluded_as_a_phrase() {
    let register = Register::empty().await;
    for text in ["Plans before birth.", "Plans of the pre-birth team.", "Plans of the pre team at birth."] {
        inspection(&register, json!({ "findings": [{ "polarity": "mixed", "text": text }] })).await;
    }
    let found = register.get(&asking("findings", "plans -pre-birth")).await.expect(200);
    assert_eq!(found.json()["items"].as_array().unwrap().len(), 2);
}

#[rstest]
#[case("lead_inspector=maire+atherton")]
#[case("lead_inspector=M%C3%81IRE++ATHERTON+")]
#[case("q=Maire+Atherton")]
#[actix_web::test]
async fn an_inspector_is_found_without_accents(#[case] query: &str) {
    let register = Register::empty().await;
    inspection(&register, json!({ "lead_inspectors": ["Máire Atherton"] })).await;
    inspection(&register, json!({ "lead_inspectors": ["Marie Atherton"] })).await;
    assert_eq!(register.get(&format!("/v1/inspections?{query}")).await.expect(200).each("lead_inspectors").len(), 1);
}

#[rstest]
#[case("Bath & North East Somerset")]
#[case("bath and north east somerset")]
#[case("Bath & North East Somerset ")]
#[case("  BATH & north   east somerset")]
#[case("bath-and-north-east-somerset")]
#[case("Bristol City Council")]
#[case("Bristol, City of")]
#[case("St Helens")]
#[case("St. Helen's")]
#[case("St Helen’s Council")]
#[case("Southend\u{2011}on\u{2011}Sea")]
#[case("Stoke on Trent")]
#[case("Somerset County Council")]
#[case("county-durham")]
#[case("York City Council")]
#[actix_web::test]
async fn an_authority_is_found_by_the_names_that_people_use(#[case] q: &str) {
    let register = Register::real().await;
    let authorities = register.get(&asking("authorities", q)).await.expect(200);
    let standings = register.get(&asking("standings", q)).await.expect(200);
    assert!(!standings.each("authority_name").is_empty(), "{q}");
    // Standings are of the authorities of today.
    assert!(standings.each("authority_name").iter().all(|name| authorities.each("name").contains(name)), "{q}");
    assert_eq!(authorities.json()["page"].get("is_approximate"), None);
    let inspections = register.get(&asking("inspections", q)).await.expect(200);
    assert!(!inspections.each("inspection_id").is_empty(), "{q}");
}

#[actix_web::test]
async fn other_names_are_kept_and_searched() {
    let register = Register::empty().await;
    let one = authority(&register).await;
    let path = format!("/v1/authorities/{}", one["authority_id"].as_str().unwrap());
    assert_eq!(one.get("other_names"), None);
    let same = register.patch(&path, "\"1\"", &json!({ "other_names": [] })).await.expect(200);
    assert_eq!(same.etag(), "\"1\"", "none is what it has");
    let named = register.patch(&path, "\"1\"", &json!({ "other_names": ["Old Exampleton"] })).await.expect(200).json();
    assert_eq!(named["other_names"], json!(["Old Exampleton"]));
    assert_eq!(register.get("/v1/authorities?q=exampleton").await.expect(200).each("name"), [one["name"].clone()]);
    let body = with(crate::support::rows::new_authority(), json!({ "other_names": ["A", "\u{b}"] }));
    register.post("/v1/authorities", &body).await.expect(422);
}
