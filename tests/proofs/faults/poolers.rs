//! A pooler between the register and its database: one that shares sessions between clients is refused.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::dsl::{select, sql};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use inspection_register::database::session;

use super::{RECOVERY, must_not_be_ready, must_recover, name_in, register, unavailable};
use crate::operations::program::{Folder, Service, free_address, run, said};
use crate::support::at_once;
use crate::support::database::Database;
use crate::support::rows::authority;

/// Clients of the pooler other than the register.
const OTHERS: usize = 6;

/// A running pgbouncer.
struct Bouncer {
    process: Child,
    url: String,
    _folder: Folder,
}

impl Bouncer {
    /// Starts one before a database, with so many sessions of the server; `None` with a line that says so if none is
    /// installed.
    fn before(database: &Database, pool_mode: &str, sessions: usize) -> Option<Self> {
        let installed = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"];
        let Some(program) = installed.into_iter().find(|path| Path::new(path).exists()) else {
            eprintln!("SKIPPED: pgbouncer is not installed");
            return None;
        };
        let (name, address, folder) = (name_in(&database.url), free_address(), Folder::new());
        let socket = database.url.split("host=").nth(1).unwrap().split('&').next().unwrap();
        let settings = format!(
            "[databases]\n{name} = host={socket} port=5432 user=postgres\n\
             [pgbouncer]\nlisten_addr = {}\nlisten_port = {}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = {pool_mode}\ndefault_pool_size = {sessions}\nlog_connections = 0\nlog_disconnections = 0\n",
            address.ip(),
            address.port()
        );
        fs::create_dir_all(&folder.0).unwrap();
        let file = folder.0.join("pgbouncer.ini");
        fs::write(&file, settings).unwrap();
        let mut command = Command::new(program);
        // It does not run as root. The server's socket belongs to the same user.
        if Command::new("id").arg("-u").output().unwrap().stdout.trim_ascii() == b"0" {
            command.args(["-u", "postgres"]);
        }
        let process = command.arg(&file).current_dir("/").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let url = format!("postgresql://anybody@{address}/{name}");
        let begun = Instant::now();
        while PgConnection::establish(&url).is_err() {
            assert!(begun.elapsed() < RECOVERY, "pgbouncer does not start");
            sleep(Duration::from_millis(20));
        }
        Some(Self { process, url, _folder: folder })
    }

    /// Checks that no session of the server has anything of the register.
    #[track_caller]
    fn must_be_clean(&self, sessions: usize) {
        let mut all = (0..sessions).map(|_| PgConnection::establish(&self.url).unwrap()).collect::<Vec<_>>();
        for conn in &mut all {
            conn.batch_execute("begin").unwrap();
        }
        for conn in &mut all {
            let found = select(sql::<Text>(
                "concat_ws(' ', current_setting('statement_timeout'), current_setting('lock_timeout'),
                 current_setting('idle_in_transaction_session_timeout'), current_setting('idle_session_timeout'),
                 (select count(*) from pg_prepared_statements where name <> ''),
                 (select count(*) from pg_locks where locktype = 'advisory'))",
            ));
            assert_eq!(found.get_result::<String>(conn).unwrap(), "0 0 0 0 0 0");
        }
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[actix_web::test]
async fn pgbouncer_in_transaction_mode_is_refused_and_gets_no_setting() {
    let database = Database::empty();
    let Some(bouncer) = Bouncer::before(&database, "transaction", 3) else { return };
    let settings = [("DATABASE_URL", bouncer.url.as_str())];
    for arguments in [&["serve"][..], &["migrate"], &["import"], &["keys", "list"]] {
        let refused = run(&settings, arguments);
        let told = said(&refused);
        assert!(!refused.status.success() && told.contains("set pool_mode = session"), "{arguments:?}: {told}");
    }
    bouncer.must_be_clean(3);

    let register = register(&bouncer.url, 10).await;
    for _ in 0..3 {
        let begun = Instant::now();
        for answer in at_once((0..40).map(|_| register.get("/v1/themes"))).await {
            unavailable(answer, begun);
        }
    }
    must_not_be_ready(&register, "database_pooled").await;
    bouncer.must_be_clean(3);
}

#[test]
fn pgbouncer_in_transaction_mode_is_recognised_while_others_use_it() {
    let database = Database::empty();
    for sessions in [1, 3, 20] {
        let Some(bouncer) = Bouncer::before(&database, "transaction", sessions) else { return };
        let is_over = AtomicBool::new(false);
        scope(|scope| {
            for _ in 0..OTHERS {
                scope.spawn(|| {
                    let mut conn = PgConnection::establish(&bouncer.url).unwrap();
                    while !is_over.load(Ordering::Relaxed) {
                        conn.batch_execute("begin; select pg_sleep(0.001); commit").unwrap();
                    }
                });
            }
            let recognised = (0..30).filter(|_| session::refuse_pooler(&bouncer.url).is_err()).count();
            is_over.store(true, Ordering::Relaxed);
            assert_eq!(recognised, 30, "with {sessions} sessions");
        });
    }
}

#[actix_web::test]
async fn pgbouncer_in_session_mode_is_used() {
    let database = Database::empty();
    let Some(bouncer) = Bouncer::before(&database, "session", 20) else { return };
    let register = register(&bouncer.url, 4).await;
    must_recover(&register).await;
    authority(&register).await;
    for answer in at_once((0..40).map(|_| register.get("/v1/authorities"))).await {
        answer.expect(200);
    }
    let folder = Folder::new();
    let service = Service::start(&[("DATABASE_URL", &bouncer.url)], &folder.0.join("output"));
    assert!(service.get("/health/ready").starts_with("HTTP/1.1 200"), "{}", service.said());
}
