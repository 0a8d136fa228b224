//! Names that are spelt nearly right.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::Register;

#[rstest]
#[case("Herefordshre", "Herefordshire")]
#[case("Harefordshire", "Herefordshire")]
#[case("Nottingam", "Nottingham")]
#[case("Birmingam City Council", "Birmingham")]
#[case("Bornemouth", "Bournemouth, Christchurch and Poole")]
#[case("Brystol Council", "Bristol, City of")]
#[actix_web::test]
async fn a_misspelt_name_is_found_and_marked(#[case] q: &str, #[case] name: &str) {
    let register = Register::real().await;
    let q = q.replace(' ', "+");
    for (list, member) in [("authorities", "name"), ("standings", "authority_name")] {
        let found = register.get(&format!("/v1/{list}?q={q}&count=exact")).await.expect(200);
        assert!(found.each(member).contains(&json!(name)), "{q}: {}", found.text());
        assert_eq!(found.json()["page"]["is_approximate"], true, "{q}");
    }
    let first = register.get(&format!("/v1/inspections?q={q}&limit=1")).await.expect(200).json();
    assert_eq!(first["page"]["is_approximate"], true);
    if let Some(cursor) = first["page"]["next_cursor"].as_str() {
        let next = register.get(&format!("/v1/inspections?q={q}&limit=1&cursor={cursor}")).await.expect(200).json();
        assert_eq!((next["items"].as_array().unwrap().len(), &next["page"]["is_approximate"]), (1, &json!(true)));
    }
}

#[rstest]
#[case("xyzzyx")]
#[case("councyl")]
#[case("Kxyt")]
#[actix_web::test]
async fn what_is_near_no_name_or_near_many_finds_nothing(#[case] q: &str) {
    let register = Register::real().await;
    for list in ["authorities", "standings", "inspections"] {
        let found = register.get(&format!("/v1/{list}?q={q}")).await.expect(200).json();
        assert_eq!(found["items"], json!([]), "{list}");
        assert_eq!(found["page"].get("is_approximate"), None);
    }
}

#[actix_web::test]
async fn what_is_found_exactly_is_not_joined_by_what_is_near() {
    let register = Register::real().await;
    let found = register.get("/v1/authorities?q=Kent").await.expect(200);
    assert_eq!(found.each("name"), ["Kent"]);
    // What other filters leave out is found all the same.
    let elsewhere = register.get("/v1/authorities?q=Kent&region=London").await.expect(200).json();
    assert_eq!((&elsewhere["items"], elsewhere["page"].get("is_approximate")), (&json!([]), None::<&Value>));
    // The table has no place for the mark.
    let table = register.get("/v1/standings.csv?q=Herefordshre").await.expect(200);
    assert_eq!(table.text().lines().count(), 1);
}
