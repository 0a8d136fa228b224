//! Whatever a new operation or a new resource needs elsewhere, in one list: `docs/contributing.md` says what to write there.

use std::fs;
use std::path::{Path, PathBuf};

use inspection_register::access::permission_of;
use inspection_register::register::events::model::EventResource;

use crate::support::operations::{self, Operation};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Texts of the repository, each read once, and what they lack.
#[derive(Default)]
struct Places {
    missing: Vec<String>,
}

impl Places {
    /// Notes the place unless the file contains the text.
    fn need(&mut self, what: &str, file: &str, text: &str) {
        let content = fs::read_to_string(root().join(file)).unwrap_or_default();
        if !content.contains(text) {
            self.missing.push(format!("{what}: {file} lacks {text}"));
        }
    }

    /// Notes the place unless one of the paths exists.
    fn need_path(&mut self, what: &str, paths: &[PathBuf]) {
        if !paths.iter().any(|path| root().join(path).exists()) {
            self.missing.push(format!("{what}: there is no {}", paths[0].display()));
        }
    }
}

fn check_operation(places: &mut Places, operation: &Operation) {
    let (id, path) = (operation.id, operation.path);
    if permission_of(&operation.method, path).is_none() {
        places.missing.push(format!("{id}: src/access/operations.rs has no permission for {path}"));
    }
    places.need(id, "tests/proofs/authorization/table.rs", &format!("(\"{id}\", "));
    if operation.body.is_some() {
        places.need(id, "tests/proofs/authorization/requests.rs", &format!("\"{id}\""));
        places.need_path(id, &[PathBuf::from(format!("openapi/examples/{id}.request.json"))]);
    }
    if let Some((media_type, _)) = operation.answers().first() {
        let ending = if media_type.ends_with("json") { "json" } else { "csv" };
        places.need_path(id, &[PathBuf::from(format!("openapi/examples/{id}.response.{ending}"))]);
    }
    for name in operation.path_parameters() {
        places.need(id, "src/contract/parameters.rs", &format!("\"{name}\""));
    }
    let last = path.rsplit('/').find(|part| !part.starts_with('{')).unwrap_or_default();
    // The README says once that every list is a table too.
    places.need(id, "README.md", &format!("/{}", last.trim_end_matches(".csv")));
}

fn check_resource(places: &mut Places, folder: &str) {
    places.need(folder, "src/api.rs", &format!("{folder}::routes::register"));
    places.need(folder, "docs/architecture.md", &format!("`{folder}/`"));
    let tests = folder.trim_start_matches("api_");
    let file = PathBuf::from(format!("tests/promises/{tests}.rs"));
    places.need_path(folder, &[file, PathBuf::from(format!("tests/promises/{tests}"))]);
}

#[test]
fn every_operation_and_every_resource_is_named_wherever_it_must_be() {
    let mut places = Places::default();
    for operation in operations::all() {
        check_operation(&mut places, &operation);
    }
    for entry in fs::read_dir(root().join("src/register")).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            check_resource(&mut places, &entry.file_name().into_string().unwrap());
        }
    }
    for resource in EventResource::FACTS.iter().chain(EventResource::PAPERS) {
        places.need(resource.as_str(), "tests/proofs/events/fold.rs", &format!("\"{resource}\""));
    }
    places.missing.sort();
    assert!(places.missing.is_empty(), "see docs/contributing.md:\n{}", places.missing.join("\n"));
}
