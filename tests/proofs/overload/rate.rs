//! Callers who come too often: each has a quota, which every answer tells.

use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::http::Method;
use inspection_register::http::forwarded::TrustedProxies;
use inspection_register::http::limits::rate::RateLimits;
use inspection_register::http::limits::{Limits, RequestLimits};

use crate::support::database::Database;
use crate::support::{Answer, Register, keys};

/// A register that allows so many requests a minute, behind these proxies.
async fn limited(quota: u32, proxies: &[&str]) -> Register {
    let proxies = proxies.iter().map(|network| network.parse().unwrap()).collect();
    Register::with(Database::empty(), |app| {
        app.limits = RequestLimits::new(Limits::default(), RateLimits::new(NonZeroU32::new(quota)));
        app.proxies = TrustedProxies::new(proxies);
        app.cors_origins = vec!["https://example.org".to_owned()];
    })
    .await
}

/// Asks without a key.
async fn ask(register: &Register, path: &str, caller: &str) -> Answer {
    let request = register.request(Method::GET, path).anonymous().header("Origin", "https://example.org");
    request.from(caller).send().await
}

/// Asks with a key.
async fn ask_with(register: &Register, secret: &str, caller: &str) -> Answer {
    register.request(Method::GET, "/v1/themes").key(secret).from(caller).send().await
}

#[track_caller]
fn left(answer: &Answer) -> u32 {
    let (name, numbers) = answer.header("ratelimit").split_once(";r=").unwrap();
    let (left, reset) = numbers.split_once(";t=").unwrap();
    assert!(["\"address\"", "\"key\""].contains(&name), "{name}");
    assert!(reset.parse::<u32>().unwrap() <= 60, "{reset}");
    left.parse().unwrap()
}

#[actix_web::test]
async fn every_answer_tells_what_is_left_and_beyond_it_there_are_no_more() {
    let register = limited(5, &[]).await;
    for (path, status, expected) in [
        ("/v1/themes", 200, 4),
        ("/v1/nothing", 404, 3),
        ("/v1/themes?nothing=1", 400, 2),
        ("/v1/authorities/nowhere", 404, 1),
        ("/v1/frameworks", 200, 0),
    ] {
        let answer = ask(&register, path, "192.0.2.1").await.expect(status);
        assert_eq!(left(&answer), expected, "{path}");
        assert_eq!(answer.header("ratelimit-policy"), "\"address\";q=5;w=60");
    }
    let refused = ask(&register, "/v1/themes", "192.0.2.1").await.refused(&[429]);
    assert_eq!((refused.code().as_str(), left(&refused)), ("rate_limited", 0));
    let wait = refused.header("retry-after").parse::<u32>().unwrap();
    assert!((1..=12).contains(&wait), "{wait}");
    assert_eq!(refused.header("access-control-allow-origin"), "https://example.org");
    assert!(refused.header("access-control-expose-headers").to_lowercase().contains("ratelimit-policy"));
    assert_eq!(left(&ask(&register, "/v1/themes", "192.0.2.2").await.expect(200)), 4);
}

#[actix_web::test]
async fn a_key_has_a_quota_of_its_own_wherever_it_is_used() {
    let register = limited(2, &[]).await;
    for number in 0..10 {
        let caller = format!("192.0.2.{}", number % 2);
        let answer = ask_with(&register, keys::ADMIN_SECRET, &caller).await.expect(200);
        assert_eq!(answer.header("ratelimit-policy"), "\"key\";q=10;w=60");
        assert_eq!(left(&answer), 9 - number);
    }
    let refused = ask_with(&register, keys::ADMIN_SECRET, "192.0.2.9").await.refused(&[429]);
    assert_eq!((refused.code().as_str(), left(&refused)), ("rate_limited", 0));
    assert!(refused.header("retry-after").parse::<u32>().unwrap() <= 6);
    // Whoever asks without it has the quota of the address.
    assert_eq!(left(&ask(&register, "/v1/themes", "192.0.2.9").await.expect(200)), 1);
}

