//! The operations of the document, and how each is called with the examples that it gives.

use actix_web::http::Method;
use inspection_register::contract::METHODS;
use serde_json::Value;

use super::contract::DOCUMENT;

/// An operation of the document.
#[derive(Debug, Clone)]
pub struct Operation {
    pub id: &'static str,
    pub method: Method,
    pub path: &'static str,
    pub about: &'static Value,
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

    /// Its parameters in the path, the query or the header.
    pub fn parameters(&self, place: &'static str) -> impl Iterator<Item = &'static Value> + use<> {
        self.about["parameters"].as_array().unwrap().iter().filter(move |parameter| parameter["in"] == place)
    }

    /// Its address with the examples of its parameters in the path.
    pub fn address(&self) -> String {
        let examples = self.parameters("path").map(|parameter| (&parameter["name"], &parameter["example"]));
        let address = examples.fold(self.path.to_owned(), |path, (name, example)| {
            path.replace(&format!("{{{}}}", name.as_str().unwrap()), example.as_str().unwrap())
        });
        format!("/v1{address}")
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
    pub fn body(&self) -> Option<&'static Value> {
        self.bodies().first().map(|(_, content)| &content["example"])
    }
}
