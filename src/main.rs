//! The program: what the command line asks for, and nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    inspection_register::cli::run()
}
