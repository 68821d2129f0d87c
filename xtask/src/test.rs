//! `cargo xtask test`: every check that a change must pass.

use std::env;
use std::env::consts::EXE_SUFFIX;
use std::time::Instant;

use crate::bundle::PLUGIN_ONLY;
use crate::cargo::{Outcome, cargo, cargo_command, run as run_command};

/// A program that some tests need; they are skipped if it is not installed.
struct Program {
    name: &'static str,
    /// Its package on Debian and Ubuntu.
    package: &'static str,
    /// What the skipped tests cover.
    tests: &'static str,
}

const FFMPEG: Program = Program {
    name: "ffmpeg",
    package: "ffmpeg",
    tests: "video analysis and movie output",
};
const XVFB: Program = Program {
    name: "Xvfb",
    package: "xvfb",
    tests: "the editor's window",
};
const PROGRAMS: &[Program] = if cfg!(target_os = "linux") {
    &[FFMPEG, XVFB]
} else {
    &[FFMPEG]
};

/// Names a Python with the packages that open exported files.
const READERS: &str = "DIFF_BGM_READERS";

/// Names REAPER's header.
const REAPER_HEADER: &str = "DIFF_BGM_REAPER_HEADER";

/// Names the folder of Ardour's programs.
const ARDOUR: &str = "DIFF_BGM_ARDOUR";

/// Runs every check, the quickest first, and reports which tests were skipped for want of a program.
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
    cargo(&[&["check", "--lib"], &PLUGIN_ONLY[..]].concat())?;
    let mut doc = cargo_command(&["doc", "--no-deps", "--lib"]);
    run_command(doc.env("RUSTDOCFLAGS", "--deny warnings"))?;
    cargo(&["test", "--workspace"])?;
    println!(
        "All checks that ran have passed, in {:.0} s.",
        start.elapsed().as_secs_f64()
    );
    for program in PROGRAMS.iter().filter(|program| !program.is_installed()) {
        println!(
            "Skipped: the tests of {}. They need {} (package {}).",
            program.tests, program.name, program.package
        );
    }
    if env::var_os(READERS).is_none() {
        println!(
            "Skipped: the tests of exported files with other people's readers. They need a Python with mido, pretty_midi, lxml and \
             rpp, named by {READERS}."
        );
    }
    if env::var_os(REAPER_HEADER).is_none() {
        println!(
            "Skipped: the comparison with REAPER's header. It needs reaper_plugin_functions.h, named by {REAPER_HEADER}."
        );
    }
    if env::var_os(ARDOUR).is_none() {
        println!(
            "Skipped: the recording by Ardour. It needs the folder of Ardour 7's programs, named by {ARDOUR}."
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
