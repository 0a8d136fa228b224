//! Which file may import which: rooms import those below them, files do not import each other in circles, and the register
//! has one folder a resource.

mod imports;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use self::imports::{Import, Tree, imports};

/// The rooms of `src/`, from the lowest to the highest: each imports itself and those before it.
const ROOMS: [&str; 10] =
    ["values", "error", "database", "access", "http", "register", "import", "contract", "api", "program"];
/// The files and folders that are the program.
const PROGRAM: [&str; 6] = ["cli", "config", "lib", "logging", "main", "server"];
/// The files that each resource has.
const FILES_OF_RESOURCE: [&str; 4] = ["mod.rs", "model.rs", "query.rs", "routes.rs"];

#[test]
fn rooms_import_only_those_below_them() {
    assert_none(&wrong_rooms(&imports(&source())));
}

#[test]
fn no_files_import_each_other_in_circles() {
    assert_none(&circles(&imports(&source())));
}

#[test]
fn the_register_has_one_folder_for_each_resource() {
    assert_none(&wrong_resources(&source()));
}

/// The files of `src/` with their texts.
fn source() -> Tree {
    fn add(tree: &mut Tree, root: &Path, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                add(tree, root, &path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                tree.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    let (mut tree, root) = (Tree::new(), Path::new(env!("CARGO_MANIFEST_DIR")));
    add(&mut tree, root, &root.join("src"));
    tree
}

fn assert_none(broken: &[String]) {
    assert!(broken.is_empty(), "{} places break the rule:\n{}", broken.len(), broken.join("\n"));
}

/// The room of a file.
fn room(file: &str) -> &str {
    let top = file.split('/').nth(1).unwrap_or_default().trim_end_matches(".rs");
    if PROGRAM.contains(&top) { "program" } else { top }
}

fn wrong_rooms(imports: &[Import]) -> Vec<String> {
    let height = |file: &str| ROOMS.iter().position(|one| *one == room(file));
    let wrong = imports.iter().filter(|import| match (height(&import.from), height(&import.to)) {
        (Some(from), Some(to)) => from < to,
        _ => true,
    });
    wrong
        .map(|Import { from, to, line }| {
            format!("{from}:{line} imports {to}: {} must not import {}", room(from), room(to))
        })
        .collect()
}

/// The circles in which not all files are models: models embed each other, as the resources do.
fn circles(imports: &[Import]) -> Vec<String> {
    // A file that imports nothing, or only such files, is in no circle.
    let mut left = imports.iter().collect::<Vec<_>>();
    loop {
        let importing = left.iter().map(|import| import.from.as_str()).collect::<BTreeSet<_>>();
        let (before, within) = (left.len(), |import: &&Import| importing.contains(import.to.as_str()));
        left.retain(within);
        if left.len() == before {
            break;
        }
    }
    let mut next = BTreeMap::<&str, Vec<&Import>>::new();
    for import in &left {
        next.entry(&import.from).or_default().push(import);
    }
    let mut found = BTreeMap::new();
    for import in left.iter().filter(|import| !(is_model(&import.from) && is_model(&import.to))) {
        if let Some(back) = way(&next, &import.to, &import.from) {
            let circle = std::iter::once(*import).chain(back).collect::<Vec<_>>();
            let files = circle.iter().map(|import| import.from.as_str()).collect::<BTreeSet<_>>();
            let lines = circle.iter().map(|import| format!("{}:{} imports {}", import.from, import.line, import.to));
            found.entry(files).or_insert_with(|| lines.collect::<Vec<_>>().join(", "));
        }
    }
    found.into_values().collect()
}

fn is_model(file: &str) -> bool {
    file.starts_with("src/register/") && (file.ends_with("/model.rs") || file.contains("/model/"))
}

/// A shortest way from file to file along imports.
fn way<'a>(next: &BTreeMap<&str, Vec<&'a Import>>, start: &str, end: &str) -> Option<Vec<&'a Import>> {
    let (mut ways, mut seen) = (vec![(start, Vec::new())], BTreeSet::from([start]));
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for (file, way) in ways {
            if file == end {
                return Some(way);
            }
            for import in next.get(file).into_iter().flatten() {
                if seen.insert(import.to.as_str()) {
                    longer.push((import.to.as_str(), [way.as_slice(), &[*import]].concat()));
                }
            }
        }
        ways = longer;
    }
    None
}

