//! Keys: what proves them, what they permit, how they come and go.

mod credentials;
mod permissions;
mod records;
mod replays;
mod revocation;
mod rotation;
mod uses;
