//! What the documents point at: every link leads somewhere, and every test that they call a proof is there.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The documents, by their paths.
fn documents() -> Vec<PathBuf> {
    let folders = [".", "data", "docs", "docs/decisions"];
    let files = folders.iter().flat_map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let files = files.map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

/// The names by which the headings of a document are linked to.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter_map(|line| Some(line.trim_start_matches('#')).filter(|rest| *rest != line));
    let plain = |heading: &str| {
        let kept = heading.trim().to_lowercase().replace(' ', "-");
        kept.chars().filter(|letter| letter.is_alphanumeric() || "-_".contains(*letter)).collect()
    };
    headings.map(plain).collect()
}

/// What is wrong with a link from a document, if anything is.
fn fault(document: &Path, link: &str) -> Option<String> {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { document.to_owned() } else { document.parent().unwrap().join(path) };
    let broken = if anchor.is_empty() {
        !target.exists()
    } else {
        !anchors(&fs::read_to_string(&target).unwrap_or_default()).contains(&anchor.to_owned())
    };
    broken.then(|| format!("{}: {link}", document.display()))
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let mut faults = Vec::new();
    let mut count = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let links = text.split("](").skip(1).filter_map(|rest| rest.split([')', '\n']).next());
        for link in links.filter(|link| !link.contains("://")) {
            count += 1;
            faults.extend(fault(&document, link));
        }
    }
    assert!(count > 50, "only {count} links are found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let text = fs::read_to_string(root().join("docs/threat-model.md")).unwrap();
    let names = text.split('`').filter(|part| part.contains("::") && !part.contains(char::is_whitespace));
    let (mut count, mut faults) = (0, Vec::new());
    for name in names.filter(|name| !name.contains('…')) {
        count += 1;
        let (modules, function) = name.rsplit_once("::").unwrap();
        let files =
            ["tests/promises", "tests/proofs"].map(|folder| root().join(folder).join(modules.replace("::", "/")));
        let mut files = files.iter().flat_map(|file| [file.with_extension("rs"), file.join("mod.rs")]);
        let is_there =
            |file: &Path| fs::read_to_string(file).is_ok_and(|text| text.contains(&format!("fn {function}(")));
        if !files.any(|file| is_there(&file)) {
            faults.push(name);
        }
    }
    assert!(count > 20, "only {count} tests are named");
    assert!(faults.is_empty(), "{faults:?}");
}
