//! A database that fails: what is answered meanwhile, and that nothing is lost or done twice.

mod network;
