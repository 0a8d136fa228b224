//! Links from the groups of operations to the guides that explain them, relative to Swagger UI, which shows them.

use serde_json::Value;

/// The groups of operations that a guide explains, with its name and its title.
const OF_GROUPS: [(&str, &str, &str); 10] = [
    ("Standings", "lists", "Lists: pages, filters, order"),
    ("Authorities", "domain", "The field in short"),
    ("Inspections", "domain", "The field in short"),
    ("Examinations", "domain", "The field in short"),
    ("Improvement plans", "improvement-actions", "The life of an improvement action"),
    ("Improvement actions", "improvement-actions", "The life of an improvement action"),
    ("Evidence", "improvement-actions", "The life of an improvement action"),
    ("Events", "change-feed", "The change feed"),
    ("Frameworks", "domain", "The field in short"),
    ("API keys", "keys", "API keys"),
];

/// Adds the links to the descriptions of the groups.
pub(super) fn complete(document: &mut Value) {
    for tag in document.get_mut("tags").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some((_, guide, title)) = OF_GROUPS.iter().find(|(name, ..)| tag["name"] == *name) else { continue };
        if let Some(Value::String(description)) = tag.get_mut("description") {
            description.extend([" Guide: [", title, "](../guides/", guide, ")."]);
        }
    }
}
