//! What the changelog tells of breaking changes.

use super::compare::{Change, breaking_changes};
use serde_json::json;

/// The names and pointers that the section `### Breaking` of the unreleased version gives in code.
pub struct Breaking(Vec<String>);

impl Breaking {
    /// Reads a changelog.
    pub fn of(changelog: &str) -> Self {
        let section = |text: &str, heading: &str, mark: &str| {
            let begun = text.split_once(heading).map_or("", |(_, rest)| rest);
            begun.split(mark).next().unwrap_or_default().to_owned()
        };
        let unreleased = section(changelog, "\n## [Unreleased]", "\n## ");
        let breaking = section(&unreleased, "\n### Breaking\n", "\n### ");
        Self(breaking.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect())
    }

    /// Whether the change is told: its place, or every operation that it concerns.
    pub fn covers(&self, change: &Change) -> bool {
        let names_all = change.operations.iter().all(|operation| self.0.contains(operation));
        (names_all && !change.operations.is_empty()) || self.0.iter().any(|told| fits(told, &change.pointer))
    }
}

/// Whether a pointer is the one that is told, in which `*` stands for any one name.
fn fits(told: &str, pointer: &str) -> bool {
    let (told, pointer) = (told.split('/').collect::<Vec<_>>(), pointer.split('/').collect::<Vec<_>>());
    told.len() == pointer.len() && told.iter().zip(pointer).all(|(told, name)| *told == "*" || *told == name)
}

/// A change of two operations, which both can no longer be called.
fn changes() -> Vec<Change> {
    let old = json!({ "paths": { "/a": {
        "get": { "operationId": "get_a", "responses": {} }, "put": { "operationId": "replace_a", "responses": {} }
    } } });
    breaking_changes(&old, &json!({ "paths": {} }))
}

#[test]
fn a_change_is_told_by_its_operation_or_its_place() {
    let [get, put] = changes().try_into().unwrap();
    let told = |text: &str| Breaking::of(&format!("# Changelog\n\n## [Unreleased]: 1.0.0\n\n### Breaking\n\n{text}\n"));
    assert!(told("- `get_a` is gone.").covers(&get));
    assert!(!told("- `get_a` is gone.").covers(&put));
    assert!(told("- Gone: `/paths/~1a/put`.").covers(&put));
    assert!(told("- Gone: `/paths/~1a/*`.").covers(&put));
    assert!(!told("- Gone: `/paths/*`.").covers(&put));
    assert!(!told("- get_a is gone.").covers(&get));
}

#[test]
fn other_sections_and_other_versions_tell_nothing() {
    let [get, _] = changes().try_into().unwrap();
    for changelog in [
        "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- `get_a`\n",
        "# Changelog\n\n## [Unreleased]\n\n### Breaking\n\n### Added\n\n- `get_a`\n",
        "# Changelog\n\n## [Unreleased]\n\n## 0.9.0\n\n### Breaking\n\n- `get_a`\n",
        "# Changelog\n",
    ] {
        assert!(!Breaking::of(changelog).covers(&get), "{changelog}");
    }
}
