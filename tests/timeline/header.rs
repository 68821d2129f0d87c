//! The functions that are called, against REAPER's own header.

use std::collections::BTreeSet;
use std::{env, fs};

use diff_bgm::timeline::reaper::DECLARATIONS;
use plugin_hosts::reaper;

/// Names the file `reaper_plugin_functions.h` of REAPER's kit for developers.
const HEADER: &str = "DIFF_BGM_REAPER_HEADER";

/// Returns the type in C++ of a type in Rust.
fn in_cpp(rust: &str) -> String {
    let rust = rust.split_whitespace().collect::<Vec<_>>().join(" ");
    let (pointee, stars) = match rust.strip_prefix("*mut *const ") {
        Some(pointee) => (format!("const {}", plain(pointee)), "**"),
        None => match (rust.strip_prefix("*const "), rust.strip_prefix("*mut ")) {
            (Some(pointee), _) => (format!("const {}", plain(pointee)), "*"),
            (_, Some(pointee)) => (plain(pointee).to_owned(), "*"),
            _ => (plain(&rust).to_owned(), ""),
        },
    };
    format!("{pointee}{stars}")
}

fn plain(rust: &str) -> &str {
    match rust {
        "c_int" => "int",
        "c_char" => "char",
        "f64" => "double",
        "" => "void",
        other => other,
    }
}

#[test]
fn every_function_is_one_of_the_test_hosts_and_the_other_way_round() {
    let declared: BTreeSet<&str> = DECLARATIONS.iter().map(|(name, ..)| *name).collect();
    let offered: BTreeSet<&str> = reaper::names().into_iter().collect();
    assert_eq!(declared, offered);
}

#[test]
fn every_function_is_declared_as_in_reapers_header() {
    let Some(path) = env::var_os(HEADER) else {
        eprintln!("skipped: {HEADER} does not name REAPER's header");
        return;
    };
    let header = fs::read(path).unwrap();
    let header = String::from_utf8_lossy(&header);
    for (name, arguments, result) in DECLARATIONS {
        let place = format!("(*REAPERAPI_FUNCNAME({name}))(");
        let line = header.lines().find(|line| line.contains(&place));
        let line = line.unwrap_or_else(|| panic!("the header has no {name}"));
        let (before, after) = line.split_once(&place).unwrap();
        assert_eq!(before.trim(), in_cpp(result), "what {name} returns");
        let list = after.trim().trim_end_matches(");");
        let types = list.split(',').filter(|argument| !argument.is_empty());
        let types: Vec<String> = types
            .map(|argument| {
                let (kind, _) = argument.trim().rsplit_once(' ').unwrap();
                kind.replace(" *", "*")
            })
            .collect();
        let own: Vec<String> = arguments.iter().map(|argument| in_cpp(argument)).collect();
        assert_eq!(own, types, "what {name} takes");
    }
}
