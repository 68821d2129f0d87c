//! `cargo xtask test`: everything that must hold before a change lands.

use std::env;
use std::env::consts::EXE_SUFFIX;
use std::time::Instant;

use crate::cargo::{Outcome, cargo, cargo_command, run as run_command};

/// A program that tests use where it is installed.
struct Program {
    name: &'static str,
    /// The package that has it on Debian and Ubuntu.
    package: &'static str,
    /// What is not tested without it.
    tests: &'static str,
}

const FFMPEG: Program = Program {
    name: "ffmpeg",
    package: "ffmpeg",
    tests: "the analysis of videos, and movies",
};
const XVFB: Program = Program {
    name: "Xvfb",
    package: "xvfb",
    tests: "the editor in a window",
};
const PROGRAMS: &[Program] = if cfg!(target_os = "linux") {
    &[FFMPEG, XVFB]
} else {
    &[FFMPEG]
};

/// Runs every check, what fails fastest first, and says what could not be tested here.
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
        "All checks that were run passed in {:.0} s.",
        start.elapsed().as_secs_f64()
    );
    for program in PROGRAMS.iter().filter(|program| !program.is_installed()) {
        println!(
            "Not tested: {}, because {} is not installed (package {}).",
            program.tests, program.name, program.package
        );
    }
    Ok(())
}

impl Program {
    fn is_installed(&self) -> bool {
        let file = format!("{}{EXE_SUFFIX}", self.name);
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path).any(|folder| folder.join(&file).is_file())
    }
}
