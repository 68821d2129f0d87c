//! `cargo xtask test`: everything that must hold before a change lands.

use std::time::Instant;

use crate::cargo::{Outcome, cargo, cargo_command, run as run_command};

/// Runs every check, what fails fastest first.
pub(crate) fn run() -> Outcome {
    let start = Instant::now();
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ])?;
    cargo(&["check", "--lib", "--no-default-features"])?;
    let mut doc = cargo_command(&["doc", "--no-deps", "--lib"]);
    run_command(doc.env("RUSTDOCFLAGS", "--deny warnings"))?;
    cargo(&["test", "--workspace"])?;
    println!(
        "All checks passed in {:.0} s.",
        start.elapsed().as_secs_f64()
    );
    Ok(())
}
