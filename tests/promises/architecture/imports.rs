//! Which file imports which: from the `use` lines and the paths of a tree of Rust files.

use std::collections::{BTreeMap, BTreeSet};

use super::tokens::{Token, tokens};

/// A path of names, from the root of the crate.
type Path = Vec<String>;
/// The files of a tree with their texts.
pub type Tree = BTreeMap<String, String>;

/// A file names an item of another on a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// The file that imports.
    pub from: String,
    /// The file that holds the item.
    pub to: String,
    /// The line of the first one.
    pub line: usize,
}

/// What one file declares and names.
struct File {
    name: String,
    module: Path,
    /// What short names stand for; a name may stand for several things in different functions.
    scope: BTreeMap<String, BTreeSet<Path>>,
    /// The names that others may import from here, and what they stand for.
    exports: BTreeMap<String, Path>,
    /// The paths that it names, each with its line.
    paths: Vec<(Path, usize)>,
}

/// The imports between the files of `src/`, one a pair of files.
pub fn imports(tree: &Tree) -> Vec<Import> {
    let files = tree.iter().map(|(name, text)| file(name, &tokens(text))).collect::<Vec<_>>();
    let modules = files.iter().map(|file| (file.module.clone(), file)).collect::<BTreeMap<_, _>>();
    let mut lines = BTreeMap::new();
    for file in &files {
        for (path, line) in &file.paths {
            for target in file.absolute(path).iter().filter_map(|path| holder(&modules, path, 0)) {
                if target.name != file.name {
                    lines.entry((file.name.clone(), target.name.clone())).or_insert(*line);
                }
            }
        }
    }
    lines.into_iter().map(|((from, to), line)| Import { from, to, line }).collect()
}

/// The file that holds what a path names, through the files that export it.
fn holder<'a>(modules: &BTreeMap<Path, &'a File>, path: &[String], depth: usize) -> Option<&'a File> {
    let length = (1..=path.len()).rev().find(|length| modules.contains_key(&path[..*length]))?;
    let file = modules[&path[..length]];
    // A module alone is what its names are; the paths that use it say which.
    let name = path.get(length)?;
    match file.exports.get(name) {
        Some(origin) if depth < 9 => {
            let origin = origin.iter().chain(&path[length + 1..]).cloned().collect::<Vec<_>>();
            holder(modules, &origin, depth + 1).or(Some(file))
        }
        _ => Some(file),
    }
}

impl File {
    /// What a path that begins with a name of this file stands for.
    fn absolute(&self, path: &[String]) -> Vec<Path> {
        let parent = self.module.len().saturating_sub(1);
        match path[0].as_str() {
            "crate" | "inspection_register" => vec![path[1..].to_vec()],
            "self" => vec![[&self.module, &path[1..]].concat()],
            "super" => {
                let ups = path.iter().take_while(|name| *name == "super").count();
                vec![[&self.module[..(parent + 1).saturating_sub(ups)], &path[ups..]].concat()]
            }
            first => {
                let meant = self.scope.get(first).into_iter().flatten();
                meant.map(|meant| [meant.as_slice(), &path[1..]].concat()).collect()
            }
        }
    }

    /// Notes what `use` brings into scope.
    fn bring(&mut self, path: &Path, alias: Option<String>, is_public: bool, line: usize) {
        let name = alias.unwrap_or_else(|| path.last().cloned().unwrap_or_default());
        for meant in self.absolute(path) {
            let is_child = meant.starts_with(&self.module);
            if is_public {
                self.exports.insert(name.clone(), meant.clone());
            }
            // To show what a child holds is not to use it.
            if !(is_public && is_child) {
                self.paths.push(([&["crate".to_owned()], meant.as_slice()].concat(), line));
            }
            self.scope.entry(name.clone()).or_default().insert(meant);
        }
    }
}

/// Reads a file.
fn file(name: &str, tokens: &[Token]) -> File {
    let stem = name.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    let module = if stem == "lib" { Vec::new() } else { stem.split('/').map(str::to_owned).collect::<Path>() };
    let (scope, exports, paths) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    let mut file = File { name: name.to_owned(), module, scope, exports, paths };
    let text = |at: usize| tokens.get(at).map_or("", |(token, _)| token.as_str());
    for at in (0..tokens.len()).filter(|at| text(*at) == "mod" && text(at + 2) == ";") {
        let child = text(at + 1).to_owned();
        let path = [file.module.as_slice(), std::slice::from_ref(&child)].concat();
        file.scope.entry(child).or_default().insert(path);
    }
    let mut at = 0;
    while at < tokens.len() {
        let is_whole = at == 0 || !["::", "."].contains(&text(at - 1));
        if text(at) == "use" {
            let is_public = at > 0 && ["pub", ")"].contains(&text(at - 1));
            at = use_tree(&mut file, tokens, at + 1, &[], is_public);
        } else if is_whole && is_name(text(at)) && text(at + 1) == "::" {
            let (start, mut path) = (at, vec![text(at).to_owned()]);
            while text(at + 1) == "::" && is_name(text(at + 2)) {
                path.push(text(at + 2).to_owned());
                at += 2;
            }
            file.paths.push((path, tokens[start].1));
            at += 1;
        } else {
            at += 1;
        }
    }
    file
}

/// Reads a tree of `use` from `at` on, and returns where it ends.
fn use_tree(file: &mut File, tokens: &[Token], mut at: usize, above: &[String], is_public: bool) -> usize {
    let (mut path, mut alias, mut is_named) = (above.to_vec(), None, false);
    let line = tokens[at].1;
    while let Some((token, _)) = tokens.get(at) {
        match token.as_str() {
            "{" => {
                while tokens[at].0 != "}" {
                    at = use_tree(file, tokens, at + 1, &path, is_public);
                }
                return at + 1;
            }
            "as" => {
                alias = Some(tokens[at + 1].0.clone());
                at += 1;
            }
            "," | "}" | ";" => break,
            "self" if !path.is_empty() => is_named = true,
            name if is_name(name) => {
                path.push(name.to_owned());
                is_named = true;
            }
            _ => {}
        }
        at += 1;
    }
    if is_named {
        file.bring(&path, alias, is_public, line);
    }
    at
}

fn is_name(token: &str) -> bool {
    token.starts_with(|sign: char| sign.is_alphabetic() || sign == '_')
}
