//! Authorities: what they are called by, and how they are recorded, corrected and removed.

use actix_web::http::Method;
use serde_json::json;

use crate::support::Register;
use crate::support::rows::{authority, new_authority, with};

#[actix_web::test]
async fn an_authority_is_recorded_read_corrected_and_removed() {
    let register = Register::empty().await;
    let created = register.post("/v1/authorities", &new_authority()).await.expect(201);
    let path = created.header("location").to_owned();
    assert_eq!(path, format!("/v1/authorities/{}", created.json()["authority_id"].as_str().unwrap()));
    assert_eq!(created.etag(), "\"1\"");

    let read = register.get(&path).await.expect(200);
    assert_eq!(read.json(), created.json());

    let website = json!({ "website": "https://example.org" });
    let corrected = register.patch(&path, read.etag(), &website).await.expect(200);
    assert_eq!(corrected.json()["website"], "https://example.org");
    assert_eq!(corrected.etag(), "\"2\"");

    let cleared = register.patch(&path, corrected.etag(), &json!({ "website": null })).await.expect(200);
    assert_eq!(cleared.json().get("website"), None);

    register.delete(&path, cleared.etag()).await.expect(204);
    register.get(&path).await.expect(404);
}

#[actix_web::test]
async fn every_code_names_the_authority() {
    let register = Register::real().await;
    let herefordshire = register.get("/v1/authorities/E06000019").await.expect(200);
    let id = herefordshire.json()["authority_id"].as_str().unwrap().to_owned();
    for key in [id.as_str(), "E06000019", "80474", "884"] {
        let answer = register.get(&format!("/v1/authorities/{key}")).await.expect(200);
        assert_eq!(answer.json(), herefordshire.json());
        assert_eq!(answer.header("content-location"), format!("/v1/authorities/{id}"));
    }
}

#[actix_web::test]
async fn of_two_authorities_with_one_code_the_current_one_is_meant() {
    let register = Register::real().await;
    let somerset = register.get("/v1/authorities/933").await.expect(200).json();
    assert_eq!(somerset["gss_code"], "E06000066");
    assert_eq!(register.get("/v1/authorities/E10000027").await.expect(200).json()["active_to"], "2023-03-31");
    let both = register.get("/v1/authorities?dfe_code=933").await.expect(200);
    assert_eq!(both.each("gss_code").len(), 2);
}

#[actix_web::test]
async fn what_names_no_authority_is_not_found() {
    let register = Register::real().await;
    for key in [
        "E06999999",
        "00000",
        "019a0000-0000-7000-8000-000000000000",
        "herefordshire",
        "01A20431-0B0F-7E0B-A2A4-65C0DC9FB5B8",
    ] {
        assert_eq!(register.get(&format!("/v1/authorities/{key}")).await.expect(404).code(), "not_found");
    }
}

#[actix_web::test]
async fn a_gss_code_is_used_once() {
    let register = Register::empty().await;
    let first = authority(&register).await;
    let second = with(new_authority(), json!({ "gss_code": first["gss_code"] }));
    assert_eq!(register.post("/v1/authorities", &second).await.expect(409).code(), "conflict");
}

#[actix_web::test]
async fn every_broken_rule_is_told_at_once() {
    let register = Register::empty().await;
    let broken = with(
        new_authority(),
        json!({ "name": "", "gss_code": "W06000019", "dfe_code": "12", "website": "javascript:alert(1)", "population_0_25": -1 }),
    );
    let answer = register.post("/v1/authorities", &broken).await.expect(422);
    assert_eq!(answer.places(), ["/name", "/gss_code", "/dfe_code", "/website", "/population_0_25"]);
    let region = with(new_authority(), json!({ "region": "Mercia" }));
    assert_eq!(register.post("/v1/authorities", &region).await.expect(422).places(), ["/region"]);
    let days = with(new_authority(), json!({ "active_from": "2020-01-02", "active_to": "2020-01-01" }));
    assert_eq!(register.post("/v1/authorities", &days).await.expect(422).places(), ["/active_to"]);
}

#[actix_web::test]
async fn a_change_needs_the_current_version() {
    let register = Register::empty().await;
    let row = authority(&register).await;
    let path = format!("/v1/authorities/{}", row["authority_id"].as_str().unwrap());
    let change = json!({ "name": "Exampleford" });
    let missing = register.request(Method::PATCH, &path).json(&change).send().await.expect(428);
    assert_eq!(missing.code(), "precondition_required");
    for stale in ["\"2\"", "W/\"2\"", "\"2-gzip\"", "\"11\"", "\"x\""] {
        let answer = register.patch(&path, stale, &change).await.expect(412);
        assert_eq!(answer.code(), "precondition_failed");
        assert_eq!(answer.etag(), "\"1\"");
    }
    assert_eq!(register.delete(&path, "\"7\"").await.expect(412).etag(), "\"1\"");
    // A proxy that compresses weakens the tag; the service marks the tag of what it has compressed.
    let weakened = ["W/\"3\"", "\"4-gzip\"", "W/\"5-0123456789abcdef-gzip\""];
    for current in ["\"7\", \"1\"", "\"2-0123456789abcdef\""].into_iter().chain(weakened).chain(["*"]) {
        register.patch(&path, current, &json!({ "name": format!("Exampleford {current}") })).await.expect(200);
    }
}

#[actix_web::test]
async fn a_patch_that_changes_nothing_writes_nothing() {
    let register = Register::empty().await;
    let row = authority(&register).await;
    let path = format!("/v1/authorities/{}", row["authority_id"].as_str().unwrap());
    for same in [json!({}), json!({ "name": row["name"] }), json!({ "website": null }), json!({ "successors": [] })] {
        let answer = register.patch(&path, "\"1\"", &same).await.expect(200);
        assert_eq!((answer.etag(), answer.json()), ("\"1\"", row.clone()));
    }
}

