//! Generates the client from the OpenAPI document.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use progenitor::{GenerationSettings, Generator, InterfaceStyle};
use serde_json::Value;

/// The document in OpenAPI 3.0.
const DOCUMENT: &str = "../../openapi/openapi-3.0.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={DOCUMENT}");
    // The generator supports problems only as `application/json`; any other media type becomes bytes.
    let document = fs::read_to_string(DOCUMENT)?.replace("application/problem+json", "application/json");
    // It makes names of values alone, such as `XpublishedXon` of `-published_on`. So the document has the names where the
    // values are, and what is generated gets the values back.
    let mut names = Vec::new();
    collect_names(&serde_json::from_str(&document)?, &mut names);
    let document = names.iter().fold(document, |text, (name, value)| text.replace(value, name));
    let document = serde_json::from_str(&document)?;
    let mut generator = Generator::new(GenerationSettings::new().with_interface(InterfaceStyle::Builder));
    let client = prettyplease::unparse(&syn::parse2(generator.generate_tokens(&document)?)?);
    let client = names.iter().fold(client, |text, (name, value)| text.replace(name, value));
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("register.rs"), client)?;
    Ok(())
}

/// The names of values that are no names themselves, with the values; both in quotation marks.
fn collect_names(part: &Value, found: &mut Vec<(String, String)>) {
    match part {
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, found)),
        Value::Object(members) => {
            members.values().for_each(|member| collect_names(member, found));
            if let (Some(Value::Array(names)), Some(Value::Array(values))) =
                (members.get("x-enumNames"), members.get("enum"))
            {
                let named = names.iter().zip(values).filter(|(name, value)| name != value);
                found.extend(named.map(|(name, value)| (name.to_string(), value.to_string())));
            }
        }
        _ => {}
    }
}
