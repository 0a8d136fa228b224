//! Another version of PostgreSQL that is installed under a running server.

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::dsl::{select, sql};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::json;

use super::server::Server;
use super::{RECOVERY, must_not_be_ready, must_recover, register, unavailable};
use crate::operations::process::{post, secrets};
use crate::operations::program::{Folder, Service};
use crate::support::installation::Installation;
use crate::support::rows::{authority, inspection, new_authority, new_inspection};

/// The first line of an answer, without the version of HTTP.
fn status(answer: &str) -> &str {
    answer.get(9..12).unwrap_or("none")
}

/// Records an inspection, whose search vector needs a library of the server and a dictionary: the statuses of both requests.
fn write(service: &Service, secret: &str) -> Vec<String> {
    let made = post(service, secret, "/v1/authorities", &new_authority());
    let mut statuses = vec![status(&made).to_owned()];
    if let Some((_, body)) = made.split_once("\r\n\r\n").filter(|_| statuses == ["201"]) {
        let json = &body[body.find('{').unwrap()..=body.rfind('}').unwrap()];
        let inspection = new_inspection(&serde_json::from_str(json).unwrap());
        statuses.push(status(&post(service, secret, "/v1/inspections", &inspection)).to_owned());
    }
    statuses
}

/// The administrator's key, which the service prints when it has begun to listen.
fn secret_of(service: &Service) -> String {
    let begun = Instant::now();
    loop {
        match secrets(&service.said()).pop() {
            Some(secret) => return secret,
            None => assert!(begun.elapsed() < RECOVERY, "{}", service.said()),
        }
        sleep(Duration::from_millis(20));
    }
}

/// The version of the server in a data directory.
fn running_release(data_dir: &Path) -> String {
    let file = std::fs::read_to_string(data_dir.join("postgresql/postmaster.pid")).unwrap();
    let socket = file.lines().nth(4).unwrap();
    let mut conn = PgConnection::establish(&format!("postgresql:///postgres?host={socket}&user=postgres")).unwrap();
    select(sql::<Text>("current_setting('server_version')")).get_result(&mut conn).unwrap()
}

/// A folder with a copy of PostgreSQL, and the settings of a service that uses it.
fn installed() -> Option<(Folder, Installation)> {
    let folder = Folder::new();
    let installation = Installation::copy_to(&folder.0.join("installed"))?;
    Some((folder, installation))
}

#[test]
fn a_version_that_is_installed_under_the_private_server_is_used_at_once() {
    let Some((folder, installation)) = installed() else { return };
    let (data_dir, output) = (folder.0.join("data"), folder.0.join("output"));
    let settings = [("DATA_DIR", data_dir.to_str().unwrap()), ("PG_BINDIR", installation.bindir.to_str().unwrap())];
    let service = Service::start(&settings, &output);
    let secret = secret_of(&service);
    assert_eq!(write(&service, &secret), ["201", "201"]);

    let installed = installation.upgrade();
    let begun = Instant::now();
    let good = ["200", "201", "201", "200"].map(ToOwned::to_owned);
    let mut statuses = Vec::new();
    while begun.elapsed() < RECOVERY && !(service.said().contains("was restarted") && statuses.ends_with(&good)) {
        statuses.push(status(&service.get("/health/ready")).to_owned());
        statuses.extend(write(&service, &secret));
        statuses.push(status(&service.get("/v1/inspections?q=wards")).to_owned());
        sleep(Duration::from_millis(20));
    }
    let refused = statuses.iter().filter(|status| *status == "503").count();
    println!("{refused} of {} requests were refused, in {:?}", statuses.len(), begun.elapsed());
    assert!(refused > 0 && statuses.ends_with(&good), "{statuses:?} {}", service.said());
    statuses.retain(|status| !["200", "201", "503"].contains(&status.as_str()));
    assert_eq!(statuses, [""; 0], "{}", service.said());
    assert_eq!(running_release(&data_dir), installed);

    // What is installed while no service runs is used by the next one.
    service.end("KILL");
    let later = installation.upgrade();
    assert_ne!(later, installed);
    let service = Service::start(&settings, &output);
    assert_eq!(running_release(&data_dir), later);
    assert_eq!(write(&service, &secret), ["201", "201"]);
    assert!(service.said().contains("restarting the PostgreSQL server"), "{}", service.said());
    assert!(service.end("TERM").success());
    folder.must_be_left();
}

#[actix_web::test]
async fn a_server_whose_files_were_replaced_is_not_ready_until_it_is_restarted() {
    let Some((_folder, installation)) = installed() else { return };
    let mut server = Server::start_from(Some(installation.bindir.clone()));
    let register = register(&server.url(), 4).await;
    let row = authority(&register).await;
    installation.upgrade();
    sleep(Duration::from_secs(6));
    must_not_be_ready(&register, "database_needs_restart").await;
    let begun = Instant::now();
    unavailable(register.post("/v1/inspections", &new_inspection(&row)).await, begun);
    register.get("/v1/themes").await.expect(200);
    server.end("INT");
    server.start_again();
    must_recover(&register).await;
    inspection(&register, json!({})).await;
}

#[actix_web::test]
async fn a_server_that_cannot_load_what_a_write_needs_is_not_ready() {
    for library in ["plpgsql", "dict_snowball"] {
        let Some((_folder, installation)) = installed() else { return };
        let server = Server::start_from(Some(installation.bindir.clone()));
        let register = register(&server.url(), 2).await;
        let row = authority(&register).await;
        installation.break_library(library);
        let begun = Instant::now();
        let answer = match library {
            "plpgsql" => register.post("/v1/inspections", &new_inspection(&row)).await,
            _ => register.get("/v1/inspections?q=wards").await,
        };
        unavailable(answer, begun);
        must_not_be_ready(&register, "database_needs_restart").await;
    }
}
