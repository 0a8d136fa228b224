//! What keeps an action verified, whatever is done.

mod verified;
