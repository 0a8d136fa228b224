//! What breaks callers: the document beside that of the last release. A change that breaks some callers is told in the
//! changelog, or is no change to make.

mod changelog;
mod compare;
mod of_operations;
mod of_schemas;
mod schema;

use std::fs;

use serde_json::Value;

use self::changelog::Breaking;
use self::compare::breaking_changes;
use crate::support::contract::DOCUMENT;

const RELEASED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/released");
const CHANGELOG: &str = include_str!("../../../CHANGELOG.md");

/// The documents of all releases by their versions, as numbers.
fn released() -> Vec<(Vec<u32>, Value)> {
    let files = fs::read_dir(RELEASED).unwrap().map(|file| file.unwrap().path());
    let mut documents = files
        .map(|path| {
            let document = serde_json::from_str::<Value>(&fs::read_to_string(&path).unwrap()).unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert_eq!(document["info"]["version"], name, "a document is named for its version");
            (name.split('.').map(|number| number.parse().unwrap()).collect::<Vec<_>>(), document)
        })
        .collect::<Vec<_>>();
    documents.sort_by(|(one, _), (other, _)| one.cmp(other));
    documents
}

#[test]
fn what_breaks_callers_of_the_last_release_is_told_in_the_changelog() {
    let (_, last) = released().pop().expect("a document of a release");
    let faults = Breaking::of(CHANGELOG).faults(&breaking_changes(&last, &DOCUMENT));
    assert!(
        faults.is_empty(),
        "{} changes break callers and are not told in CHANGELOG.md as they are. Take them back, or tell them under \
         \"### Breaking\" of the unreleased version, as `/the/pointer`, or as `/the/*/pointer` (2) for two of them:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// The commit of a release has its version, its document and its dated section; all others have a version to come.
#[test]
fn what_is_not_released_has_a_version_of_its_own() {
    let version = DOCUMENT["info"]["version"].as_str().unwrap();
    match released().iter().find(|(_, document)| document["info"]["version"] == version) {
        None => {
            let heading = format!("\n## [Unreleased]: {version}\n");
            assert!(CHANGELOG.contains(&heading), "the changelog does not speak of {version}");
        }
        Some((_, document)) => {
            assert!(*document == **DOCUMENT, "{version} is released, with another document: open the next version");
            assert!(!CHANGELOG.contains("\n## [Unreleased]"), "{version} is released: open the next version");
            let heading = format!("\n## [{version}] - ");
            assert!(CHANGELOG.contains(&heading), "the changelog does not date the release {version}");
        }
    }
}
