//! Folders of videos become clip files, and pairs of a clip and music a data set in the authors' layout.

mod clips;
#[path = "../films/ffmpeg.rs"]
mod ffmpeg;
mod folders;
#[cfg(feature = "models")]
mod models;
mod pieces;
#[cfg(feature = "models")]
mod published;
mod readers;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Runs `bgm` in `folder` with arguments that are separated by spaces.
fn bgm(folder: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bgm"))
        .current_dir(folder)
        .args(arguments.split_whitespace())
        .output()
        .unwrap()
}

/// Runs `bgm`, which must succeed, and returns what it prints.
fn bgm_succeeds(folder: &Path, arguments: &str) -> String {
    let output = bgm(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "bgm {arguments}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs `bgm`, which must fail, and returns what it prints and its errors.
fn bgm_fails(folder: &Path, arguments: &str) -> (String, String) {
    let output = bgm(folder, arguments);
    let [text, errors] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert_eq!(
        output.status.code(),
        Some(1),
        "bgm {arguments}: {text}{errors}"
    );
    (text, errors)
}

/// Returns the contents of all files below `folder`, by their paths in it.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut folders = vec![folder.to_owned()];
    let mut files = BTreeMap::new();
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(&inner).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap();
                files.insert(name.display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Returns the lines of the manifest in `folder`.
fn manifest(folder: &Path) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(folder.join("manifest.jsonl")).unwrap();
    (text.lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
