//! GSS codes that authorities had before.

use diesel::connection::SimpleConnection;
use inspection_register::import::{self, Source, upgrade};
use rstest::rstest;
use serde_json::json;

use crate::support::Register;
use crate::support::database::Database;
use crate::support::rows::{authority, new_authority, with};

#[rstest]
#[case("E08000016", "E08000038", "Barnsley")]
#[case("E08000019", "E08000039", "Sheffield")]
#[case("E08000020", "E08000037", "Gateshead")]
#[case("E06000048", "E06000057", "Northumberland")]
#[actix_web::test]
async fn a_former_code_names_the_authority_wherever_a_code_does(
    #[case] former: &str,
    #[case] current: &str,
    #[case] name: &str,
) {
    let register = Register::real().await;
    let found = register.get(&format!("/v1/authorities/{former}")).await.expect(200).json();
    assert_eq!((&found["name"], &found["gss_code"]), (&json!(name), &json!(current)));
    assert_eq!(found["former_codes"][0]["gss_code"], former);
    for list in ["inspections", "findings", "recommendations", "documents", "improvement-actions", "interventions"] {
        let by = async |code: &str| {
            let query = format!("/v1/{list}?authority={code}&count=exact");
            register.get(&query).await.expect(200).json()["page"]["total"].clone()
        };
        assert_eq!(by(former).await, by(current).await, "{list}");
    }
    let filtered = register.get(&format!("/v1/authorities?gss_code={former}")).await.expect(200);
    assert_eq!(filtered.each("gss_code"), [current]);
    let neighbours = register.get(&format!("/v1/authorities/{former}/neighbours?set=current")).await.expect(200);
    assert_eq!(neighbours.each("rank").len(), 10);
    let standing = register.get(&format!("/v1/standings?q={name}")).await.expect(200);
    assert!(standing.each("gss_code").contains(&json!(current)));
    assert!(!standing.each("gss_code").contains(&json!(former)));
}

#[actix_web::test]
async fn former_codes_are_recorded_with_their_days() {
    let register = Register::empty().await;
    let own = authority(&register).await;
    let path = format!("/v1/authorities/{}", own["authority_id"].as_str().unwrap());
    let former = json!([{ "gss_code": own["gss_code"], "valid_from": "2009-04-01", "valid_to": "2025-03-31" }]);
    let moved = json!({ "gss_code": "E06999901", "former_codes": former });
    let moved = register.patch(&path, "\"1\"", &moved).await.expect(200).json();
    assert_eq!(moved["former_codes"], former);
    let found = register.get(&format!("/v1/authorities/{}", own["gss_code"].as_str().unwrap())).await.expect(200);
    assert_eq!(found.json(), moved);

    let taken = with(new_authority(), json!({ "gss_code": own["gss_code"] }));
    assert_eq!(register.post("/v1/authorities", &taken).await.expect(409).code(), "conflict");
    let taken = with(new_authority(), json!({ "former_codes": [{ "gss_code": "E06999901" }] }));
    assert_eq!(register.post("/v1/authorities", &taken).await.expect(409).code(), "conflict");
    for (codes, place) in [
        (json!([{ "gss_code": "E06999901" }]), "/former_codes/0/gss_code"),
        (json!([{ "gss_code": "E06999902" }, { "gss_code": "E06999902" }]), "/former_codes/1/gss_code"),
        (json!([{ "gss_code": "x" }]), "/former_codes/0/gss_code"),
        (json!([{ "gss_code": "E06999902", "valid_from": "2020-01-02", "valid_to": "2020-01-01" }]), "/former_codes/0"),
    ] {
        let refused = register.patch(&path, "\"2\"", &json!({ "former_codes": codes })).await.expect(422);
        assert_eq!(refused.places(), [place]);
    }
}

/// A register as 0.2.0 filled it, of which nothing is recorded yet.
fn filled_before() -> Database {
    let database = Database::real();
    let mut conn = database.connect();
    conn.batch_execute(
        "alter table events disable trigger user;
         update events set after = after - '{other_names,former_codes}'::text[] where resource = 'authority';
         alter table events enable trigger user;
         update authorities set other_names = '{}', former_codes = '[]', gss_code = case gss_code
             when 'E08000038' then 'E08000016' when 'E08000039' then 'E08000019' else gss_code end;",
    )
    .unwrap();
    database
}

#[actix_web::test]
async fn a_register_that_was_filled_before_is_corrected_once_with_a_reason() {
    let database = filled_before();
    upgrade::upgrade(&database.url).unwrap();
    let url = database.url.clone();
    let register = Register::with(database, |_| ()).await;
    let barnsley = register.get("/v1/authorities/E08000016").await.expect(200).json();
    assert_eq!((&barnsley["gss_code"], &barnsley["version"]), (&json!("E08000038"), &json!(2)));
    let days = json!([{ "gss_code": "E08000016", "valid_to": "2025-03-31", "valid_to_is_approximate": true }]);
    assert_eq!(barnsley["former_codes"], days);
    assert_eq!(barnsley["other_names"], json!(["Metropolitan Borough of Barnsley Council"]));
    let events = async || register.get("/v1/events?authority=E08000038&resource=authority").await.expect(200).json();
    let event = events().await["items"][1].clone();
    assert_eq!((&event["type"], &event["actor"]), (&json!("updated"), &json!("migrate")));
    let reason = event["reason"].as_str().unwrap();
    assert!(reason.starts_with("The Office for National Statistics replaced E08000016 by E08000038."), "{reason}");
    assert_eq!((&event["before"]["gss_code"], &event["after"]["gss_code"]), (&json!("E08000016"), &json!("E08000038")));

    // Neither the next start nor an import does it again, nor takes back what a steward decides.
    let back = json!({ "gss_code": "E08000016", "former_codes": [], "other_names": [] });
    let back = register.patch("/v1/authorities/E08000038", "\"2\"", &back).await.expect(200).json();
    upgrade::upgrade(&url).unwrap();
    import::run(&url, &Source::BuiltIn).unwrap();
    let path = format!("/v1/authorities/{}", back["authority_id"].as_str().unwrap());
    assert_eq!(register.get(&path).await.expect(200).json(), back);
    assert_eq!(register.get("/v1/authorities?count=exact").await.expect(200).json()["page"]["total"], 161);
}

#[actix_web::test]
async fn a_code_that_another_authority_has_is_not_taken_from_it() {
    let database = filled_before();
    let register = Register::with(database, |_| ()).await;
    let other = with(new_authority(), json!({ "gss_code": "E08000038" }));
    register.post("/v1/authorities", &other).await.expect(201);
    upgrade::upgrade(&register.database.url).unwrap();
    let barnsley = register.get("/v1/authorities/E08000016").await.expect(200).json();
    assert_eq!((&barnsley["gss_code"], &barnsley["version"]), (&json!("E08000016"), &json!(1)));
    let sheffield = register.get("/v1/authorities/E08000019").await.expect(200).json();
    assert_eq!(sheffield["gss_code"], "E08000039");
}
