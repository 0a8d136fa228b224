//! The addresses in responses: relative, or those at which a proxy serves the register.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::rows::new_authority;
use crate::support::{Answer, Register};

async fn behind_a_proxy() -> Register {
    let public_url = "https://example.org/register/".parse().unwrap();
    Register::with(Database::real(), |app| app.public_url = public_url).await
}

fn server(document: &Answer) -> Value {
    document.json()["servers"][0]["url"].clone()
}

#[actix_web::test]
async fn a_public_address_stands_in_every_address_of_a_response() {
    let register = behind_a_proxy().await;
    let created = register.post("/v1/authorities", &new_authority()).await.expect(201);
    let id = created.json()["authority_id"].as_str().unwrap().to_owned();
    assert_eq!(created.header("location"), format!("https://example.org/register/v1/authorities/{id}"));
    let by_code = register.get("/v1/authorities/E06000019").await.expect(200);
    assert!(by_code.header("content-location").starts_with("https://example.org/register/v1/authorities/"));
    let page = register.get("/v1/authorities?limit=1").await.expect(200);
    assert!(page.header("link").starts_with("<https://example.org/register/v1/authorities?limit=1&cursor="));
    assert_eq!(register.get("/docs").await.expect(308).header("location"), "https://example.org/register/docs/");
    let problem = register.get("/v1/x").await.refused(&[404]).json();
    assert_eq!(problem["documentation_url"], "https://example.org/register/problems/not-found");
    for path in ["/openapi.json", "/openapi-3.0.json"] {
        assert_eq!(server(&register.get(path).await.expect(200)), "https://example.org/register/v1", "{path}");
    }
}

#[actix_web::test]
async fn a_stored_refusal_is_returned_again_with_the_same_address() {
    let register = behind_a_proxy().await;
    let body = json!({ "name": "A", "gss_code": "E06000019", "region": "West Midlands", "authority_type": "county" });
    let send = || {
        let request = register.request(Method::POST, "/v1/authorities").header("Idempotency-Key", "same");
        request.json(&body).send()
    };
    let (first, again) = (send().await.refused(&[409]), send().await.refused(&[409]));
    assert_eq!(first.json()["documentation_url"], "https://example.org/register/problems/conflict");
    assert_eq!(first.json()["documentation_url"], again.json()["documentation_url"]);
}

#[actix_web::test]
async fn without_one_the_document_names_the_host_of_the_request() {
    let register = Register::empty().await;
    let of = async |headers: &[(&str, &str)]| {
        let request = register.request(Method::GET, "/openapi.json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        server(&request.send().await.expect(200))
    };
    assert_eq!(of(&[("Host", "register.test:8080")]).await, "http://register.test:8080/v1");
    let headers = [("Host", "register.test"), ("X-Forwarded-Proto", "https")];
    assert_eq!(of(&headers).await, "https://register.test/v1");
    assert_eq!(of(&[("Host", "a \"b\"")]).await, "/v1");
}
