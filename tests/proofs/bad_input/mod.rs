//! Whatever is sent, the answer is a refusal that says what is wrong: never a failure, never an unfiltered page. The tables
//! run over every operation of the document, so that a new one is covered by itself.

mod bodies;
mod cursors;
mod framing;
mod headers;
mod parameters;
mod paths;
mod random;
mod shapes;
mod texts;
mod together;

use serde_json::Value;

/// The places of a document, as JSON Pointers, with what stands there; the whole first.
fn places(document: &Value) -> Vec<(String, &Value)> {
    let mut found = vec![(String::new(), document)];
    let inner: Vec<(String, &Value)> = match document {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in inner {
        found.extend(places(value).into_iter().map(|(below, value)| (format!("/{name}{below}"), value)));
    }
    found
}

/// The document with another value at one place.
fn replaced(document: &Value, place: &str, value: Value) -> Value {
    let mut document = document.clone();
    *document.pointer_mut(place).unwrap() = value;
    document
}

/// The text of a document with a piece of raw text at one place, which need be no JSON.
fn spliced(document: &Value, place: &str, raw: &str) -> String {
    let mark = "the place of the splice";
    replaced(document, place, Value::from(mark)).to_string().replace(&format!("{mark:?}"), raw)
}
