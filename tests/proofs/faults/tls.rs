//! TLS between the register and its database.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::dsl::{select, sql};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use inspection_register::database::embedded::{Embedded, Options};

use super::{RECOVERY, must_not_be_ready, must_recover, register};
use crate::operations::program::{Folder, Service, command, free_address, said, signal};
use crate::support::certificates::Certified;
use crate::support::keys::add_admin;
use crate::support::rows::authority;

/// The name of the server, which leads nowhere but by its address.
const HOST: &str = "database.example";
const PASSWORD: &str = "canary-of-a-password";

/// A PostgreSQL that listens on a network, with a certificate.
struct TlsServer {
    process: Child,
    port: u16,
    folder: Folder,
    authority: Certified,
}

impl TlsServer {
    fn start() -> Self {
        let folder = Folder::new();
        let pg_bindir = std::env::var_os("PG_BINDIR").map(PathBuf::from);
        let options = Options { data_dir: folder.0.clone(), pg_bindir, durable: false };
        let embedded = Embedded::start(&options).unwrap();
        let mut conn = PgConnection::establish(&embedded.url("postgres")).unwrap();
        let bindir = select(sql::<Text>("(select setting from pg_config where name = 'BINDIR')"));
        let bindir = bindir.get_result::<String>(&mut conn).unwrap();
        drop(conn);
        embedded.stop().unwrap();

        let cluster = folder.0.join("postgresql");
        let rules = "hostssl all certified all cert\nhost all certified all reject\nhost all all all trust\n";
        fs::write(cluster.join("pg_hba.conf"), format!("local all all trust\n{rules}")).unwrap();
        let port = free_address().port();
        let owner = fs::metadata(&cluster).unwrap();
        let mut command = Command::new(PathBuf::from(bindir).join("postgres"));
        command.arg("-D").arg(&cluster).args(["-c", "listen_addresses=127.0.0.1", "-c", &format!("port={port}")]);
        command.args(["-c", "unix_socket_directories=", "-c", "fsync=off"]);
        command.current_dir("/").process_group(0);
        if owner.uid() != fs::metadata("/proc/self").map_or(owner.uid(), |own| own.uid()) {
            command.uid(owner.uid()).gid(owner.gid());
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let authority = Certified::authority("The authority of the tests");
        let process = command.spawn().unwrap();
        let server = Self { process, port, folder, authority };
        server.install("authority", &server.authority);
        server.install("it", &server.authority.by(HOST, 30));
        let begun = Instant::now();
        while server.connect("sslmode=disable").is_err() {
            assert!(begun.elapsed() < RECOVERY, "the server does not start");
            sleep(Duration::from_millis(20));
        }
        server
    }

    /// The address with these parameters.
    fn url(&self, parameters: &str) -> String {
        self.url_of(HOST, "postgres", parameters)
    }

    fn url_of(&self, host: &str, user: &str, parameters: &str) -> String {
        let port = self.port;
        format!("postgresql://{user}:{PASSWORD}@{host}:{port}/postgres?hostaddr=127.0.0.1&{parameters}")
    }

    fn connect(&self, parameters: &str) -> Result<PgConnection, ConnectionError> {
        PgConnection::establish(&self.url(parameters))
    }

    /// Writes a certificate and its key into the cluster, as the server wants them.
    fn install(&self, name: &str, certified: &Certified) {
        let cluster = self.folder.0.join("postgresql");
        let (certificate, key) = (cluster.join(format!("{name}.crt")), cluster.join(format!("{name}.key")));
        certified.write(&certificate, &key);
        let owner = fs::metadata(&cluster).unwrap();
        chown(&key, Some(owner.uid()), Some(owner.gid())).unwrap();
        fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    }

    /// Has the server use these settings, and waits until a connection with these parameters is possible or not.
    fn set(&self, settings: &str, parameters: &str, is_possible: bool) {
        let certificates = "ssl_ca_file = 'authority.crt'\nssl_cert_file = 'it.crt'\nssl_key_file = 'it.key'";
        fs::write(self.folder.0.join("postgresql/postgresql.auto.conf"), format!("{certificates}\n{settings}\n"))
            .unwrap();
        signal(self.process.id(), "HUP");
        let begun = Instant::now();
        while self.connect(parameters).is_ok() != is_possible {
            assert!(begun.elapsed() < RECOVERY, "the server does not read its settings");
            sleep(Duration::from_millis(20));
        }
    }

    /// A file of certificates or a key that the program reads, which only its user may read.
    fn file(&self, name: &str, certified: &Certified) -> (String, String) {
        let path = |kind: &str| self.folder.0.join(format!("{name}.{kind}"));
        certified.write(&path("crt"), &path("key"));
        fs::set_permissions(path("key"), Permissions::from_mode(0o600)).unwrap();
        (path("crt").display().to_string(), path("key").display().to_string())
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        signal(self.process.id(), "QUIT");
        let _ = self.process.wait();
    }
}

/// What `migrate` says of an address that it cannot use: one line, soon, without the password.
#[track_caller]
fn refusal(url: &str) -> String {
    let begun = Instant::now();
    let output = command(&[("DATABASE_URL", url)]).arg("migrate").output().unwrap();
    let told = said(&output);
    assert!(!output.status.success() && told.trim_end().lines().count() == 1, "{told}");
    assert!(!told.contains(PASSWORD) && begun.elapsed() < super::SOON, "{told}");
    told
}

#[actix_web::test]
async fn it_reaches_its_database_by_tls_and_checks_the_certificate_as_it_is_told() {
    let server = TlsServer::start();
    let (root, _) = server.file("root", &server.authority);
    let (other_root, _) = server.file("other", &Certified::authority("Another authority"));
    let all = format!("sslmode=verify-full&sslrootcert={root}");

    // A server without TLS.
    for mode in ["require", "verify-ca", "verify-full"] {
        let told = refusal(&server.url(&format!("sslmode={mode}&sslrootcert={root}")));
        assert!(told.contains("server does not support SSL, but SSL was required"), "{told}");
    }

    // The right one, with each mode.
    server.set("ssl = on", "sslmode=require", true);
    let verify_ca = format!("sslmode=verify-ca&sslrootcert={root}");
    for parameters in ["sslmode=require", &verify_ca, &all] {
        let migrated = command(&[("DATABASE_URL", &server.url(parameters))]).arg("migrate").output().unwrap();
        assert!(migrated.status.success(), "{parameters}: {}", said(&migrated));
        let mut conn = server.connect(parameters).unwrap();
        let is_encrypted = sql::<Bool>("(select ssl from pg_stat_ssl where pid = pg_backend_pid())");
        assert!(select(is_encrypted).get_result::<bool>(&mut conn).unwrap(), "{parameters}");
    }
    add_admin(&mut server.connect(&all).unwrap());
    let service = register(&server.url(&all), 2).await;
    must_recover(&service).await;
    authority(&service).await;

    // The roots of the system, which the environment may name.
    let folder = Folder::new();
    let url = server.url("sslrootcert=system");
    let trusting = Service::start(&[("DATABASE_URL", &url), ("SSL_CERT_FILE", &root)], &folder.0.join("output"));
    assert!(trusting.get("/health/ready").starts_with("HTTP/1.1 200"), "{}", trusting.said());
    let told = refusal(&url);
    assert!(told.contains("certificate verify failed"), "{told}");

    // Another host, another authority, no authority.
    let told = refusal(&server.url_of("elsewhere.example", "postgres", &all));
    assert!(
        told.contains("certificate for \"database.example\" does not match host name \"elsewhere.example\""),
        "{told}"
    );
    let told = refusal(&server.url(&format!("sslmode=verify-ca&sslrootcert={other_root}")));
    assert!(told.contains("certificate verify failed"), "{told}");
    let told = refusal(&server.url("sslmode=verify-full&sslrootcert=/nowhere"));
    assert!(told.contains("root certificate file \"/nowhere\" does not exist"), "{told}");

    // One that has expired: the service starts, says why, and is not ready.
    server.install("old", &server.authority.by(HOST, -1));
    server.set("ssl = on\nssl_cert_file = 'old.crt'\nssl_key_file = 'old.key'", &all, false);
    let told = refusal(&server.url(&all));
    assert!(told.contains("certificate verify failed"), "{told}");
    let expired = register(&server.url(&all), 2).await;
    must_not_be_ready(&expired, "database_refuses").await;
    let output = folder.0.join("expired");
    let service = Service::start(&[("DATABASE_URL", &server.url(&all))], &output);
    assert!(service.said().contains("the database cannot be used yet: connection to server"), "{}", service.said());
    assert!(!service.said().contains(PASSWORD));
}

#[test]
fn it_shows_a_certificate_of_its_own_if_it_is_told() {
    let server = TlsServer::start();
    server.set("ssl = on", "sslmode=require", true);
    let (root, _) = server.file("root", &server.authority);
    let (certificate, key) = server.file("client", &server.authority.by("certified", 30));
    let mut conn = server.connect("sslmode=require").unwrap();
    conn.batch_execute("create role certified login superuser").unwrap();
    let all = format!("sslmode=verify-full&sslrootcert={root}");
    let told = refusal(&server.url_of(HOST, "certified", &all));
    assert!(told.contains("requires a valid client certificate"), "{told}");
    let url = server.url_of(HOST, "certified", &format!("{all}&sslcert={certificate}&sslkey={key}"));
    let migrated = command(&[("DATABASE_URL", &url)]).arg("migrate").output().unwrap();
    assert!(migrated.status.success(), "{}", said(&migrated));
}