#[actix_web::test]
async fn whoever_guesses_at_keys_is_stopped() {
    let register = limited(1, &[]).await;
    for number in 0..10 {
        let answer = ask_with(&register, &format!("irk_guess{number}"), "192.0.2.1").await.refused(&[401]);
        assert_eq!(answer.header("ratelimit-policy"), "\"address\";q=10;w=60");
        assert_eq!(left(&answer), 9 - number);
    }
    ask_with(&register, "irk_guess", "192.0.2.1").await.refused(&[429]);
    ask_with(&register, keys::ADMIN_SECRET, "192.0.2.1").await.refused(&[429]);
    ask_with(&register, keys::ADMIN_SECRET, "192.0.2.2").await.expect(200);
}

#[actix_web::test]
async fn what_is_spent_comes_back() {
    let register = limited(60, &[]).await;
    while ask(&register, "/v1/themes", "192.0.2.1").await.status != 429 {}
    actix_web::rt::time::sleep(Duration::from_millis(1_200)).await;
    ask(&register, "/v1/themes", "192.0.2.1").await.expect(200);
}

#[actix_web::test]
async fn an_address_of_ipv6_shares_with_its_network() {
    let register = limited(2, &[]).await;
    ask(&register, "/v1/themes", "2001:db8:0:1::1").await.expect(200);
    ask(&register, "/v1/themes", "2001:db8:0:1:ffff::2").await.expect(200);
    ask(&register, "/v1/themes", "2001:db8:0:1::3").await.refused(&[429]);
    ask(&register, "/v1/themes", "2001:db8:0:2::1").await.expect(200);
    // An address of IPv4 in the clothes of IPv6 is itself.
    ask(&register, "/v1/themes", "::ffff:192.0.2.1").await.expect(200);
    assert_eq!(left(&ask(&register, "/v1/themes", "192.0.2.1").await), 0);
}

#[actix_web::test]
async fn what_is_outside_the_api_is_not_counted() {
    let register = limited(1, &[]).await;
    ask(&register, "/v1/themes", "192.0.2.1").await.expect(200);
    for path in ["/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs/", "/", "/problems/not-found"] {
        let answer = ask(&register, path, "192.0.2.1").await.expect(200);
        assert_eq!(answer.header("ratelimit"), "", "{path}");
    }
    ask(&register, "/v1/themes", "192.0.2.1").await.refused(&[429]);
    // However it is written.
    ask(&register, "/%761/themes", "192.0.2.1").await.refused(&[429]);
}

#[actix_web::test]
async fn a_proxy_is_believed_if_it_is_trusted_and_callers_are_not() {
    let register = limited(1, &["10.0.0.0/8"]).await;
    let by = async |caller: &str, forwarded: &str| {
        let request = register.request(Method::GET, "/v1/themes").anonymous().header("X-Forwarded-For", forwarded);
        request.from(caller).send().await.status.as_u16()
    };
    assert_eq!(by("10.0.0.1", "192.0.2.1").await, 200);
    assert_eq!(by("10.0.0.1", "192.0.2.2").await, 200);
    assert_eq!(by("10.0.0.2", "192.0.2.1").await, 429, "by whichever proxy");
    assert_eq!(by("10.0.0.1", "198.51.100.9, 192.0.2.1").await, 429, "what the caller invents is not looked at");
    assert_eq!(by("10.0.0.1", "192.0.2.3, 10.0.0.7").await, 200, "proxies of proxies");
    assert_eq!(by("192.0.2.3", "198.51.100.1").await, 429, "nobody else is believed");
    assert_eq!(by("10.0.0.9", "nonsense").await, 200, "a proxy that names nobody asks for itself");
    assert_eq!(by("10.0.0.9", "192.0.2.4, nonsense").await, 429);
}

