//! Those who call.

use actix_web::http::Method;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Text, Uuid as SqlUuid};
use inspection_register::access::secret::Secret;
use uuid::Uuid;

use crate::support::{Register, Request};

/// A caller: with a key of a role, bound to some authorities, or without one.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What it is called in messages.
    pub name: String,
    /// The role of its key; absent if nobody holds it to be one.
    pub role: Option<&'static str>,
    /// The authorities that its key is bound to.
    pub bound_to: Vec<String>,
    /// Whether its key holds.
    pub is_valid: bool,
    secret: Option<String>,
}

impl Caller {
    /// A caller without a key.
    pub fn anonymous() -> Self {
        Self { name: "nobody".to_owned(), role: None, bound_to: Vec::new(), is_valid: true, secret: None }
    }

    /// The holder of a new key.
    pub fn with_key(register: &Register, role: &'static str, bound_to: &[&str]) -> Self {
        let name = format!("{role} bound to {}", bound_to.len());
        Self::add(register, name, Some(role), bound_to, ("now()", "now() + interval '1 day'", "null"))
    }

    /// The holder of a key of an administrator that has ended.
    pub fn expired(register: &Register) -> Self {
        let days = ("now() - interval '2 days'", "now() - interval '1 day'", "null");
        Self { is_valid: false, ..Self::add(register, "expired".to_owned(), None, &[], days) }
    }

    /// The holder of a key of an administrator that was taken back.
    pub fn revoked(register: &Register) -> Self {
        let days = ("now()", "now() + interval '1 day'", "now()");
        Self { is_valid: false, ..Self::add(register, "revoked".to_owned(), None, &[], days) }
    }

    fn add(
        register: &Register,
        name: String,
        role: Option<&'static str>,
        bound_to: &[&str],
        (rotated_at, expires_at, revoked_at): (&str, &str, &str),
    ) -> Self {
        let (mut conn, id, secret) = (register.database.connect(), Uuid::now_v7(), Secret::generate().unwrap());
        let key =
            "insert into api_keys (key_id, name, role, created_by, rotated_at, expires_at, revoked_at, last_used_at)";
        diesel::sql_query(format!(
            "{key} values ($1, $2, $3, 'keys', {rotated_at}, {expires_at}, {revoked_at}, '2100-01-01')"
        ))
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(format!("test-{}", id.simple()))
        .bind::<Text, _>(role.unwrap_or("admin"))
        .execute(&mut conn)
        .unwrap();
        diesel::sql_query("insert into api_key_secrets (secret_id, hash, key_id) values (gen_random_uuid(), $1, $2)")
            .bind::<Binary, _>(secret.hash().as_bytes())
            .bind::<SqlUuid, _>(id)
            .execute(&mut conn)
            .unwrap();
        for authority in bound_to {
            diesel::sql_query("insert into api_key_authorities values ($1, $2)")
                .bind::<SqlUuid, _>(id)
                .bind::<SqlUuid, _>(authority.parse::<Uuid>().unwrap())
                .execute(&mut conn)
                .unwrap();
        }
        let bound_to = bound_to.iter().map(|id| (*id).to_owned()).collect();
        Self { name, role, bound_to, is_valid: true, secret: Some(secret.expose().to_owned()) }
    }

    /// A request of this caller.
    pub fn request<'a>(&self, register: &'a Register, method: Method, path: &str) -> Request<'a> {
        let request = register.request(method, path);
        match &self.secret {
            Some(secret) => request.key(secret),
            None => request.anonymous(),
        }
    }
}