/// What is no resource in the register, and the operations that stand outside of one.
fn wrong_resources(tree: &Tree) -> Vec<String> {
    let in_register = |file: &String| file.strip_prefix("src/register/").map(str::to_owned);
    let files = tree.keys().filter_map(in_register).collect::<BTreeSet<_>>();
    let folders = files.iter().filter_map(|file| file.split_once('/')).map(|(folder, _)| folder);
    let folders = folders.collect::<BTreeSet<_>>();
    let missing = folders.iter().flat_map(|folder| {
        let needed = FILES_OF_RESOURCE.map(|file| format!("{folder}/{file}"));
        needed.into_iter().filter(|file| !files.contains(file))
    });
    let missing = missing.map(|file| format!("src/register/{file} is missing: each resource has it"));
    let astray = tree.iter().filter(|(file, text)| {
        let is_of_resource = in_register(file).is_some_and(|file| file.split('/').nth(1).is_some_and(is_routes));
        text.contains("#[utoipa::path(") && !is_of_resource && room(file) != "http"
    });
    let astray = astray.map(|(file, text)| {
        let line = text.lines().position(|line| line.contains("#[utoipa::path(")).unwrap_or_default() + 1;
        format!("{file}:{line} declares an operation outside of the routes of a resource")
    });
    missing.chain(astray).collect()
}

fn is_routes(name: &str) -> bool {
    name.trim_end_matches(".rs") == "routes"
}

/// A tree of files with these names and texts.
fn tree(files: &[(&str, &str)]) -> Tree {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn an_import_of_a_higher_room_is_found_with_its_line() {
    let source = tree(&[
        ("src/values/id.rs", "// a comment: use crate::http::page::Page;\nfn f(page: crate::http::page::Page) {}\n"),
        ("src/http/page.rs", "use crate::values::{self, id::Id as Key};\nfn f(id: values::id::Id) {}\n"),
        ("src/http/mod.rs", "#[cfg(test)]\nmod tests {\n    use crate::api::Api;\n}\n"),
        ("src/api.rs", ""),
        ("src/values/mod.rs", "pub mod id;\n"),
    ]);
    let wrong = wrong_rooms(&imports(&source));
    assert_eq!(wrong, ["src/values/id.rs:2 imports src/http/page.rs: values must not import http"]);
    let outside = tree(&[("src/tools.rs", "use crate::values::Id;"), ("src/values/mod.rs", "")]);
    assert_eq!(wrong_rooms(&imports(&outside)).len(), 1, "tools is no room");
}

#[test]
fn a_circle_is_found_through_aliases_children_and_exports() {
    let source = tree(&[
        ("src/register/a/query.rs", "pub mod list;\nfn get() { list::all() }\n"),
        ("src/register/a/query/list.rs", "use super::find;\n"),
        ("src/register/a/mod.rs", "pub mod query;"),
    ]);
    let circle = "src/register/a/query.rs:2 imports src/register/a/query/list.rs, \
                  src/register/a/query/list.rs:1 imports src/register/a/query.rs";
    assert_eq!(circles(&imports(&source)), [circle]);
    let source = tree(&[
        ("src/http/extract.rs", "mod body;\npub use self::body::Body;\n"),
        ("src/http/extract/body.rs", "use crate::http::page as p;\nfn f() { p::get() }\n"),
        ("src/http/page.rs", "use crate::http::extract::Body;\n"),
        ("src/http/mod.rs", ""),
    ]);
    assert_eq!(circles(&imports(&source)).len(), 1, "a body imports a page, which imports the body");
}

#[test]
fn models_may_embed_each_other_and_modules_may_show_their_children() {
    let source = tree(&[
        ("src/register/a/model.rs", "mod input;\npub use self::input::New;\nuse crate::register::b::model::B;\n"),
        ("src/register/a/model/input.rs", "use super::A;\n"),
        ("src/register/b/model.rs", "use crate::register::a::model::{A, New};\n"),
        ("src/values/text.rs", "mod rule;\npub use self::rule::Rule;\n"),
        ("src/values/text/rule.rs", "use super::Text;\n"),
    ]);
    assert_eq!(circles(&imports(&source)), Vec::<String>::new());
}

#[test]
fn an_operation_outside_of_a_resource_is_found() {
    let source = tree(&[
        ("src/register/mod.rs", ""),
        ("src/register/things.rs", "\n#[utoipa::path(\n"),
        ("src/register/themes/routes.rs", "#[utoipa::path(\n"),
        ("src/register/themes/mod.rs", ""),
        ("src/register/themes/model.rs", ""),
    ]);
    let wrong = [
        "src/register/themes/query.rs is missing: each resource has it",
        "src/register/things.rs:2 declares an operation outside of the routes of a resource",
    ];
    assert_eq!(wrong_resources(&source), wrong);
}
