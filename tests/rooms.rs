//! The dependencies that parts of the library must not have.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules, and what their sources, tests included, must not mention.
const FORBIDDEN: [(&str, &[&str]); 3] = [
    (
        "music",
        &[
            "crate::conditioning",
            "crate::diffusion",
            "crate::generator",
            "crate::player",
            "candle",
        ],
    ),
    (
        "player",
        &[
            "crate::diffusion",
            "crate::generator",
            "candle",
            "parking_lot",
            "Mutex",
            "RwLock",
        ],
    ),
    ("instance", &["crate::plugin", "crate::editor", "nice_plug"]),
];

/// The source files of a module.
fn sources(module: &str) -> Vec<PathBuf> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![src.join(module).with_extension("rs")];
    let mut folders = vec![src.join(module)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

#[test]
fn modules_do_not_mention_what_is_above_them() {
    for (module, forbidden) in FORBIDDEN {
        let files = sources(module);
        assert!(files.len() > 2, "{files:?}");
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            for name in forbidden {
                assert!(!text.contains(name), "{} mentions {name}", file.display());
            }
        }
    }
}
