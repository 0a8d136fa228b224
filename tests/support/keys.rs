//! Keys to call with.

use chrono::{TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use inspection_register::access::secret::Secret;
use inspection_register::register::api_keys::FIRST_KEY;
use serde_json::{Value, json};

use super::Register;
use super::sample::HEREFORDSHIRE;

/// The name of the administrator's key, which every database of the tests has.
pub const ADMIN: &str = "data-team";
/// Its secret.
pub const ADMIN_SECRET: &str = "irk_TestAdminTestAdminTestAdminTestAdminTestAdm45rlqo";

/// Adds the administrator's key. It counts as used in the far future, so that no use of it is recorded beside a test.
pub fn add_admin(conn: &mut PgConnection) {
    let secret = Secret::parse(ADMIN_SECRET).unwrap();
    let id = "01a20431-0c26-7ad0-8000-000000000001";
    add(conn, id, (ADMIN, "admin"), &secret);
    conn.batch_execute(&format!("update api_keys set last_used_at = '2100-01-01' where key_id = '{id}'")).unwrap();
}

/// Adds the key that the examples of the document speak of, of a team of Herefordshire.
pub fn add_example(conn: &mut PgConnection) {
    add(conn, FIRST_KEY, ("herefordshire-improvement-team", "contributor"), &Secret::generate().unwrap());
    conn.batch_execute(&format!("insert into api_key_authorities values ('{FIRST_KEY}', '{HEREFORDSHIRE}')")).unwrap();
}

fn add(conn: &mut PgConnection, id: &str, (name, role): (&str, &str), secret: &Secret) {
    let hash = hex(secret.hash().as_bytes());
    conn.batch_execute(&format!(
        "insert into api_keys (key_id, name, role, created_by, expires_at)
         values ('{id}', '{name}', '{role}', '{ADMIN}', now() + interval '90 days');
         insert into api_key_secrets (secret_id, hash, key_id) values ('{id}', '\\x{hash}', '{id}')"
    ))
    .unwrap();
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// So many days from now, as callers write instants.
pub fn in_days(days: i64) -> String {
    (Utc::now() + TimeDelta::days(days)).format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The body of a key for these authorities.
pub fn new_key(name: &str, role: &str, authorities: &[&Value]) -> Value {
    let ids = authorities.iter().map(|authority| &authority["authority_id"]).collect::<Vec<_>>();
    json!({ "name": name, "role": role, "authority_ids": ids, "expires_at": in_days(30) })
}

/// A key for these authorities, made by the administrator: the answer that shows its secret.
pub async fn key(register: &Register, name: &str, role: &str, authorities: &[&Value]) -> Value {
    register.post("/v1/api-keys", &new_key(name, role, authorities)).await.expect(201).json()
}

/// The path of a key.
pub fn path(key: &Value) -> String {
    format!("/v1/api-keys/{}", key["key_id"].as_str().unwrap())
}

/// The secret in the answer that shows it.
pub fn secret(answer: &Value) -> &str {
    answer["secret"].as_str().unwrap()
}
