//! The invariants of `ARCHITECTURE.md` that can be read off the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A source file of the library: the room that it belongs to, and its code without comments and unit tests.
struct Source {
    path: PathBuf,
    room: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![src.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let inside = path.strip_prefix(&src).unwrap();
            let first = inside.components().next().unwrap().as_os_str();
            let room = Path::new(first).file_stem().unwrap().to_str().unwrap();
            if path.is_dir() {
                folders.push(path.clone());
            } else if !is_test(inside) && !["bin", "lib"].contains(&room) {
                sources.push(Source {
                    room: room.to_owned(),
                    code: code_of(&fs::read_to_string(&path).unwrap()),
                    path: inside.to_owned(),
                });
            }
        }
    }
    assert!(sources.len() > 100, "only {} sources found", sources.len());
    sources
}

fn is_test(path: &Path) -> bool {
    (path.components()).any(|part| {
        let name = part.as_os_str().to_string_lossy();
        ["tests", "tests.rs", "testing.rs"].contains(&&*name)
    })
}

fn code_of(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    (before_tests.lines())
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect()
}

/// The rooms that `code` names as `crate::room` or in `use crate::{room, …}`.
fn rooms_in<'a>(code: &'a str, rooms: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let after_crate = code.split("crate::").skip(1);
    let named = after_crate.flat_map(|rest| {
        let list = match rest.strip_prefix('{') {
            Some(list) => list.split(';').next().unwrap_or_default(),
            None => &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())],
        };
        list.split(|c| !is_word(c))
    });
    named.filter(|name| rooms.contains(name)).collect()
}

fn offenders(room: impl Fn(&str) -> bool, names: &[&str]) -> Vec<String> {
    let sources = sources();
    let inside = sources.iter().filter(|source| room(&source.room));
    inside
        .flat_map(|source| {
            (names.iter().copied())
                .filter(|name| source.code.contains(*name))
                .map(|name| format!("{} names {name}", source.path.display()))
        })
        .collect()
}

#[test]
fn rooms_import_each_other_without_circles() {
    let sources = sources();
    let rooms: BTreeSet<&str> = sources.iter().map(|source| &*source.room).collect();
    let mut imports: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for source in &sources {
        let named = rooms_in(&source.code, &rooms);
        let others = named.into_iter().filter(|room| *room != source.room);
        imports.entry(&source.room).or_default().extend(others);
    }
    // Rooms that import none of the remaining ones are removed, until only cycles remain.
    let mut left = imports;
    loop {
        let done: Vec<&str> = (left.iter())
            .filter(|(_, imports)| imports.is_empty())
            .map(|(room, _)| *room)
            .collect();
        if done.is_empty() {
            break;
        }
        for room in done {
            left.remove(room);
            left.values_mut().for_each(|imports| {
                imports.remove(room);
            });
        }
    }
    assert!(left.is_empty(), "circles among {left:#?}");
}

#[test]
fn the_audio_threads_code_knows_no_network_and_no_lock() {
    let names = [
        "candle",
        "parking_lot",
        "Mutex",
        "RwLock",
        "rayon",
        "crate::diffusion",
    ];
    let found = offenders(|room| room == "player" || room == "preview", &names);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn music_knows_no_tensors() {
    let found = offenders(|room| room == "music", &["candle", "crate::diffusion"]);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn only_the_plugin_and_its_editor_know_the_plugin_framework() {
    let found = offenders(
        |room| !["plugin", "editor"].contains(&room),
        &["nice_plug", "egui"],
    );
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_network_is_run_without_a_host_and_without_files_of_others() {
    let found = offenders(
        |room| ["diffusion", "kernel", "conditioning", "generator", "music"].contains(&room),
        &[
            "crate::instance",
            "crate::plugin",
            "crate::editor",
            "crate::worker",
            "pickle",
        ],
    );
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn nothing_opens_a_network_connection() {
    let found = offenders(
        |_| true,
        &["std::net", "TcpStream", "UdpSocket", "reqwest", "ureq"],
    );
    assert!(found.is_empty(), "{found:#?}");
}

/// The crates that a manifest replaces, with the folder of each.
fn replaced(manifest: &str) -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(manifest);
    let text = fs::read_to_string(path).unwrap();
    let table = text
        .split_once("[patch.crates-io]")
        .map_or("", |(_, rest)| rest);
    let own = table.split("\n[").next().unwrap_or_default();
    let crates = own.lines().filter_map(|line| {
        let (name, path) = line.split_once(" = { path = \"")?;
        let folder = path.trim_end_matches("\" }").trim_start_matches("../");
        Some((name.to_owned(), folder.to_owned()))
    });
    crates.collect()
}

#[test]
fn the_fuzz_targets_are_built_with_the_crates_that_the_workspace_replaces() {
    let of_workspace = replaced("Cargo.toml");
    assert!(!of_workspace.is_empty());
    assert_eq!(replaced("fuzz/Cargo.toml"), of_workspace);
}
