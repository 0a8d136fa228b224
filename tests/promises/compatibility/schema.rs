//! Compares schemas. What callers send may come to be taken more widely, never more narrowly; what they are given may
//! come to be narrower, never wider.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::compare::{Found, below, members, resolve};

/// Which way a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From callers.
    Request,
    /// To callers.
    Response,
}

/// Two documents, and which way the values of their schemas go.
#[derive(Clone, Copy)]
pub struct Schemas<'a> {
    pub old: &'a Value,
    pub new: &'a Value,
    pub direction: Direction,
}

/// The least that a value may be, or have.
const LEAST: [&str; 5] = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
/// The most that a value may be, or have.
const MOST: [&str; 5] = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];
/// The form of a value: two that differ cannot be told to be wider or narrower.
const FORM: [&str; 4] = ["pattern", "format", "multipleOf", "uniqueItems"];
/// What is compared one by one.
const COMPARED: [&str; 9] =
    ["$ref", "type", "enum", "const", "properties", "required", "items", "additionalProperties", "default"];
/// What tells nothing of the values.
const WORDS: [&str; 8] =
    ["title", "description", "example", "examples", "deprecated", "externalDocs", "$comment", "contentMediaType"];

impl Schemas<'_> {
    /// Compares two schemas that stand at a place.
    pub fn compare(self, schemas: (&Value, &Value), pointer: &str, found: &mut Found) {
        self.walk(schemas, pointer, found, &mut BTreeSet::new());
    }

    fn walk(
        self,
        (old, new): (&Value, &Value),
        pointer: &str,
        found: &mut Found,
        seen: &mut BTreeSet<(String, String)>,
    ) {
        let (old_or_null, new_or_null) = (beside_null(old), beside_null(new));
        let (old_named, new_named) = (old_or_null.unwrap_or(old), new_or_null.unwrap_or(new));
        let is_named = old_named.get("$ref").is_some() && new_named.get("$ref").is_some();
        let has_same_name = old_named["$ref"] == new_named["$ref"];
        found.expect(!is_named || has_same_name, pointer, "has another name, which is a type of clients");
        let (old_place, old) = resolve(self.old, pointer, old_named);
        let (pointer, new) = resolve(self.new, pointer, new_named);
        let (old, new) = (&null_too(old, old_or_null.is_some()), &null_too(new, new_or_null.is_some()));
        // A schema may hold itself.
        if !seen.insert((old_place, pointer.clone())) {
            return;
        }
        self.compare_types(old, new, &pointer, found);
        self.compare_values(old, new, &pointer, found);
        self.compare_limits(old, new, &pointer, found);
        self.compare_forms(old, new, &pointer, found);
        self.compare_members(old, new, &pointer, found);
        for (name, member) in members(&old["properties"]) {
            if let Some(other) = new["properties"].get(name) {
                self.walk((member, other), &below(&below(&pointer, "properties"), name), found, seen);
            }
        }
        if old.get("items").is_some() || new.get("items").is_some() {
            self.walk((&old["items"], &new["items"]), &below(&pointer, "items"), found, seen);
        }
        compare_others(old, new, &pointer, found);
    }

    /// Notes a change, unless it goes the way in which it breaks nobody.
    fn judge(self, is_narrower: bool, is_wider: bool, pointer: &str, what: &str, found: &mut Found) {
        match self.direction {
            Direction::Request if is_narrower => found.add(pointer, format!("fewer values are taken: {what}")),
            Direction::Response if is_wider => {
                found.add(pointer, format!("other values than before are given: {what}"));
            }
            _ => {}
        }
    }

    fn compare_types(self, old: &Value, new: &Value, pointer: &str, found: &mut Found) {
        let (old, new) = (types(old), types(new));
        let (is_narrower, is_wider) = (!old.is_subset(&new), !new.is_subset(&old));
        let list = |types: &BTreeSet<&str>| types.iter().copied().collect::<Vec<_>>().join(" or ");
        let what = format!("{} was {}", list(&new), list(&old));
        self.judge(is_narrower, is_wider, &below(pointer, "type"), &what, found);
    }

    fn compare_values(self, old: &Value, new: &Value, pointer: &str, found: &mut Found) {
        let (old, new) = (values(old), values(new));
        let beyond = |ours: &Option<Vec<Value>>, others: &Option<Vec<Value>>| match (ours, others) {
            (_, None) => Vec::new(),
            (None, Some(_)) => vec!["any".to_owned()],
            (Some(ours), Some(others)) => {
                ours.iter().filter(|value| !others.contains(value)).map(ToString::to_string).collect()
            }
        };
        for gone in beyond(&old, &new) {
            self.judge(true, false, &below(pointer, "enum"), &format!("{gone} no more"), found);
        }
        for added in beyond(&new, &old) {
            self.judge(false, true, &below(pointer, "enum"), &format!("{added} as well"), found);
        }
    }

    fn compare_limits(self, old: &Value, new: &Value, pointer: &str, found: &mut Found) {
        let limits = LEAST.iter().map(|name| (name, true)).chain(MOST.iter().map(|name| (name, false)));
        // A format tells the lengths of its texts.
        let has_same_format = !old["format"].is_null() && old["format"] == new["format"];
        for (name, is_least) in limits.filter(|(name, _)| !(has_same_format && name.ends_with("Length"))) {
            let bound = |schema: &Value| schema.get(name).and_then(Value::as_f64);
            let (before, after) = match (bound(old), bound(new)) {
                (None, None) => continue,
                // No limit is the farthest one.
                (before, after) if is_least => (-before.unwrap_or(f64::MIN), -after.unwrap_or(f64::MIN)),
                (before, after) => (before.unwrap_or(f64::MAX), after.unwrap_or(f64::MAX)),
            };
            let what = format!("{name} {} was {}", told(&new[name]), told(&old[name]));
            self.judge(after < before, after > before, &below(pointer, name), &what, found);
        }
    }

    fn compare_forms(self, old: &Value, new: &Value, pointer: &str, found: &mut Found) {
        // Clients check the patterns of what they send; of what they are given, a pattern tells them nothing.
        let is_compared = |name: &&str| self.direction == Direction::Request || *name != "pattern";
        for name in FORM.into_iter().filter(is_compared).filter(|name| old[name] != new[name]) {
            let is_wider_number = |narrow: &Value, wide: &Value| narrow[name] == "int32" && wide[name] == "int64";
            let is_narrower = !new[name].is_null() && !is_wider_number(old, new);
            let is_wider = !old[name].is_null() && !is_wider_number(new, old);
            let what = format!("{name} {} was {}", told(&new[name]), told(&old[name]));
            self.judge(is_narrower, is_wider, &below(pointer, name), &what, found);
        }
        let (before, after) = (&old["default"], &new["default"]);
        let is_same = before == after || before.is_null() || self.direction == Direction::Response;
        let message = format!("what is left out means something else: {} was {}", told(after), told(before));
        found.expect(is_same, &below(pointer, "default"), message);
    }

    fn compare_members(self, old: &Value, new: &Value, pointer: &str, found: &mut Found) {
        let required = |schema: &Value| {
            let names = schema["required"].as_array().into_iter().flatten();
            names.filter_map(|name| name.as_str().map(ToOwned::to_owned)).collect::<BTreeSet<_>>()
        };
        let place = below(pointer, "properties");
        for (name, _) in members(&old["properties"]).filter(|(name, _)| new["properties"].get(name).is_none()) {
            let message =
                if self.direction == Direction::Request { "is no longer taken" } else { "is no longer given" };
            found.add(&below(&place, name), message);
        }
        let (old_required, new_required) = (required(old), required(new));
        match self.direction {
            Direction::Request => {
                for name in new_required.difference(&old_required) {
                    found.add(&below(&place, name), "is required");
                }
                let is_closed = |schema: &Value| schema["additionalProperties"] == false;
                let message = "members of other names are no longer taken";
                found.expect(is_closed(old) || !is_closed(new), &below(pointer, "additionalProperties"), message);
            }
            Direction::Response => {
                let still_there = |name: &&String| new["properties"].get(name).is_some();
                for name in old_required.difference(&new_required).filter(still_there) {
                    found.add(&below(&place, name), "may be absent");
                }
            }
        }
    }
}

