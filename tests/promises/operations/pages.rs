//! The pages for people: their links lead somewhere, also below the path of a proxy, and their files are kept by browsers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use actix_web::http::Method;
use url::Url;

use crate::support::contract::DOCUMENT;
use crate::support::{Answer, Register};

/// The address of the register in these tests: a proxy serves it below a path.
const OWN: &str = "https://example.org/register/";

async fn visit(register: &Register, path: &str) -> Answer {
    register.request(Method::GET, path).anonymous().header("Accept", "text/html,*/*;q=0.8").send().await
}

/// What a page refers to.
fn links(html: &str) -> Vec<String> {
    let links = ["href=\"", "src=\""].iter().flat_map(|start| html.split(start).skip(1));
    links.map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&")).collect()
}

/// Every page that can be reached from the landing page, by its path.
async fn every_page(register: &Register) -> BTreeMap<String, String> {
    let (mut pages, mut waiting) = (BTreeMap::new(), vec!["/".to_owned()]);
    while let Some(path) = waiting.pop() {
        let answer = visit(register, &path).await.expect(200);
        let text = if answer.header("content-type").starts_with("text/html") { answer.text() } else { String::new() };
        let inner = links(&text).into_iter().filter_map(|link| own_path(&path, &link)).map(|(path, _)| path);
        waiting.extend(inner.filter(|path| !pages.contains_key(path)));
        pages.insert(path, text);
    }
    pages
}

/// Where a link of a page leads within the register: the path, and the anchor.
fn own_path(page: &str, link: &str) -> Option<(String, Option<String>)> {
    let base = Url::parse(OWN).unwrap().join(page.trim_start_matches('/')).unwrap();
    let mut url = base.join(link).unwrap();
    let anchor = url.fragment().map(ToOwned::to_owned);
    url.set_fragment(None);
    let path = url.as_str().strip_prefix(OWN.trim_end_matches('/'))?;
    Some((path.to_owned(), anchor))
}

#[actix_web::test]
async fn every_link_of_every_page_leads_somewhere() {
    let register = Register::real().await;
    let pages = every_page(&register).await;
    let mut faults = Vec::new();
    for (page, text) in &pages {
        for link in links(text) {
            let Some((path, anchor)) = own_path(page, &link) else {
                // A link that leaves the path of the proxy would be relative.
                faults.extend(
                    (!link.starts_with("https://") && !link.starts_with("http://")).then(|| format!("{page}: {link}")),
                );
                continue;
            };
            let has_anchor = anchor.is_none_or(|anchor| pages[&path].contains(&format!("id=\"{anchor}\"")));
            faults.extend((!has_anchor).then(|| format!("{page}: {link} is not on that page")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    for path in ["/docs/", "/problems/not-found", "/openapi.json", "/guides/glossary", "/v1/standings.csv"] {
        assert!(pages.contains_key(path), "no page leads to {path}");
    }
}

#[actix_web::test]
async fn every_document_is_a_guide_that_the_list_leads_to() {
    let register = Register::real().await;
    let pages = every_page(&register).await;
    for (folder, address) in [("docs", "/guides"), ("docs/decisions", "/guides/decisions")] {
        for entry in fs::read_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let Some(name) = name.strip_suffix(".md") else { continue };
            let path = if name == "README" { address.to_owned() } else { format!("{address}/{name}") };
            let page = pages.get(&path).unwrap_or_else(|| panic!("no page leads to {path}"));
            let headings = page.matches("<h1").count();
            assert!(headings == 1 && page.contains("<title>") && !page.contains("{content}"), "{path}: {headings}");
            let text = register.get(&path).await.expect(200);
            assert_eq!(text.header("content-type"), "text/markdown; charset=utf-8", "{path}");
            assert!(text.text().contains("\n\n"), "{path}");
        }
    }
    assert_eq!(register.get("/guides/").await.expect(308).header("location"), "/guides");
    let list = &pages["/guides"];
    assert!(list.contains("<a href=\"guides/glossary\">") && !list.contains(".md\""), "{list}");
}

#[actix_web::test]
async fn files_are_kept_until_they_change() {
    let register = Register::empty().await;
    let mut files = BTreeSet::new();
    for page in ["/", "/docs/", "/guides/lists"] {
        let text = visit(&register, page).await.expect(200).text();
        let loaded = links(&text).into_iter().filter(|link| link.contains('?'));
        files.extend(loaded.map(|link| own_path(page, &link).unwrap().0));
        assert_eq!(visit(&register, page).await.header("cache-control"), "public, no-cache", "{page}");
    }
    assert_eq!(files.len(), 6, "{files:?}");
    for file in files {
        let kept = visit(&register, &file).await.expect(200);
        assert_eq!(kept.header("cache-control"), "public, max-age=31536000, immutable", "{file}");
        let (path, _) = file.split_once('?').unwrap();
        for other in [path.to_owned(), format!("{path}?older")] {
            let answer = visit(&register, &other).await.expect(200);
            assert_eq!((answer.header("cache-control"), &answer.bytes), ("public, no-cache", &kept.bytes), "{other}");
            register.request(Method::GET, &other).header("If-None-Match", answer.etag()).send().await.expect(304);
        }
    }
}

#[actix_web::test]
async fn the_document_leads_to_guides() {
    let register = Register::empty().await;
    let of_groups = DOCUMENT["tags"].as_array().unwrap().iter().map(|tag| &tag["description"]);
    let texts = of_groups.chain([&DOCUMENT["info"]["description"]]).map(|text| text.as_str().unwrap());
    let links = texts.flat_map(|text| text.split("](../").skip(1)).map(|rest| rest.split(')').next().unwrap());
    let links = links.collect::<BTreeSet<_>>();
    assert!(links.contains("guides/glossary") && links.contains("guides/change-feed"), "{links:?}");
    for link in links {
        visit(&register, &format!("/{link}")).await.expect(200);
    }
}
