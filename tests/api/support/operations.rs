//! Every operation of the document, ready to be called: a new one is covered by itself.

use actix_web::http::Method;
use inspection_register::contract::METHODS;
use serde_json::{Value, json};

use super::contract::DOCUMENT;
use super::{Register, Request};

/// An operation as the document describes it.
#[derive(Debug, Clone)]
pub struct Operation {
    pub id: String,
    pub method: Method,
    template: String,
    parameters: Vec<Value>,
    /// The schema of the body, if it takes one.
    pub body: Option<Value>,
}

impl Operation {
    /// The path, with the examples of the document.
    pub fn path(&self) -> String {
        self.path_with("", "")
    }

    /// The path, with another segment in place of one parameter.
    pub fn path_with(&self, name: &str, segment: &str) -> String {
        let path = self.of("path").fold(self.template.clone(), |path, parameter| {
            let own = parameter["name"].as_str().unwrap();
            let example = parameter["example"].as_str().unwrap();
            path.replace(&format!("{{{own}}}"), if own == name { segment } else { example })
        });
        format!("/v1{path}")
    }

    /// The parameters that stand in the path.
    pub fn path_parameters(&self) -> Vec<String> {
        self.of("path").map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
    }

    /// The parameters that stand in the query string, each with its schema.
    pub fn query_parameters(&self) -> Vec<(String, Value)> {
        let named = |parameter: &Value| (parameter["name"].as_str().unwrap().to_owned(), resolve(&parameter["schema"]));
        self.of("query").map(named).collect()
    }

    /// Whether it is a list with pages.
    pub fn is_list(&self) -> bool {
        self.method == Method::GET && self.of("query").any(|parameter| parameter["name"] == "cursor")
    }

    /// A request that is good but for what the test puts into it, and that changes nothing: of changes, no version matches.
    pub fn request<'a>(&self, register: &'a Register, path: &str) -> Request<'a> {
        let request = register.request(self.method.clone(), path);
        if matches!(self.method, Method::PUT | Method::PATCH | Method::DELETE) {
            request.if_match("\"0\"")
        } else {
            request
        }
    }

    fn of(&self, place: &'static str) -> impl Iterator<Item = &Value> {
        self.parameters.iter().filter(move |parameter| parameter["in"] == place)
    }
}

/// All operations.
pub fn operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    for (template, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (name, method) in &METHODS {
            let Some(operation) = item.get(name) else { continue };
            let body = operation.pointer("/requestBody/content/application~1json/schema").map(resolve);
            operations.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.clone(),
                template: template.clone(),
                parameters: operation["parameters"].as_array().unwrap().clone(),
                body,
            });
        }
    }
    operations
}

/// The operations that take a body, each with its schema.
pub fn with_body() -> Vec<(Operation, Value)> {
    operations().into_iter().filter_map(|operation| Some((operation.clone(), operation.body?))).collect()
}

/// The lists.
pub fn lists() -> Vec<Operation> {
    operations().into_iter().filter(Operation::is_list).collect()
}

/// The schema itself, where this is a reference to it.
pub fn resolve(schema: &Value) -> Value {
    let mut schema = match schema["$ref"].as_str() {
        Some(name) => DOCUMENT.pointer(name.trim_start_matches('#')).cloned().unwrap_or_else(|| json!({})),
        None => schema.clone(),
    };
    if let Some(items) = schema.get_mut("items") {
        *items = resolve(items);
    }
    schema
}
