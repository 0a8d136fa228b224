//! The guides: the documents of the repository, with links that lead to what is served.

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, Responder};
use include_dir::{Dir, DirEntry, include_dir};
use url::Url;

use super::markdown::{relinked, title};
use super::{explained, redirected};
use crate::error::ApiError;
use crate::http::response::Content;

static DOCS: Dir = include_dir!("$CARGO_MANIFEST_DIR/docs");

/// Documents outside `docs/`, and their addresses below that of the service.
const OTHERS: [(&str, &str, &str); 4] = [
    ("README.md", "guides/readme", include_str!("../../../README.md")),
    ("CHANGELOG.md", "guides/changelog", include_str!("../../../CHANGELOG.md")),
    ("SECURITY.md", "guides/security", include_str!("../../../SECURITY.md")),
    ("data/README.md", "guides/data", include_str!("../../../data/README.md")),
];

/// Files that a guide may link to, and the addresses at which they are served.
const FILES: [(&str, &str); 2] = [
    ("openapi/openapi.json", "openapi.json"),
    ("docs/inspection-register.service", "guides/inspection-register.service"),
];

struct Guide {
    address: String,
    title: String,
    text: String,
}

static GUIDES: LazyLock<Vec<Guide>> = LazyLock::new(|| {
    let docs = texts(&DOCS).into_iter().map(|(path, text)| (format!("docs/{path}"), text));
    let others = OTHERS.iter().map(|(path, _, text)| ((*path).to_owned(), *text));
    let guides = docs.chain(others).filter_map(|(path, text)| {
        let address = address(&path)?;
        let text = relinked(text, |link| target(&path, &address, link));
        Some(Guide { title: title(&text), address, text })
    });
    guides.collect()
});

/// The texts in Markdown of a folder and those below it, with their paths.
fn texts(folder: &'static Dir) -> Vec<(String, &'static str)> {
    let texts = folder.entries().iter().flat_map(|entry| match entry {
        DirEntry::Dir(inner) => texts(inner),
        DirEntry::File(file) => {
            let path = file.path().to_str().filter(|_| file.path().extension().is_some_and(|ending| ending == "md"));
            path.zip(file.contents_utf8()).map(|(path, text)| (path.to_owned(), text)).into_iter().collect()
        }
    });
    texts.collect()
}

/// The address of a file or a folder of the repository, below that of the service. Most of them are not served.
fn address(path: &str) -> Option<String> {
    let listed = OTHERS.iter().map(|(path, address, _)| (path, address));
    let mut listed = listed.chain(FILES.iter().map(|(path, address)| (path, address)));
    if let Some((_, address)) = listed.find(|(known, _)| **known == path || **known == format!("{path}README.md")) {
        return Some((*address).to_owned());
    }
    let name = path.strip_prefix("docs/")?;
    let name = name.strip_suffix(".md").or_else(|| name.is_empty().then_some("README"))?;
    let name = name.strip_suffix("README").unwrap_or(name).trim_end_matches('/');
    Some(format!("guides/{name}").trim_end_matches('/').to_owned())
}

/// The relative address of the service for a page.
fn root(address: &str) -> String {
    "../".repeat(address.matches('/').count())
}

/// Where a link of a document leads when the document is served at an address: nowhere if its target is not served.
fn target(document: &str, own: &str, link: &str) -> Option<String> {
    if link.starts_with('#') {
        return Some(link.to_owned());
    }
    let url = Url::parse("file:///").and_then(|url| url.join(document)?.join(link)).ok()?;
    if url.scheme() != "file" {
        return Some(link.to_owned());
    }
    let address = address(url.path().trim_start_matches('/'))?;
    let fragment = url.fragment().map(|name| format!("#{name}")).unwrap_or_default();
    Some(format!("{}{address}{fragment}", root(own)))
}

/// `GET /guides` and `GET /guides/{name}`: a guide; `/guides` lists them.
///
/// # Errors
///
/// `not_found` if there is no such guide.
pub async fn guide(request: HttpRequest) -> Result<impl Responder, ApiError> {
    let address = request.path().trim_start_matches('/');
    let guide = GUIDES.iter().find(|guide| guide.address == address);
    let guide = guide.ok_or_else(|| ApiError::not_found("guide"))?;
    Ok(explained(&root(address), &guide.title, &guide.text, &request))
}

/// `GET /guides/`: redirects to the list.
pub async fn to_list() -> HttpResponse {
    redirected("/guides")
}

/// `GET /guides/inspection-register.service`: the unit for systemd, which a guide refers to.
pub async fn unit() -> Content {
    Content::new("text/plain; charset=utf-8", include_str!("../../../docs/inspection-register.service"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{address, target};

    #[rstest]
    #[case("docs/README.md", Some("guides"))]
    #[case("docs/", Some("guides"))]
    #[case("docs/lists.md", Some("guides/lists"))]
    #[case("docs/decisions/README.md", Some("guides/decisions"))]
    #[case("docs/decisions/0012-events.md", Some("guides/decisions/0012-events"))]
    #[case("README.md", Some("guides/readme"))]
    #[case("data/", Some("guides/data"))]
    #[case("openapi/openapi.json", Some("openapi.json"))]
    #[case("src/api.rs", None)]
    fn documents_have_addresses(#[case] path: &str, #[case] expected: Option<&str>) {
        assert_eq!(address(path).as_deref(), expected);
    }

    #[rstest]
    #[case("docs/README.md", "lists.md", Some("guides/lists"))]
    #[case("docs/lists.md", "writing.md#retrying", Some("../guides/writing#retrying"))]
    #[case("docs/lists.md", "../README.md", Some("../guides/readme"))]
    #[case("docs/decisions/0012-events.md", "../lists.md", Some("../../guides/lists"))]
    #[case("docs/lists.md", "#here", Some("#here"))]
    #[case("docs/lists.md", "https://example.org/a.md", Some("https://example.org/a.md"))]
    #[case("docs/lists.md", "../src/api.rs", None)]
    fn links_lead_to_what_is_served(#[case] document: &str, #[case] link: &str, #[case] expected: Option<&str>) {
        assert_eq!(target(document, &address(document).unwrap(), link).as_deref(), expected);
    }
}
