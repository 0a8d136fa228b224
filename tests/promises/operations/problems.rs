//! Kinds of problem: each explained where its address says, and all of them in `docs/errors.md`.

use std::fs;
use std::path::PathBuf;

use actix_web::http::Method;
use inspection_register::error::ProblemCode;

use crate::support::Register;

/// What stands before the part of the page that is written from the code.
const MARK: &str =
    "<!-- From here on, UPDATE_DOCS=1 cargo test --locked --test promises the_page_of_errors writes it. -->\n";

#[actix_web::test]
async fn every_kind_of_problem_is_explained() {
    let register = Register::empty().await;
    for code in ProblemCode::ALL {
        let page = register.get(&format!("/problems/{}", code.slug())).await.expect(200).text();
        let status = format!("status {}", code.status());
        for part in [code.title(), code.as_str(), &status, code.advice()] {
            assert!(page.contains(part), "{code}: {page}");
        }
    }
    let problem = register.get("/v1/x").await.refused(&[404]).json();
    assert_eq!(problem["type"], "urn:problem-type:inspection-register:not-found");
    assert_eq!(problem["documentation_url"], "/problems/not-found");
    register.get("/problems/not_found").await.refused(&[404]);
}

#[actix_web::test]
async fn the_explanations_are_html_for_people_and_listed() {
    let register = Register::empty().await;
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let read = async |path: &str| {
        let response = register.request(Method::GET, path).header("Accept", browser).send().await.expect(200);
        assert_eq!(response.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert!(response.headers.get_all("vary").any(|names| names.to_str().unwrap().contains("Accept")), "{path}");
        response.text()
    };
    let list = read("/problems").await;
    for code in ProblemCode::ALL {
        let address = format!("problems/{}", code.slug());
        assert!(list.contains(&format!("<a href=\"{address}\">{}</a>", code.title())), "{code}: {list}");
        let page = read(&format!("/{address}")).await;
        assert!(page.contains(&format!("<h1>{}</h1>", code.title())), "{code}: {page}");
        assert!(!page.contains('{'), "{code}: {page}");
    }
    let plain = register.get("/problems").await.expect(200);
    assert_eq!(plain.header("content-type"), "text/markdown; charset=utf-8");
}

#[actix_web::test]
async fn the_page_of_errors_explains_every_kind_in_the_same_words() {
    let register = Register::empty().await;
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
    let page = fs::read_to_string(&file).unwrap();
    let mut written = page.split_once(MARK).unwrap().0.to_owned() + MARK;
    for code in ProblemCode::ALL {
        let served = register.get(&format!("/problems/{}", code.slug())).await.expect(200).text();
        written.extend(["\n#", &served]);
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, &written).unwrap();
    }
    let told = "UPDATE_DOCS=1 cargo test --locked --test promises the_page_of_errors writes it";
    assert_eq!(fs::read_to_string(file).unwrap(), written, "{told}");
}
