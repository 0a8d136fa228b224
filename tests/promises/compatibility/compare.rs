//! Compares two documents, and tells what breaks callers: names, places, what is asked of them, what they are given.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use inspection_register::http::route::METHODS;
use serde_json::{Map, Value};

use super::schema::{Direction, Schemas};

/// A change that breaks some callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where, as a JSON Pointer: into the new document, or into the old one for what is gone.
    pub pointer: String,
    /// What, in plain words.
    pub message: String,
    /// The operations that it concerns.
    pub operations: BTreeSet<String>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operations = self.operations.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        write!(f, "- {}: {} ({operations})", self.pointer, self.message)
    }
}

/// The changes found so far, each once, with the operations that they concern.
#[derive(Default)]
pub struct Found {
    operation: Option<String>,
    changes: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Found {
    /// Notes a change.
    pub fn add(&mut self, pointer: &str, message: impl Into<String>) {
        let operations = self.changes.entry((pointer.to_owned(), message.into())).or_default();
        operations.extend(self.operation.clone());
    }

    /// The places of all changes.
    pub fn pointers(&self) -> Vec<&str> {
        self.changes.keys().map(|(pointer, _)| pointer.as_str()).collect()
    }

    /// Notes a change unless it holds.
    pub fn expect(&mut self, holds: bool, pointer: &str, message: impl Into<String>) {
        if !holds {
            self.add(pointer, message);
        }
    }
}

/// One name more in a JSON Pointer.
pub fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The members of an object, none if it is absent.
pub fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Everything in the new document that breaks callers who know the old one.
pub fn breaking_changes(old: &Value, new: &Value) -> Vec<Change> {
    let mut found = Found::default();
    compare_whole(old, new, &mut found);
    for (path, item) in members(&old["paths"]) {
        let pointer = below("/paths", path);
        for (method, operation) in METHODS.iter().filter_map(|(name, _)| Some((name, item.get(name)?))) {
            found.operation = operation["operationId"].as_str().map(ToOwned::to_owned);
            let pointer = below(&pointer, method);
            match new["paths"].get(path).and_then(|item| item.get(method)) {
                None => found.add(&pointer, "the operation is gone"),
                Some(other) => Operations { old, new, pointer: &pointer }.compare(operation, other, &mut found),
            }
        }
    }
    let changes = found.changes.into_iter();
    changes.map(|((pointer, message), operations)| Change { pointer, message, operations }).collect()
}

/// Compares what stands outside operations.
fn compare_whole(old: &Value, new: &Value, found: &mut Found) {
    let urls = |document: &Value| {
        let servers = document["servers"].as_array().into_iter().flatten();
        servers.filter_map(|server| server["url"].as_str().map(ToOwned::to_owned)).collect::<Vec<_>>()
    };
    for url in urls(old) {
        found.expect(urls(new).contains(&url), "/servers", format!("the server {url} is gone"));
    }
    for (kind, what) in
        [("schemas", "its name is a type of clients"), ("securitySchemes", "callers prove by it who they are")]
    {
        for (name, component) in members(&old["components"][kind]) {
            let pointer = below(&format!("/components/{kind}"), name);
            match new["components"][kind].get(name) {
                None => found.add(&pointer, format!("the component is gone: {what}")),
                Some(other) if kind == "securitySchemes" => {
                    for member in ["type", "scheme", "in", "name"] {
                        found.expect(component[member] == other[member], &below(&pointer, member), "is another");
                    }
                }
                Some(_) => {}
            }
        }
    }
}

/// Two documents, and the place of an operation in both.
struct Operations<'a> {
    old: &'a Value,
    new: &'a Value,
    pointer: &'a str,
}

