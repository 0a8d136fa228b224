//! Improvement actions, whatever is requested of them.

mod histories;
