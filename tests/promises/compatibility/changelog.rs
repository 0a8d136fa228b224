//! What the changelog tells of breaking changes.

use super::compare::{Change, breaking_changes};
use serde_json::json;

/// What the section `### Breaking` of the unreleased version tells.
pub struct Breaking(Vec<Entry>);

/// A pointer, in which `*` stands for any one name, and of how many changes it tells: `/the/pointer` (2), otherwise one.
struct Entry {
    pointer: String,
    count: usize,
}

impl Breaking {
    /// Reads a changelog.
    pub fn of(changelog: &str) -> Self {
        let section = |text: &str, heading: &str, mark: &str| {
            let begun = text.split_once(heading).map_or("", |(_, rest)| rest);
            begun.split(mark).next().unwrap_or_default().to_owned()
        };
        let unreleased = section(changelog, "\n## [Unreleased]", "\n## ");
        let breaking = section(&unreleased, "\n### Breaking\n", "\n### ");
        let parts = breaking.split('`').collect::<Vec<_>>();
        let code = parts.windows(2).skip(1).step_by(2).filter(|pair| pair[0].starts_with('/'));
        Self(code.map(|pair| Entry { pointer: pair[0].to_owned(), count: count(pair[1]) }).collect())
    }

    /// Where changes and changelog differ: changes that are not told, and entries that tell of more or fewer than there are.
    pub fn faults(&self, changes: &[Change]) -> Vec<String> {
        let untold = changes.iter().filter(|change| !self.0.iter().any(|entry| entry.fits(change)));
        let untold = untold.map(|change| format!("not told: {change}"));
        let miscounted = self.0.iter().filter_map(|entry| {
            let found = changes.iter().filter(|change| entry.fits(change)).map(ToString::to_string).collect::<Vec<_>>();
            let Entry { pointer, count } = entry;
            let differ = format!("`{pointer}` tells of {count}, not of {}:\n{}", found.len(), found.join("\n"));
            (found.len() != *count).then_some(differ)
        });
        untold.chain(miscounted).collect()
    }
}

impl Entry {
    fn fits(&self, change: &Change) -> bool {
        let (told, pointer) = (self.pointer.split('/'), change.pointer.split('/'));
        told.clone().count() == pointer.clone().count()
            && told.zip(pointer).all(|(told, name)| told == "*" || told == name)
    }
}

/// The number in brackets with which a text begins.
fn count(text: &str) -> usize {
    let bracket = text.trim_start().strip_prefix('(').and_then(|text| text.split_once(')'));
    bracket.and_then(|(number, _)| number.parse().ok()).unwrap_or(1)
}

/// A change of two operations, which both can no longer be called.
fn changes() -> Vec<Change> {
    let old = json!({ "paths": { "/a": {
        "get": { "operationId": "get_a", "responses": {} }, "put": { "operationId": "replace_a", "responses": {} }
    } } });
    breaking_changes(&old, &json!({ "paths": {} }))
}

fn faults(breaking: &str) -> usize {
    Breaking::of(&format!("# Changelog\n\n## [Unreleased]: 1.0.0\n\n### Breaking\n\n{breaking}\n"))
        .faults(&changes())
        .len()
}

#[test]
fn changes_are_told_by_their_places_and_counted() {
    for told in [
        "- Gone: `/paths/~1a/get` and `/paths/~1a/put`.",
        "- Gone: `/paths/~1a/*` (2).",
        "- Gone: `/paths/*/*`\n  (2), which was announced.",
    ] {
        assert_eq!(faults(told), 0, "{told}");
    }
    for (told, count) in [
        ("- Gone: `/paths/~1a/get`.", 1),
        ("- Gone: `/paths/~1a/*`.", 1),
        ("- Gone: `/paths/~1a/*` (3).", 1),
        ("- Gone: `/paths/~1a/get`, `/paths/~1a/put`, `/paths/~1a/patch`.", 1),
        ("- Gone: `/paths/*` (2).", 3),
        ("- Gone: /paths/~1a/get, `get_a` and `replace_a`.", 2),
        ("", 2),
    ] {
        assert_eq!(faults(told), count, "{told}");
    }
}

#[test]
fn other_sections_and_other_versions_tell_nothing() {
    for changelog in [
        "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- `/paths/~1a/*` (2)\n",
        "# Changelog\n\n## [Unreleased]\n\n### Breaking\n\n### Added\n\n- `/paths/~1a/*` (2)\n",
        "# Changelog\n\n## [Unreleased]\n\n## 0.9.0\n\n### Breaking\n\n- `/paths/~1a/*` (2)\n",
        "# Changelog\n",
    ] {
        assert_eq!(Breaking::of(changelog).faults(&changes()).len(), 2, "{changelog}");
    }
}