/// Asks through a proxy, which adds these headers.
async fn ask_through(register: &Register, proxy: &str, headers: &[(&'static str, &str)]) -> u16 {
    let request = register.request(Method::GET, "/v1/themes").anonymous().from(proxy);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    request.send().await.status.as_u16()
}

#[actix_web::test]
async fn callers_behind_a_proxy_have_quotas_of_their_own_however_it_names_them() {
    let register = limited(1, &["10.0.0.0/8", "::ffff:172.16.0.0/108"]).await;
    let (xff, forwarded) = ("X-Forwarded-For", "Forwarded");
    for (headers, expected, what) in [
        (&[(xff, "203.0.113.1:51234")][..], 200, "a port"),
        (&[(xff, "203.0.113.1:51235")], 429, "another port of the same caller"),
        (&[(xff, "203.0.113.2:51234")], 200, "another caller"),
        (&[(xff, "::ffff:203.0.113.2")], 429, "the same, mapped"),
        (&[(xff, "[2001:db8:0:1::1]:443")], 200, "brackets"),
        (&[(xff, "2001:db8:0:1::2")], 429, "its network"),
        (&[(xff, "203.0.113.3, 10.0.0.7:80, [::ffff:172.16.0.1]:80")], 200, "proxies of proxies with ports"),
        (&[(xff, "198.51.100.1"), (xff, "203.0.113.3:1")], 429, "of several lines the last"),
        (&[(forwarded, "for=203.0.113.4")], 200, "the other header"),
        (&[(forwarded, "for=\"203.0.113.4:51234\";proto=https")], 429, "with a port"),
        (&[(forwarded, "for=\"[2001:db8:0:2::1]:443\"")], 200, "with brackets"),
        (
            &[(forwarded, "for=198.51.100.2, for=\"[2001:db8:0:2::2]\"")],
            429,
            "what the caller invents is not looked at",
        ),
        (&[(forwarded, "for=198.51.100.3"), (forwarded, "for=203.0.113.5, for=10.0.0.7")], 200, "several lines"),
        (&[(forwarded, "for=198.51.100.4"), (xff, "203.0.113.5")], 429, "of both the older header"),
        (&[(forwarded, "for=unknown")], 200, "nobody: the proxy"),
        (&[(forwarded, "for=198.51.100.5, for=_hidden")], 429, "the same"),
        (&[(forwarded, "for=198.51.100.6, for=\"x, for=203.0.113.9")], 429, "a quote that does not end"),
    ] {
        assert_eq!(ask_through(&register, "10.0.0.1", headers).await, expected, "{what}: {headers:?}");
    }
    assert_eq!(ask_through(&register, "192.0.2.1", &[(forwarded, "for=203.0.113.9")]).await, 200, "nobody else");
    assert_eq!(ask_through(&register, "192.0.2.1", &[(forwarded, "for=203.0.113.8")]).await, 429, "is believed");
}

#[actix_web::test]
async fn nobody_is_counted_where_that_is_off() {
    let register = Register::empty().await;
    let answer = ask(&register, "/v1/themes", "192.0.2.1").await.expect(200);
    assert_eq!((answer.header("ratelimit"), answer.header("ratelimit-policy")), ("", ""));
}

#[actix_web::test]
async fn what_a_key_writes_is_counted_too() {
    let register = limited(1_000_000, &[]).await;
    let action = crate::support::actions::action(&register, serde_json::json!({})).await;
    let path = format!("{}/updates", crate::support::actions::path(&action));
    let text = "\u{1d11e}".repeat(10_000);
    let body = serde_json::json!({ "note": text, "impact_on_children": text });
    let mut written = 0;
    let refused = loop {
        let answer = register.post(&path, &body).await;
        if answer.status != 201 {
            break answer.refused(&[429]);
        }
        written += body.to_string().len();
        assert!(written < 40 * 1024 * 1024, "{written} bytes are written, and no end");
    };
    assert!(written > 4 * 1024 * 1024, "only {written} bytes are written");
    assert_eq!(
        (refused.code().as_str(), refused.header("ratelimit-policy")),
        ("rate_limited", "\"written\";q=32768;w=60")
    );
    assert!(refused.header("retry-after").parse::<u32>().unwrap() <= 60);
    // Reading goes on, and so does another key.
    register.get(&path).await.expect(200);
}
