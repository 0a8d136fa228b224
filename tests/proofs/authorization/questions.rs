//! What one can ask of a read: every address, and there each order, each filter with values that meet what is hidden, and
//! everything that can be carried.

use std::collections::BTreeSet;

use inspection_register::values::date::Date;
use serde_json::Value;

use super::world::{Row, STATES, VISIBILITIES, World, theme};
use crate::support::operations::{Operation, resolve};

/// A query string, and the parameter that it is about.
pub struct Question {
    pub about: String,
    pub query: String,
}

/// The addresses of an operation for all that there is.
pub fn paths(operation: &Operation, world: &World) -> Vec<String> {
    let names = operation.path_parameters();
    let filled = |row: &Row| {
        let path = names.iter().try_fold(operation.path.to_owned(), |path, name| {
            let id = match name.as_str() {
                "authority" => Some(&row.authority),
                "recommendation_id" if operation.id.contains("examination") => row.ids.get("examined_id"),
                name => row.ids.get(name),
            };
            Some(path.replace(&format!("{{{name}}}"), id?))
        });
        path.map(|path| format!("/v1{path}"))
    };
    match names.as_slice() {
        [] => vec![operation.path()],
        [one] if one == "framework" => vec![operation.path()],
        _ => world.rows().filter_map(filled).collect::<BTreeSet<_>>().into_iter().collect(),
    }
}

/// Each value of each parameter of an operation, by itself and among what words are found in.
pub fn questions(operation: &Operation, world: &World) -> Vec<Question> {
    let parameters = operation.query_parameters();
    let has = |name: &str| parameters.iter().any(|(other, _)| other == name);
    let count = if has("count") { "&count=exact" } else { "" };
    let mut questions = Vec::new();
    let mut ask = |about: &str, query: String| questions.push(Question { about: about.to_owned(), query });
    ask("", String::new());
    if has("count") {
        ask("count", "count=exact".to_owned());
    }
    for (name, schema) in &parameters {
        let range = name.strip_suffix("_from").map(|name| format!("{name}_to")).filter(|name| has(name));
        let values = values(operation, name, schema, world);
        for value in &values {
            ask(name, format!("{name}={value}{count}"));
            if let Some(to) = &range {
                ask(name, format!("{name}={value}&{to}={value}{count}"));
            }
        }
        if has("q") && name != "q" {
            let met =
                if schema["type"] == "array" { values.join(",") } else { values.first().cloned().unwrap_or_default() };
            if !met.is_empty() {
                ask(name, format!("{name}={met}&q={}{count}", words(operation).join("+or+")));
            }
        }
    }
    questions
}

/// Words that are found in what is hidden and in what is not.
fn words(operation: &Operation) -> Vec<&'static str> {
    let of_authorities =
        ["list_authorities", "export_authorities", "list_standings", "export_standings"].contains(&operation.id);
    if of_authorities { vec!["Exampleshire"] } else { vec!["draft", "withdrawn", "private", "published"] }
}

fn values(operation: &Operation, name: &str, schema: &Value, world: &World) -> Vec<String> {
    let ids = |name: &str| world.rows().filter_map(|row| row.ids.get(name)).cloned().collect::<BTreeSet<_>>();
    let days = || world.facts[..3].iter().filter_map(|row| row.day.clone());
    let codes = resolve(if schema["items"].is_object() { &schema["items"] } else { schema })["enum"].clone();
    let codes = codes.as_array().into_iter().flatten().map(|code| code.as_str().unwrap()).collect::<Vec<_>>();
    let own = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    match name {
        "limit" | "cursor" | "count" => Vec::new(),
        "embed" => vec![codes.join(",")],
        "inspection" | "opened_by" => ids("inspection_id").into_iter().collect(),
        "finding" => ids("finding_id").into_iter().collect(),
        "recommendation" => ids("recommendation_id").into_iter().collect(),
        "plan" => ids("plan_id").into_iter().collect(),
        "authority" | "neighbours_of" => vec![world.own.id.clone(), world.other.id.clone()],
        "q" => own(&words(operation)),
        "theme" => STATES.iter().chain(&VISIBILITIES).map(|standing| theme(standing).to_owned()).collect(),
        "area" => own(&["overall_effectiveness", "help_and_protection"]),
        "framework" => own(&["ilacs_2018", "ilacs_2023"]),
        "region" => own(&["West+Midlands", "London"]),
        "gss_code" | "dfe_code" | "ofsted_urn" => own(&[world.own.code(name)]),
        "lead_inspector" => STATES.iter().map(|state| format!("Inspector+of+a+{state}")).collect(),
        "owner_role" => VISIBILITIES.iter().map(|visibility| format!("Keeper+of+{visibility}+papers")).collect(),
        "promised_to" => VISIBILITIES.iter().map(|visibility| format!("Friends+of+{visibility}+papers")).collect(),
        "min_slip_days" => own(&["1", "10000"]),
        "due_from" | "due_to" => own(&["2019-06-01", "2020-01-01", "2024-06-01"]),
        "active_on" | "updated_from" => own(&["2024-06-01", "2099-01-01"]),
        "as_at" if operation.path.contains("improvement") => own(&["2024-06-01", &Date::today().to_string()]),
        "as_at" => days().chain(["2024-06-01".to_owned()]).collect(),
        "started_from" | "started_to" | "published_from" | "published_to" => days().collect(),
        _ if schema["type"] == "boolean" => own(&["true", "false"]),
        _ => {
            assert!(!codes.is_empty(), "no value is known of {name} of {}", operation.id);
            own(&codes)
        }
    }
}
