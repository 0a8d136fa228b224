//! What an examination is.
