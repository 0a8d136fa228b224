//! The Inspection Register: authorities, the inspections of their services for children, and the improvement that
//! follows, as one record behind an HTTP API.
//!
//! Rooms import in one direction, from top to bottom: the program ([`cli`], [`server`], [`config`]), [`api`] with every URL,
//! [`contract`], [`import`], [`register`] with one folder a resource, [`http`], [`access`], [`database`], [`error`], [`values`].

pub mod access;
pub mod api;
pub mod cli;
pub mod config;
pub mod contract;
pub mod database;
pub mod error;
pub mod http;
pub mod import;
pub mod logging;
pub mod register;
pub mod server;
pub mod values;
