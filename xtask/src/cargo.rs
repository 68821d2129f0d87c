//! Runs cargo and other programs in the repository's root.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A command's result; the error is a message for the user.
pub(crate) type Outcome = Result<(), String>;

/// Returns the repository's root folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// Returns cargo's target folder, as reported by `cargo metadata`: the environment and configuration files can move it.
pub(crate) fn target() -> Result<PathBuf, String> {
    let question = ["metadata", "--no-deps", "--format-version", "1"];
    let failed = |reason: String| format!("`cargo {}` failed: {reason}", question.join(" "));
    let answer = cargo_command(&question)
        .current_dir(root())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !answer.status.success() {
        return Err(failed(String::from_utf8_lossy(&answer.stderr).into_owned()));
    }
    let metadata: serde_json::Value =
        serde_json::from_slice(&answer.stdout).map_err(|error| failed(error.to_string()))?;
    match metadata["target_directory"].as_str() {
        Some(folder) => Ok(folder.into()),
        None => Err(failed("no target directory".to_owned())),
    }
}

/// Runs cargo with the given arguments.
pub(crate) fn cargo(arguments: &[&str]) -> Outcome {
    run(&mut cargo_command(arguments))
}

/// Returns a command for the cargo that runs this program, with the given arguments.
pub(crate) fn cargo_command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

/// Prints a command and runs it in the repository's root.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let line = words.join(" ");
    println!("$ {line}");
    match command.current_dir(root()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{line}` failed with {status}")),
        Err(error) => Err(format!("cannot run `{line}`: {error}")),
    }
}