#[actix_web::test]
async fn a_succession_shows_on_both_sides() {
    let register = Register::empty().await;
    let former = authority(&register).await;
    let heir = with(new_authority(), json!({ "predecessors": [former["authority_id"]] }));
    let heir = register.post("/v1/authorities", &heir).await.expect(201).json();
    let former_path = format!("/v1/authorities/{}", former["authority_id"].as_str().unwrap());
    let answer = register.get(&former_path).await.expect(200);
    assert_eq!(answer.json()["successors"], json!([heir["authority_id"]]));
    assert_eq!(answer.etag(), "\"2\"", "the other side has changed");

    let ended = register.patch(&former_path, "\"2\"", &json!({ "successors": [] })).await.expect(200);
    assert_eq!(ended.json()["successors"], json!([]));
    let heir_path = format!("/v1/authorities/{}", heir["authority_id"].as_str().unwrap());
    assert_eq!(register.get(&heir_path).await.expect(200).json()["predecessors"], json!([]));

    let nobody = json!({ "successors": ["019a0000-0000-7000-8000-000000000000"] });
    assert_eq!(register.patch(&former_path, "\"3\"", &nobody).await.expect(422).places(), ["/successors"]);
    let itself = json!({ "successors": [former["authority_id"]] });
    assert_eq!(register.patch(&former_path, "\"3\"", &itself).await.expect(422).places(), ["/successors"]);
}

#[actix_web::test]
async fn the_order_of_relations_tells_nothing() {
    let register = Register::empty().await;
    let (one, other, heir) = (authority(&register).await, authority(&register).await, authority(&register).await);
    let (one, other) = (&one["authority_id"], &other["authority_id"]);
    let path = format!("/v1/authorities/{}", heir["authority_id"].as_str().unwrap());
    register.patch(&path, "\"1\"", &json!({ "predecessors": [one, other] })).await.expect(200);
    for same in [json!([other, one]), json!([one, other, one])] {
        let answer = register.patch(&path, "\"2\"", &json!({ "predecessors": same })).await.expect(200);
        assert_eq!(answer.etag(), "\"2\"");
    }
}

#[actix_web::test]
async fn an_authority_that_something_refers_to_stays() {
    let register = Register::real().await;
    let answer = register.delete("/v1/authorities/E06000019", "\"1\"").await.expect(409);
    assert_eq!(answer.code(), "in_use");
    let neighbour = register.delete("/v1/authorities/E10000006", "*").await.expect(409);
    assert_eq!(neighbour.code(), "in_use");
}

#[actix_web::test]
async fn filters_leave_what_they_name() {
    let register = Register::real().await;
    let total = async |query: &str| {
        register.get(&format!("/v1/authorities?limit=1&count=exact&{query}")).await.expect(200).json()["page"]["total"]
            .clone()
    };
    assert_eq!(total("").await, 161);
    assert_eq!(total("active_on=2026-01-01").await, 153);
    assert_eq!(total("active_on=2018-06-01").await, 152);
    assert_eq!(total("region=London").await, 33);
    assert_eq!(total("authority_type=city_corporation,county").await, 28);
    assert_eq!(total("q=HEREFORD").await, 1);
    assert_eq!(total("q=He%25shire").await, 0, "a percent sign is no wildcard");
    assert_eq!(total("q=He__________re").await, 0, "an underscore is no wildcard");
    assert_eq!(total("gss_code=E06000019,E06000066").await, 2);
    assert_eq!(total("ofsted_urn=80474").await, 1);
    assert_eq!(total("region=London&q=kent").await, 0);
}

#[actix_web::test]
async fn neighbours_are_listed_by_set_and_rank() {
    let register = Register::real().await;
    let all = register.get("/v1/authorities/E06000019/neighbours?count=exact").await.expect(200).json();
    assert_eq!(all["page"]["total"], 20);
    let current = register.get("/v1/authorities/884/neighbours?set=current&limit=3").await.expect(200);
    assert_eq!(current.each("rank"), [1, 2, 3]);
    let next = current.json()["page"]["next_cursor"].as_str().unwrap().to_owned();
    let next =
        register.get(&format!("/v1/authorities/884/neighbours?set=current&limit=3&cursor={next}")).await.expect(200);
    assert_eq!(next.each("rank"), [4, 5, 6]);
    let previous = register.get("/v1/authorities/E06000019/neighbours?set=previous").await.expect(200);
    assert!(previous.each("name").contains(&json!("Cumbria")), "abolished neighbours keep their place");
    register.get("/v1/authorities/E06999999/neighbours").await.expect(404);
}

#[actix_web::test]
async fn an_authority_carries_what_is_asked_for() {
    let register = Register::real().await;
    let plain = register.get("/v1/authorities/E06000019").await.expect(200);
    let full = register.get("/v1/authorities/E06000019?embed=standing,neighbours").await.expect(200);
    assert_eq!(plain.json().get("standing"), None);
    assert_eq!(full.json()["standing"]["judgements"][0]["grade"], "good");
    assert_eq!(full.json()["neighbours"].as_array().unwrap().len(), 20);
    assert!(full.etag().starts_with("\"1-"), "{}", full.etag());
    register.get("/v1/authorities?embed=standing&limit=50").await.expect(200);
    assert_eq!(register.get("/v1/authorities?embed=standing&limit=51").await.expect(422).places(), ["limit"]);
}