/// The one schema of a choice of it and null.
fn beside_null(schema: &Value) -> Option<&Value> {
    let is_null = |choice: &Value| *choice == json!({ "type": "null" });
    match schema.get("oneOf")?.as_array()?.as_slice() {
        [one, other] if is_null(other) => Some(one),
        [other, one] if is_null(other) => Some(one),
        _ => None,
    }
}

/// A schema with null among its types and its values, if it may be null.
fn null_too(schema: &Value, may_be_null: bool) -> Value {
    let mut schema = schema.clone();
    if may_be_null {
        if let Some(kind) = schema.get("type").filter(|kind| kind.is_string()).cloned() {
            schema["type"] = json!([kind, "null"]);
        }
        if let Some(Value::Array(values)) = schema.get_mut("enum") {
            values.push(Value::Null);
        }
    }
    schema
}

/// What the rules above do not know may have changed in any way.
fn compare_others(old: &Value, new: &Value, pointer: &str, found: &mut Found) {
    let names = members(old).chain(members(new)).map(|(name, _)| name.as_str()).collect::<BTreeSet<_>>();
    let known = [&LEAST[..], &MOST, &FORM, &COMPARED, &WORDS].concat();
    for name in names.into_iter().filter(|name| !known.contains(name) && !name.starts_with("x-")) {
        found.expect(old[name] == new[name], &below(pointer, name), "is another, in a way that no rule judges");
    }
    let of_others = |schema: &Value| schema.get("additionalProperties").filter(|value| value.is_object()).cloned();
    let message = "is another, in a way that no rule judges";
    found.expect(of_others(old) == of_others(new), &below(pointer, "additionalProperties"), message);
}

/// The types of a schema; whole numbers are numbers too.
fn types(schema: &Value) -> BTreeSet<&str> {
    let mut types = match schema.get("type") {
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect::<BTreeSet<_>>(),
        Some(one) => one.as_str().into_iter().collect(),
        None => ["array", "boolean", "null", "number", "object", "string"].into(),
    };
    if types.contains("number") {
        types.insert("integer");
    }
    types
}

/// The values of a schema that lists them.
fn values(schema: &Value) -> Option<Vec<Value>> {
    match (schema.get("enum"), schema.get("const")) {
        (Some(Value::Array(values)), _) => Some(values.clone()),
        (_, Some(only)) => Some(vec![only.clone()]),
        _ => None,
    }
}

fn told(value: &Value) -> String {
    if value.is_null() { "none".to_owned() } else { value.to_string() }
}
