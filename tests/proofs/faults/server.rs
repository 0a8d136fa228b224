//! A PostgreSQL of one test, which may be stopped.

use std::fs;
use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use inspection_register::database::embedded::{Embedded, Options};
use inspection_register::import::upgrade;

use crate::operations::program::{Folder, signal};
use crate::support::keys::add_admin;

/// A server with a register's database; it ends with its owner.
pub struct Server {
    embedded: Option<Embedded>,
    folder: Folder,
    pg_bindir: Option<PathBuf>,
}

impl Server {
    /// Starts a server, and makes the schema and the administrator's key.
    pub fn start() -> Self {
        Self::start_from(std::env::var_os("PG_BINDIR").map(PathBuf::from))
    }

    /// The same with the programs in this folder.
    pub fn start_from(pg_bindir: Option<PathBuf>) -> Self {
        let mut server = Self { embedded: None, folder: Folder::new(), pg_bindir };
        server.start_again();
        upgrade::upgrade(&server.url()).unwrap();
        let mut conn = PgConnection::establish(&server.url()).unwrap();
        add_admin(&mut conn);
        // The server commits without waiting for its log; what the tests rely on must outlive an immediate stop.
        conn.batch_execute("checkpoint").unwrap();
        server
    }

    /// Starts the server on the data that it has.
    pub fn start_again(&mut self) {
        let options = Options { data_dir: self.folder.0.clone(), pg_bindir: self.pg_bindir.clone(), durable: false };
        self.embedded = Some(Embedded::start(&options).unwrap());
    }

    /// The address of the database.
    pub fn url(&self) -> String {
        self.embedded.as_ref().unwrap().url("postgres")
    }

    /// Sends a signal to the server.
    pub fn signal(&self, name: &str) {
        let file = fs::read_to_string(self.folder.0.join("postgresql/postmaster.pid")).unwrap();
        signal(file.lines().next().unwrap().parse().unwrap(), name);
    }

    /// Ends the server with this signal, and waits for the end of all its processes.
    pub fn end(&mut self, name: &str) {
        self.signal(name);
        self.embedded = None;
        self.folder.must_be_left();
    }
}
