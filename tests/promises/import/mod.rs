//! Filling the register from files: what is in `data/`, what a folder may hold, and what is refused.

mod built_in;
mod corrections;
mod evidence;
mod faults;
mod forms;
mod frameworks;
mod improvement;
mod recommendations;
mod survival;
mod trimmed;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::prelude::*;
use inspection_register::import::{self, ImportError, Report, Source};

use crate::support::database::Database;

/// A folder that is removed with its owner.
struct Folder(PathBuf);

impl Folder {
    /// A folder with these files.
    fn with(files: &[(&str, &str)]) -> Self {
        Self::holding(files.iter().map(|(name, content)| (*name, content.as_bytes())))
    }

    /// A folder with these files, of any content.
    fn holding<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("inspection-register-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = Self(std::env::temp_dir().join(name));
        fs::create_dir(&folder.0).unwrap();
        for (name, content) in files {
            fs::write(folder.0.join(name), content).unwrap();
        }
        folder
    }

    fn import(&self, database: &Database) -> Result<Report, ImportError> {
        import::run(&database.url, &Source::Folder(self.0.clone()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

#[derive(Debug, PartialEq, QueryableByName)]
struct Fingerprint {
    #[diesel(sql_type = diesel::sql_types::Text)]
    relation: String,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    rows: i64,
    #[diesel(sql_type = diesel::sql_types::Text)]
    hash: String,
}

/// The number of rows of every table, and a hash of all that is in them.
fn fingerprints(database: &Database) -> Vec<Fingerprint> {
    let mut connection = database.connect();
    let tables = "select tablename as relation, 0::bigint as rows, '' as hash from pg_tables \
                  where schemaname = 'public' and tablename not like '\\_\\_%' order by tablename";
    let tables = diesel::sql_query(tables).load::<Fingerprint>(&mut connection).unwrap();
    assert!(tables.len() > 10, "{tables:?}");
    let mut taken = Vec::new();
    for Fingerprint { relation, .. } in tables {
        let query = format!(
            "select '{relation}' as relation, count(*) as rows, \
                    coalesce(md5(string_agg(each::text, chr(10) order by each::text)), '') as hash from {relation} each"
        );
        taken.push(diesel::sql_query(query).get_result::<Fingerprint>(&mut connection).unwrap());
    }
    taken
}

fn rows(fingerprints: &[Fingerprint], relation: &str) -> i64 {
    fingerprints.iter().find(|fingerprint| fingerprint.relation == relation).unwrap().rows
}
