//! Keys at the operator's command, with the program itself.

use actix_web::http::Method;
use inspection_register::access::secret::Secret;

use crate::operations::program::{Folder, Service, run, said};
use crate::support::Register;
use crate::support::keys::ADMIN_SECRET;
use crate::support::rows::authority;

fn printed(output: &std::process::Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[actix_web::test]
async fn a_key_is_made_listed_and_revoked_on_any_database() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let settings = [("DATABASE_URL", register.database.url.as_str())];
    let gss_code = council["gss_code"].as_str().unwrap();
    let create = |name: &str, more: &[&str]| {
        let arguments = [&["keys", "create", "--name", name, "--role", "reader"], more].concat();
        run(&settings, &arguments)
    };
    let made = create("made by hand", &["--authority", gss_code, "--expires-in", "7"]);
    assert!(made.status.success(), "{}", said(&made));
    let secret = printed(&made).strip_suffix('\n').unwrap().to_owned();
    assert!(Secret::parse(&secret).is_some() && !said(&made).contains(&secret), "{}", said(&made));
    register.request(Method::GET, "/v1/themes").key(&secret).send().await.expect(200);
    let listed = register.get("/v1/api-keys?role=reader").await.expect(200).json()["items"][0].clone();
    assert_eq!((&listed["created_by"], &listed["authority_ids"][0]), (&"keys".into(), &council["authority_id"]));

    let list = run(&settings, &["keys", "list"]);
    assert!(printed(&list).contains("made by hand\treader") && !printed(&list).contains("irk_"), "{}", printed(&list));
    for (output, word) in [
        (create("made by hand", &["--authority", gss_code]), "name"),
        (create("another", &["--authority", "E06999999"]), "E06999999"),
        (create("another", &[]), "/authority_ids"),
        (create("another", &["--authority", gss_code, "--expires-in", "366"]), "/expires_at"),
        (create("another", &["--authority", gss_code, "--expires-at", "soon"]), "--expires-at"),
        (create("two  spaces", &["--authority", gss_code]), "/name"),
        (run(&settings, &["keys", "create", "--name", "another", "--role", "owner"]), "--role"),
        (run(&settings, &["keys", "revoke", "nobody"]), "no such key"),
    ] {
        assert!(!output.status.success() && printed(&output).is_empty(), "{}", said(&output));
        assert!(said(&output).contains(word) && !said(&output).contains("panicked"), "{word}: {}", said(&output));
    }

    assert!(run(&settings, &["keys", "revoke", "Made by Hand"]).status.success());
    register.app.keys.forget();
    register.request(Method::GET, "/v1/themes").key(&secret).send().await.refused(&[401]);
    let id = listed["key_id"].as_str().unwrap();
    assert!(!run(&settings, &["keys", "revoke", id]).status.success(), "once is for ever");
}

#[test]
fn no_log_however_loud_tells_a_secret() {
    let database = crate::support::database::Database::empty();
    let folder = Folder::new();
    let settings = [("DATABASE_URL", database.url.as_str()), ("RUST_LOG", "trace")];
    let service = Service::start(&settings, &folder.0.join("output"));
    let send = |secret: &str, path: &str, body: &str| {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {secret}\r\n\
             Idempotency-Key: loud\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        service.exchange(head.as_bytes())
    };
    let body = crate::support::keys::new_key("loud", "admin", &[]).to_string();
    let secret_in = |answer: &str| answer.split('"').find(|word| word.starts_with("irk_")).unwrap().to_owned();
    let made = secret_in(&send(ADMIN_SECRET, "/v1/api-keys", &body));
    assert_eq!(secret_in(&send(ADMIN_SECRET, "/v1/api-keys", &body)), made);
    let own = "/v1/api-keys/01a20431-0c26-7ad0-8000-000000000001/rotations";
    let rotated = secret_in(&send(&made, own, "{}"));
    assert!(send(&format!("{made}x"), own, "{}").starts_with("HTTP/1.1 401"));
    let log = service.said();
    assert!(log.contains("/v1/api-keys/{key_id}/rotations 201"), "{log}");
    for secret in [ADMIN_SECRET, &made, &rotated] {
        assert!(!log.contains(&secret[4..30]), "a secret is logged");
    }
}
