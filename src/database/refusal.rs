//! Why a connection failed: a message of libpq in English, or of the server.

/// What libpq says of a server that does not respond.
const SILENT: [&str; 11] = [
    "Connection refused",
    "Connection reset",
    "Connection timed out",
    "failed: No such file or directory",
    "No route to host",
    "Network is unreachable",
    "could not translate host name",
    "server closed the connection",
    "could not receive data",
    "could not send data",
    "timeout expired",
];

/// What a server says that has no connection left.
const FULL: [&str; 2] = ["too many", "connection slots"];

/// Whether the server starts, stops or recovers.
pub(super) fn is_starting(message: &str) -> bool {
    message.contains("the database system is")
}

/// Whether the server does not respond.
pub(super) fn is_silent(message: &str) -> bool {
    SILENT.iter().any(|sign| message.contains(sign))
}

/// Whether the reason may pass by itself; a wrong password or certificate does not.
pub(super) fn may_pass(message: &str) -> bool {
    is_starting(message) || is_silent(message) || FULL.iter().any(|sign| message.contains(sign))
}
