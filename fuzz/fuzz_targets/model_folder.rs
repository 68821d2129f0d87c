//! Folders of large models, in which the first byte, a digit, chooses a file to replace. A model that loads can be used.
#![no_main]

use std::path::Path;

use diff_bgm::embeddings::{CaptionModel, Pooling, PromptModel, Rgb, TextModel, VisualModel};
use libfuzzer_sys::fuzz_target;

/// Folders of small models, and the files of them that are parsed besides tensors.
const FILES: [(&str, &str); 8] = [
    ("clip", "config.json"),
    ("clip", "preprocessor_config.json"),
    ("clip", "tokenizer.json"),
    ("blip", "config.json"),
    ("blip", "preprocessor_config.json"),
    ("blip", "tokenizer.json"),
    ("bert", "config.json"),
    ("bert", "tokenizer.json"),
];

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, bytes)) = bytes.split_first() else {
        return;
    };
    let (kind, replaced) = FILES[usize::from(choice) % FILES.len()];
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/models");
    let folder = tempfile::tempdir().expect("a folder");
    for entry in models.join(kind).read_dir().expect("small models").flatten() {
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("a copy");
    }
    std::fs::write(folder.path().join(replaced), bytes).expect("a file");
    let picture = Rgb::new(9, vec![[80, 120, 200]; 54]);
    match kind {
        "clip" => {
            if let Ok(model) = VisualModel::load(folder.path()) {
                let _ = model.embed(&[picture]);
            }
            if let Ok(model) = PromptModel::load(folder.path()) {
                let _ = model.embed("a calm scene");
            }
        }
        "blip" => {
            if let Ok(model) = CaptionModel::load(folder.path()) {
                let _ = model.describe(&[picture]);
            }
        }
        _ => {
            if let Ok(model) = TextModel::load(folder.path()) {
                let _ = model.embed("a calm scene", Pooling::Mean);
            }
        }
    }
});
