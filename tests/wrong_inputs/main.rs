//! Every wrong input gives a message that names it and says what is wrong, and leaves no file behind.

mod files;
#[cfg(feature = "models")]
mod models;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

/// One case per line; the first line describes the columns.
const TABLE: &str = include_str!("table.txt");

/// The cases of models in folders.
#[cfg(feature = "models")]
const MODELS: &str = include_str!("models.txt");

/// Runs the cases of the given `subcommands` in a folder with the files that they name.
fn check(subcommands: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    files::write(folder.path());
    check_in(folder.path(), TABLE, subcommands);
}

/// Runs the cases of the given `subcommands` of a table in a folder.
fn check_in(folder: &Path, table: &str, subcommands: &[&str]) {
    let before = listing(folder);
    let cases: Vec<_> = table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            <[&str; 4]>::try_from(cells).unwrap()
        })
        .filter(|[call, ..]| subcommands.contains(&call.split(' ').nth(1).unwrap_or_default()))
        .collect();
    assert!(!cases.is_empty());

    let mut faults = Vec::new();
    for [call, code, named, fault] in cases {
        let output = Command::new(env!("CARGO_BIN_EXE_bgm"))
            .current_dir(folder)
            .args(call.split_whitespace().skip(1))
            .output()
            .unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        let is_as_expected = output.status.code() == code.parse().ok()
            && message.contains(named)
            && message.contains(fault)
            && !message.contains("panicked");
        if !is_as_expected {
            let found = output.status.code();
            faults.push(format!(
                "{call}: {found:?} without `{named}` or `{fault}`:\n{message}"
            ));
        }
        if listing(folder) != before {
            faults.push(format!("{call} changed a file"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Returns the names and sizes of the files in a folder.
fn listing(folder: &Path) -> BTreeMap<OsString, u64> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name(), entry.metadata().unwrap().len())
        })
        .collect()
}

#[test]
fn a_missing_or_unknown_subcommand_is_refused() {
    check(&["", "compose"]);
}

#[test]
fn features_refuses_wrong_inputs() {
    check(&["features"]);
}

#[cfg(feature = "models")]
#[test]
fn features_refuses_folders_of_wrong_models() {
    let folder = tempfile::tempdir().unwrap();
    files::write(folder.path());
    models::write(folder.path());
    check_in(folder.path(), MODELS, &["features", "generate"]);
}

#[test]
fn dataset_refuses_wrong_inputs() {
    check(&["dataset"]);
}

#[test]
fn evaluate_refuses_wrong_inputs() {
    check(&["evaluate"]);
}

#[test]
fn generate_refuses_wrong_inputs() {
    check(&["generate"]);
}

#[test]
fn repaint_continue_and_accompany_refuse_wrong_inputs() {
    check(&["repaint", "continue", "accompany"]);
}

#[test]
fn conform_refuses_wrong_inputs() {
    check(&["conform"]);
}

#[test]
fn export_refuses_wrong_inputs() {
    check(&["export"]);
}

#[test]
fn theme_refuses_wrong_inputs() {
    check(&["theme"]);
}

#[test]
fn convert_refuses_wrong_inputs() {
    check(&["convert"]);
}

#[test]
fn info_render_and_verify_refuse_wrong_inputs() {
    check(&["info", "render", "verify"]);
}
