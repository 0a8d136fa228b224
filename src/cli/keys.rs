//! The commands that create, list and revoke API keys. They require access to the database, not an API key.

use std::io::Write;

use chrono::{TimeDelta, Utc};
use clap::Subcommand;
use diesel::Connection;
use diesel::pg::PgConnection;

use super::outcome::Outcome;
use crate::access::caller::Caller;
use crate::access::role::Role;
use crate::database::session;
use crate::error::ApiError;
use crate::http::extract::{IfMatch, broken_rules};
use crate::register::api_keys::query;
use crate::register::api_keys::model::NewApiKey;
use crate::register::authorities::query::rows::resolve;
use crate::values::id::Id;
use crate::values::ids::AuthorityId;
use crate::values::text::KeyName;
use crate::values::timestamp::Timestamp;

/// The commands for API keys.
#[derive(Subcommand)]
pub(super) enum KeysCommand {
    /// Create an API key and print its secret to standard output; the secret cannot be displayed again
    Create {
        /// admin, steward, contributor, reviewer or reader
        #[arg(long)]
        role: Role,
        /// Unique name, never used before; name a team or a program, not a person
        #[arg(long)]
        name: KeyName,
        /// Authority that the key is bound to, by id or code; may be repeated
        #[arg(long = "authority", value_name = "KEY")]
        authorities: Vec<String>,
        /// Days until the key expires, at most 365
        #[arg(long, value_name = "DAYS", default_value = "90", conflicts_with = "expires_at")]
        expires_in: u32,
        /// Time at which the key expires, such as 2027-06-30T00:00:00Z
        #[arg(long, value_name = "TIME")]
        expires_at: Option<Timestamp>,
    },
    /// List the API keys that are not revoked
    List,
    /// Revoke an API key; it stops working within five seconds
    Revoke {
        /// Name or id of the key
        key: String,
    },
}

/// Runs the command on the database with this URL.
pub(super) fn obey(command: &KeysCommand, url: &str) -> Outcome {
    let mut conn = session::connect(url)?;
    match command {
        KeysCommand::Create { role, name, authorities, expires_in, expires_at } => {
            let authority_ids = ids_of(&mut conn, authorities)?;
            let expires_at =
                expires_at.unwrap_or_else(|| Timestamp(Utc::now() + TimeDelta::days((*expires_in).into())));
            create(&mut conn, &NewApiKey { name: name.clone(), role: *role, authority_ids, expires_at })
        }
        KeysCommand::List => list(&mut conn),
        KeysCommand::Revoke { key } => revoke(&mut conn, key),
    }
}

fn ids_of(conn: &mut PgConnection, authorities: &[String]) -> Result<Vec<AuthorityId>, Box<dyn std::error::Error>> {
    let id_of = |text: &String| {
        let key = text.parse().map_err(|error| format!("{text}: {error}"))?;
        Ok(resolve(conn, &key).map_err(|error| format!("{text}: {error}"))?)
    };
    authorities.iter().map(id_of).collect()
}

fn create(conn: &mut PgConnection, new: &NewApiKey) -> Outcome {
    ApiError::refuse_any(broken_rules(new))?;
    let key = conn.transaction(|conn| query::insert(conn, &Caller::keys(), Id::generate(), new))?;
    writeln!(std::io::stdout(), "{}", key.secret.expose())?;
    let (name, role, end) = (&key.row.name, key.row.role, key.row.expires_at.to_rfc3339());
    writeln!(
        std::io::stderr(),
        "Created API key {name} ({role}), which expires at {end}. The secret is not displayed again."
    )?;
    Ok(())
}

fn list(conn: &mut PgConnection) -> Outcome {
    let mut stdout = std::io::stdout();
    for key in query::list::all(conn)? {
        let last_used =
            key.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {}", at.to_rfc3339()));
        let (id, end) = (key.key_id, key.expires_at.to_rfc3339());
        writeln!(stdout, "{id}\t{}\t{}\tuntil {end}\t{last_used}", key.name, key.role)?;
    }
    Ok(())
}

fn revoke(conn: &mut PgConnection, key: &str) -> Outcome {
    conn.transaction(|conn| {
        let id = query::rows::named(conn, key)?;
        query::revoke(conn, &Caller::keys(), id, &IfMatch::any())
    })?;
    writeln!(std::io::stderr(), "Revoked API key {key}.")?;
    Ok(())
}
