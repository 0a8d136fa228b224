//! What browsers are told: what an answer may do, and which pages of other origins may read it.

use actix_web::http::Method;
use serde_json::json;

use super::methods::PLUMBING;
use crate::support::database::Database;
use crate::support::operations::all;
use crate::support::{Answer, Register};

/// An origin whose pages may call.
const OURS: &str = "https://example.org";
/// The policy of whatever is no page.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

#[track_caller]
fn is_secured(answer: &Answer, policy: impl Fn(&str) -> bool, what: &str) {
    let expected = [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ];
    for (name, value) in expected {
        assert_eq!(
            answer.headers.get_all(name).map(|value| value.to_str().unwrap()).collect::<Vec<_>>(),
            [value],
            "{what}"
        );
    }
    let policies = answer.headers.get_all("content-security-policy").collect::<Vec<_>>();
    assert!(policies.len() == 1 && policy(policies[0].to_str().unwrap()), "{what}: {policies:?}");
    // Only the proxy in front knows whether callers arrive by TLS.
    assert!(!answer.headers.contains_key("strict-transport-security"), "{what}");
}

#[actix_web::test]
async fn no_answer_of_the_api_may_do_anything_in_a_browser() {
    let register = Register::with(Database::real(), |app| app.cors_origins = vec![OURS.to_owned()]).await;
    let is_data = |policy: &str| policy == DATA_POLICY;
    for operation in all() {
        // Changes are made or refused, each in its own way.
        let answer = operation.request(&register, &operation.path()).send().await;
        is_secured(&answer, is_data, operation.id);
    }
    let tag = register.get("/v1/themes").await.etag().to_owned();
    let known = register.request(Method::GET, "/v1/themes").header("If-None-Match", &tag).send().await.expect(304);
    let preflight = register.request(Method::OPTIONS, "/v1/themes").header("Origin", OURS);
    let preflight = preflight.header("Access-Control-Request-Method", "GET").send().await.expect(200);
    let others = [
        ("what is known", known),
        ("a preflight", preflight),
        ("HEAD", register.request(Method::HEAD, "/v1/themes").send().await.expect(200)),
        ("no path", register.get("/nothing").await.expect(404)),
        ("no row", register.get("/v1/authorities/E00000000").await.expect(404)),
        ("a wrong parameter", register.get("/v1/themes?x=1").await.expect(400)),
        ("a wrong method", register.request(Method::DELETE, "/v1/themes").send().await.expect(405)),
        ("a wrong body", register.post("/v1/authorities", &json!([])).await),
    ];
    for (what, answer) in others {
        is_secured(&answer, is_data, what);
    }
}

#[actix_web::test]
async fn pages_may_do_what_they_need_and_no_more() {
    let register = Register::empty().await;
    let strict = |policy: &str| {
        policy.starts_with("default-src 'none';")
            && policy.contains("frame-ancestors 'none'")
            && !policy.contains("unsafe")
            && !policy.contains('*')
            && !policy.contains("http")
    };
    for path in PLUMBING {
        let answer = register.get(path).await;
        let is_page = path == "/" || ["/docs/", "/guides", "/problems"].iter().any(|start| path.starts_with(start));
        is_secured(&answer, |policy| if is_page { strict(policy) } else { policy == DATA_POLICY }, path);
        let again = register.request(Method::GET, path).header("If-None-Match", answer.etag()).send().await;
        assert_eq!(
            again.header("content-security-policy"),
            answer.header("content-security-policy"),
            "{path}: a browser takes the policy of a 304 for that of what it kept"
        );
    }
    let landing = register.get("/").await;
    assert!(landing.header("content-security-policy").contains("style-src 'self'"));
    assert!(!landing.header("content-security-policy").contains("script-src"));
}

