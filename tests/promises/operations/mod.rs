//! Running it: health, metrics, headers, and the documents about them.

mod addresses;
mod answers;
mod browsers;
mod guides;
mod health;
mod methods;
mod pages;
mod problems;
