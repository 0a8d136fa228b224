//! Builds the program again when a folder changes that it carries: the compiler sees changed files there, but no new ones.

fn main() {
    for folder in ["data", "docs", "migrations", "openapi/examples"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
