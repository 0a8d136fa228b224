//! Keys to call with.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use inspection_register::api_keys::secret::Secret;

/// The name of the administrator's key, which every database of the tests has.
pub const ADMIN: &str = "test-admin";
/// Its secret.
pub const ADMIN_SECRET: &str = "irk_TestAdminTestAdminTestAdminTestAdminTestAdm45rlqo";

/// Adds the administrator's key. It counts as used in the far future, so that no use of it is recorded beside a test.
pub fn add_admin(conn: &mut PgConnection) {
    let hash = Secret::parse(ADMIN_SECRET).unwrap().hash();
    let hash = hash.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let id = "01a20431-0c26-7ad0-8000-000000000001";
    conn.batch_execute(&format!(
        "insert into api_keys (key_id, name, role, created_by, expires_at, last_used_at)
         values ('{id}', '{ADMIN}', 'admin', 'keys', now() + interval '30 days', '2100-01-01');
         insert into api_key_secrets (secret_id, hash, key_id) values (gen_random_uuid(), '\\x{hash}', '{id}')"
    ))
    .unwrap();
}