impl Operations<'_> {
    fn compare(&self, old: &Value, new: &Value, found: &mut Found) {
        for (member, what) in [("operationId", "name"), ("tags", "group")] {
            let message = format!("is another: clients call the operation by its {what}");
            found.expect(old[member] == new[member], &below(self.pointer, member), message);
        }
        self.compare_security(old, new, found);
        self.compare_parameters(old, new, found);
        self.compare_bodies(&old["requestBody"], &new["requestBody"], found);
        self.compare_responses(&old["responses"], &new["responses"], found);
    }

    fn schemas(&self, direction: Direction) -> Schemas<'_> {
        Schemas { old: self.old, new: self.new, direction }
    }

    /// Who was let in is let in.
    fn compare_security(&self, old: &Value, new: &Value, found: &mut Found) {
        let open = vec![Value::Object(Map::new())];
        let ways = |document: &Value, operation: &Value| {
            let ways = operation.get("security").or_else(|| document.get("security")).and_then(Value::as_array);
            ways.filter(|ways| !ways.is_empty()).cloned().unwrap_or_else(|| open.clone())
        };
        let is_enough = |less: &Value, more: &Value| members(less).all(|(scheme, _)| more.get(scheme).is_some());
        let (old_ways, new_ways) = (ways(self.old, old), ways(self.new, new));
        let are_let_in = old_ways.iter().all(|way| new_ways.iter().any(|other| is_enough(other, way)));
        found.expect(are_let_in, &below(self.pointer, "security"), "asks for more than before to be let in");
        for role in old["x-roles"].as_array().into_iter().flatten() {
            let is_let_in = new["x-roles"].as_array().is_none_or(|roles| roles.contains(role));
            found.expect(is_let_in, &below(self.pointer, "x-roles"), format!("{role} may no longer do this"));
        }
    }

    fn compare_parameters(&self, old: &Value, new: &Value, found: &mut Found) {
        let place = below(self.pointer, "parameters");
        let named = |document, operation: &Value| {
            let parameters = operation["parameters"].as_array().into_iter().flatten().enumerate();
            let named = parameters.map(|(index, parameter)| {
                let (_, parameter) = resolve(document, "", parameter);
                let name = |member: &str| parameter[member].as_str().unwrap_or_default().to_owned();
                ((name("in"), name("name")), (below(&place, &index.to_string()), parameter.clone()))
            });
            named.collect::<BTreeMap<_, _>>()
        };
        let (old, new) = (named(self.old, old), named(self.new, new));
        for (key, (pointer, parameter)) in &old {
            let Some((pointer, other)) = new.get(key) else {
                found.add(pointer, format!("the parameter {} in {} is gone", key.1, key.0));
                continue;
            };
            let was_required = parameter["required"] == true;
            found.expect(was_required || other["required"] != true, &below(pointer, "required"), "is required");
            for member in ["style", "explode", "allowReserved"] {
                found.expect(parameter[member] == other[member], &below(pointer, member), "is written otherwise");
            }
            self.schemas(Direction::Request).compare(
                (&parameter["schema"], &other["schema"]),
                &below(pointer, "schema"),
                found,
            );
        }
        for (key, (pointer, parameter)) in &new {
            let is_asked = !old.contains_key(key) && parameter["required"] == true;
            found.expect(!is_asked, pointer, format!("the new parameter {} in {} is required", key.1, key.0));
        }
    }

    fn compare_bodies(&self, old: &Value, new: &Value, found: &mut Found) {
        let place = below(self.pointer, "requestBody");
        let (_, old) = resolve(self.old, &place, old);
        let (pointer, new) = resolve(self.new, &place, new);
        if old.is_object() && !new.is_object() {
            found.add(&place, "no body is taken");
            return;
        }
        let is_asked = new["required"] == true && old["required"] != true;
        found.expect(!is_asked, &below(&pointer, "required"), "a body is required");
        self.compare_content((old, new), &pointer, Direction::Request, found);
    }

    fn compare_content(&self, (old, new): (&Value, &Value), pointer: &str, direction: Direction, found: &mut Found) {
        for (media_type, content) in members(&old["content"]) {
            let pointer = below(&below(pointer, "content"), media_type);
            match new["content"].get(media_type) {
                None => found.add(&pointer, "the media type is gone"),
                Some(other) => self.schemas(direction).compare(
                    (&content["schema"], &other["schema"]),
                    &below(&pointer, "schema"),
                    found,
                ),
            }
        }
    }

    fn compare_responses(&self, old: &Value, new: &Value, found: &mut Found) {
        let place = below(self.pointer, "responses");
        for (status, response) in members(old) {
            let pointer = below(&place, status);
            let Some(other) = new.get(status) else {
                found.add(&pointer, "the status is gone");
                continue;
            };
            let (_, response) = resolve(self.old, &pointer, response);
            let (pointer, other) = resolve(self.new, &pointer, other);
            self.compare_content((response, other), &pointer, Direction::Response, found);
            for (name, header) in members(&response["headers"]) {
                let pointer = below(&below(&pointer, "headers"), name);
                let Some(other) = other["headers"].get(name) else {
                    found.add(&pointer, "the header is gone");
                    continue;
                };
                let (_, header) = resolve(self.old, &pointer, header);
                let (pointer, other) = resolve(self.new, &pointer, other);
                let schemas = (&header["schema"], &other["schema"]);
                self.schemas(Direction::Response).compare(schemas, &below(&pointer, "schema"), found);
            }
        }
        for (status, _) in members(new).filter(|(status, _)| status.as_str() < "400" && old.get(status).is_none()) {
            found.add(&below(&place, status), "the status is new, and no error");
        }
    }
}

/// Where a reference leads, with its place, or the value itself.
pub fn resolve<'a>(document: &'a Value, pointer: &str, value: &'a Value) -> (String, &'a Value) {
    let target = value["$ref"].as_str().map(|target| target.trim_start_matches('#'));
    match target.and_then(|target| Some((target.to_owned(), document.pointer(target)?))) {
        Some((target, component)) => (target, component),
        None => (pointer.to_owned(), value),
    }
}
