//! What the files for containers say, as far as it can be tried without containers.

use inspection_register::access::secret::Secret;
use serde_json::json;

use super::process::post;
use super::program::{Folder, Service, run, said};
use crate::support::database::Database;
use crate::support::rows::new_authority;

const COMPOSE: &str = include_str!("../../../docker-compose.yml");
const DOCKERFILE: &str = include_str!("../../../Dockerfile");

/// The arguments with which Compose starts the program for a service.
fn arguments(service: &str) -> Vec<String> {
    let (_, definition) = COMPOSE.split_once(&format!("\n  {service}:\n")).unwrap();
    let command = definition.lines().find_map(|line| line.strip_prefix("    command: ")).unwrap();
    serde_json::from_str(command).unwrap()
}

#[test]
fn the_commands_of_compose_fill_a_database_and_make_a_first_key_once() {
    let database = Database::bare();
    let folder = Folder::new();
    let settings = [("DATABASE_URL", database.url.as_str())];
    let execute = |service: &str| {
        let arguments = arguments(service);
        run(&settings, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    // As with `restart: on-failure`, both may run again.
    for service in ["migrate", "import", "migrate", "import"] {
        let output = execute(service);
        assert!(output.status.success(), "{service}: {}", said(&output));
    }
    let made = execute("key");
    assert!(made.status.success(), "{}", said(&made));
    let printed = String::from_utf8(made.stdout).unwrap();
    let secret = printed.trim_end();
    assert!(Secret::parse(secret).is_some(), "the key is all that is printed: {printed}");
    assert_eq!(arguments("register"), ["serve"]);
    let service = Service::start(&settings, &folder.0.join("output"));
    assert!(post(&service, secret, "/v1/authorities", &new_authority()).starts_with("HTTP/1.1 201"));
    assert!(post(&service, "irk_wrong", "/v1/authorities", &json!({})).starts_with("HTTP/1.1 401"));

    let again = execute("key");
    assert!(!again.status.success() && again.stdout.is_empty(), "{}", said(&again));
    assert!(said(&again).contains("name"), "{}", said(&again));
}

#[test]
fn the_image_has_the_labels_of_this_version() {
    let labels = DOCKERFILE.rsplit_once("LABEL ").unwrap().1;
    for label in [
        "title=\"Inspection Register\"".to_owned(),
        format!("description=\"{}\"", env!("CARGO_PKG_DESCRIPTION")),
        format!("version=\"{}\"", env!("CARGO_PKG_VERSION")),
        format!("licenses=\"{}\"", env!("CARGO_PKG_LICENSE")),
        "revision=\"${REVISION}\"".to_owned(),
        "created=\"${CREATED}\"".to_owned(),
    ] {
        assert!(labels.contains(&format!("org.opencontainers.image.{label}")), "{label} is missing in {labels}");
    }
}
