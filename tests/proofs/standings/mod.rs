//! Where authorities stand, in a register that grows.

mod growth;
