//! The permission that each operation requires. An operation whose path has no row here is refused, and fails a test.

use actix_web::http::Method;

use super::Permission;
use super::Permission::{ManageKeys, Read, Review, WriteFacts, WritePapers};

/// The permission to read and the permission to write below each path of the document; the first row that fits decides.
/// What cannot be written has no second permission.
const PATHS: [(&str, Permission, Option<Permission>); 16] = [
    ("/api-keys", ManageKeys, Some(ManageKeys)),
    ("/authorities", Read, Some(WriteFacts)),
    ("/documents", Read, Some(WriteFacts)),
    ("/events", Read, None),
    ("/evidence/{evidence_id}/reviews", Read, Some(Review)),
    ("/evidence", Read, Some(WritePapers)),
    ("/findings", Read, Some(WriteFacts)),
    ("/frameworks", Read, None),
    ("/improvement-actions", Read, Some(WritePapers)),
    ("/improvement-plans", Read, Some(WritePapers)),
    ("/inspections", Read, Some(WriteFacts)),
    ("/interventions", Read, Some(WriteFacts)),
    ("/judgements", Read, None),
    ("/recommendations", Read, Some(WriteFacts)),
    ("/standings", Read, None),
    ("/themes", Read, None),
];

/// The end of the path of a table, which requires the permission of its list.
pub const TABLE: &str = ".csv";

/// The permission that an operation requires, by its method and its path in the document.
#[must_use]
pub fn permission_of(method: &Method, path: &str) -> Option<Permission> {
    let path = path.strip_suffix(TABLE).unwrap_or(path);
    let is_below = |start: &str| path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let (_, reading, writing) = PATHS.iter().find(|(start, ..)| is_below(start))?;
    if *method == Method::GET { Some(*reading) } else { *writing }
}