#[actix_web::test]
async fn web_pages_of_configured_origins_alone_may_call() {
    let register = Register::with(Database::empty(), |app| app.cors_origins = vec![OURS.to_owned()]).await;
    let from = async |origin: &str| {
        register.request(Method::GET, "/v1/themes").header("Origin", origin).send().await.expect(200)
    };
    let answer = from(OURS).await;
    assert_eq!(answer.header("access-control-allow-origin"), OURS);
    let exposed = answer.header("access-control-expose-headers").to_lowercase();
    for name in [
        "allow",
        "content-disposition",
        "content-location",
        "etag",
        "idempotent-replayed",
        "link",
        "location",
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "www-authenticate",
        "x-request-id",
        "x-total-count",
    ] {
        assert!(exposed.split(',').any(|exposed| exposed.trim() == name), "{name} is not exposed");
    }
    assert!(answer.headers.get_all("vary").any(|names| names.to_str().unwrap().contains("Origin")));
    for other in ["https://example.com", "http://example.org", "https://example.org.evil.example", "null"] {
        assert_eq!(from(other).await.header("access-control-allow-origin"), "", "{other}");
    }
}

#[actix_web::test]
async fn pages_of_other_origins_read_problems_too() {
    let register = Register::with(Database::empty(), |app| app.cors_origins = vec![OURS.to_owned()]).await;
    for (path, status) in [("/nothing", 404), ("/v1/themes?x=1", 400), ("/v1/authorities/E00000000", 404)] {
        let answer = register.request(Method::GET, path).header("Origin", OURS).send().await.refused(&[status]);
        assert_eq!(answer.header("access-control-allow-origin"), OURS, "{path}");
        assert!(answer.header("access-control-expose-headers").to_lowercase().contains("x-request-id"), "{path}");
        let varies = answer.headers.get_all("vary").map(|names| names.to_str().unwrap().to_lowercase());
        let varies = varies.collect::<Vec<_>>().join(", ");
        assert!(varies.contains("origin") && varies.contains("authorization"), "{path}: {varies}");
    }
    let deleted = register.request(Method::DELETE, "/v1/themes").header("Origin", OURS).send().await.refused(&[405]);
    assert_eq!((deleted.header("access-control-allow-origin"), deleted.header("allow")), (OURS, "GET, HEAD"));
}

#[actix_web::test]
async fn browsers_may_ask_beforehand_and_remember_the_answer() {
    let register = Register::with(Database::empty(), |app| app.cors_origins = vec![OURS.to_owned()]).await;
    let preflight = async |origin: &str, method: &str| {
        let request = register.request(Method::OPTIONS, "/v1/authorities/E06000019").header("Origin", origin);
        let request = request.header("Access-Control-Request-Method", method);
        let headers = "authorization, content-type, idempotency-key, if-match, if-none-match, x-request-id";
        request.header("Access-Control-Request-Headers", headers).send().await
    };
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        let allowed = preflight(OURS, method).await.expect(200);
        assert_eq!(allowed.header("access-control-allow-origin"), OURS);
        assert!(allowed.header("access-control-allow-methods").contains(method), "{method}");
        let headers = allowed.header("access-control-allow-headers").to_lowercase();
        for name in ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-request-id"] {
            assert!(headers.contains(name), "{name} is not allowed");
        }
        assert_eq!(allowed.header("access-control-max-age"), "600");
        assert_eq!(allowed.header("access-control-allow-credentials"), "");
    }
    let refused = preflight("https://example.com", "PATCH").await;
    assert_eq!(refused.header("access-control-allow-origin"), "");
}

#[actix_web::test]
async fn browsers_send_no_credentials_of_their_own() {
    let closed = Register::empty().await;
    let answer = closed.request(Method::GET, "/v1/themes").header("Origin", OURS).send().await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "");
    for origins in [vec!["*".to_owned()], vec!["*".to_owned(), OURS.to_owned()]] {
        let open = Register::with(Database::empty(), |app| app.cors_origins = origins).await;
        for path in ["/v1/themes", "/v1/themes?x=1"] {
            let answer = open.request(Method::GET, path).header("Origin", OURS).send().await;
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
            assert_eq!(answer.header("access-control-allow-credentials"), "", "{path}");
        }
    }
}
