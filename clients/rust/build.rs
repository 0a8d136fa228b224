//! Generates the client from the OpenAPI document.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use progenitor::{GenerationSettings, Generator, InterfaceStyle};

/// The document in OpenAPI 3.0.
const DOCUMENT: &str = "../../openapi/openapi-3.0.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={DOCUMENT}");
    // The generator supports problems only as `application/json`; any other media type becomes bytes.
    let document = fs::read_to_string(DOCUMENT)?.replace("application/problem+json", "application/json");
    let document = serde_json::from_str(&document)?;
    let mut generator = Generator::new(GenerationSettings::new().with_interface(InterfaceStyle::Builder));
    let client = syn::parse2(generator.generate_tokens(&document)?)?;
    let file = PathBuf::from(env::var("OUT_DIR")?).join("register.rs");
    fs::write(file, prettyplease::unparse(&client))?;
    Ok(())
}
