//! Keys, with the program itself.

mod program;
