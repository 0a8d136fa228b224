//! The operations of the document, and how each is called with the examples that it gives.

use std::sync::OnceLock;

use actix_web::http::Method;
use inspection_register::http::route::METHODS;
use serde_json::{Value, json};

use super::contract::DOCUMENT;
use super::keys::in_days;
use super::rows::with;
use super::{Register, Request};

/// An operation of the document.
#[derive(Debug, Clone)]
pub struct Operation {
    pub id: &'static str,
    pub method: Method,
    pub path: &'static str,
    pub about: &'static Value,
    /// The schema of the body, if it takes one.
    pub body: Option<Value>,
}

/// Every operation, in the order of the document.
pub fn all() -> Vec<Operation> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |(name, method)| {
            let about = item.get(name)?;
            Some(Operation {
                id: about["operationId"].as_str().unwrap_or_default(),
                method: method.clone(),
                path,
                about,
                body: about.pointer("/requestBody/content/application~1json/schema").map(resolve),
            })
        })
    });
    operations.collect()
}

impl Operation {
    /// Whether it reads.
    pub fn is_read(&self) -> bool {
        self.method == Method::GET
    }

    /// Whether only holders of keys may call it.
    pub fn needs_key(&self) -> bool {
        self.about["security"] == json!([{ "api_key": [] }])
    }

    /// Whether it replaces, and creates what is not there yet.
    pub fn creates_too(&self) -> bool {
        self.method == Method::PUT && self.parameters("header").any(|parameter| parameter["name"] == "If-None-Match")
    }

    /// Its parameters in the path, the query or the header.
    pub fn parameters(&self, place: &'static str) -> impl Iterator<Item = &'static Value> + use<> {
        self.about["parameters"].as_array().unwrap().iter().filter(move |parameter| parameter["in"] == place)
    }

    /// Whether it is a list with pages.
    pub fn is_list(&self) -> bool {
        self.is_read() && self.parameters("query").any(|parameter| parameter["name"] == "cursor")
    }

    /// Whether it is a table.
    pub fn is_table(&self) -> bool {
        self.answers().iter().any(|(media_type, _)| *media_type == "text/csv")
    }

    /// Its address with the examples of its parameters in the path.
    pub fn path(&self) -> String {
        self.path_with("", "")
    }

    /// Its address, with another segment in place of one parameter.
    pub fn path_with(&self, name: &str, segment: &str) -> String {
        let path = self.parameters("path").fold(self.path.to_owned(), |path, parameter| {
            let own = parameter["name"].as_str().unwrap();
            let example = parameter["example"].as_str().unwrap();
            path.replace(&format!("{{{own}}}"), if own == name { segment } else { example })
        });
        format!("/v1{path}")
    }

    /// The names of its parameters in the path.
    pub fn path_parameters(&self) -> Vec<String> {
        self.parameters("path").map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Its parameters in the query string, each with its schema.
    pub fn query_parameters(&self) -> Vec<(String, Value)> {
        let named = |parameter: &Value| (parameter["name"].as_str().unwrap().to_owned(), resolve(&parameter["schema"]));
        self.parameters("query").map(named).collect()
    }

    /// A request that is good but for what the test puts into it, and that changes nothing: of changes, no version
    /// matches.
    pub fn request<'a>(&self, register: &'a Register, path: &str) -> Request<'a> {
        let request = register.request(self.method.clone(), path);
        if matches!(self.method, Method::PUT | Method::PATCH | Method::DELETE) {
            request.if_match("\"0\"")
        } else {
            request
        }
    }

    /// The examples of its parameters in the query, all at once, with the question mark before them.
    pub fn query(&self) -> String {
        let examples = self.parameters("query").filter_map(|parameter| {
            let text = match parameter.get("example")? {
                Value::String(text) => text.clone(),
                Value::Array(codes) => codes.iter().map(|code| code.as_str().unwrap()).collect::<Vec<_>>().join(","),
                number => number.to_string(),
            };
            Some((parameter["name"].as_str().unwrap(), text))
        });
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(examples).finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }

    /// The status of its success.
    pub fn success(&self) -> u16 {
        let responses = self.about["responses"].as_object().unwrap();
        responses.keys().find(|status| status.starts_with('2')).unwrap().parse().unwrap()
    }

    /// The media types of its successful answer, with what is said of each.
    pub fn answers(&self) -> Vec<(&'static String, &'static Value)> {
        let content = &self.about["responses"][self.success().to_string()]["content"];
        content.as_object().into_iter().flatten().collect()
    }

    /// The media types of its body, with what is said of each.
    pub fn bodies(&self) -> Vec<(&'static String, &'static Value)> {
        self.about["requestBody"]["content"].as_object().into_iter().flatten().collect()
    }

    /// The example of its body.
    ///
    /// A key ends ahead of today, which the example of the document is not for ever.
    pub fn example(&self) -> Option<&'static Value> {
        static NEW_KEY: OnceLock<Value> = OnceLock::new();
        let example = self.written_example()?;
        Some(match self.id {
            "create_api_key" => NEW_KEY.get_or_init(|| with(example.clone(), json!({ "expires_at": in_days(300) }))),
            _ => example,
        })
    }

    fn written_example(&self) -> Option<&'static Value> {
        self.bodies().first().map(|(_, content)| &content["example"])
    }
}

/// The operations that take a body, each with its schema.
pub fn with_body() -> Vec<(Operation, Value)> {
    all().into_iter().filter_map(|operation| Some((operation.clone(), operation.body?))).collect()
}

/// The lists.
pub fn lists() -> Vec<Operation> {
    all().into_iter().filter(Operation::is_list).collect()
}

/// The schema itself, where this is a reference to it. Of a choice between an enumeration and null, it is the enumeration
/// with null.
pub fn resolve(schema: &Value) -> Value {
    if let Some([one, null]) = schema["oneOf"].as_array().map(Vec::as_slice) {
        assert_eq!(*null, json!({ "type": "null" }), "{schema}");
        let mut one = resolve(one);
        one["type"] = json!([one["type"], "null"]);
        one["enum"].as_array_mut().unwrap().push(Value::Null);
        return one;
    }
    let mut schema = match schema["$ref"].as_str() {
        Some(name) => DOCUMENT.pointer(name.trim_start_matches('#')).cloned().unwrap_or_else(|| json!({})),
        None => schema.clone(),
    };
    if let Some(items) = schema.get_mut("items") {
        *items = resolve(items);
    }
    schema
}
