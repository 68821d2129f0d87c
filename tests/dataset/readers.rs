//! A data set, opened by numpy and PyTorch as the authors' code opens it. They run in the Python that `DIFF_BGM_READERS` names;
//! what it does not have is left out.

use std::env;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::bgm_succeeds;
use crate::clips::{write_clip, write_midi};

#[test]
fn numpy_and_pytorch_read_what_the_authors_code_reads() {
    let Some(python) = env::var_os("DIFF_BGM_READERS") else {
        println!("skipped: DIFF_BGM_READERS does not name a Python with numpy and torch");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for (place, name) in ["001", "002", "film"].into_iter().enumerate() {
        write_clip(
            &root.join(format!("clips/{name}.safetensors")),
            24.0,
            place as f32,
        );
        write_midi(
            &root.join(format!("midi/{name}.mid")),
            10,
            100.0,
            place as u8,
        );
    }
    bgm_succeeds(root, "dataset clips midi -o data --validation 0.3");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dataset/read.py");
    let output = Command::new(python)
        .arg(script)
        .arg(root.join("data"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    if found["missing"] == "numpy" {
        println!("skipped: the Python of DIFF_BGM_READERS has no numpy");
        return;
    }
    assert_eq!(found["split"], serde_json::json!([2, 1]));
    let pieces = found["pieces"].as_object().unwrap();
    assert_eq!(pieces.len(), 3);
    for (name, piece) in pieces {
        assert_eq!(
            piece["tracks"],
            serde_json::json!([[40, 5], [0, 5], [60, 5]]),
            "{name}"
        );
        let types = &piece["types"];
        assert_eq!(types["notes"], "int64", "{name}");
        assert_eq!(types["db_pos"], "int32", "{name}");
        assert_eq!(types["db_pos_filter"], "bool", "{name}");
        assert_eq!(types["chord"], "int64", "{name}");
        assert_eq!(piece["chord"], serde_json::json!([40, 14]), "{name}");
        assert_eq!(
            piece["caption"],
            serde_json::json!(["float32", 40, 768]),
            "{name}"
        );
        assert_eq!(piece["shots"], 3, "{name}");
        // Three segments, of which the first has the notes of 32 beats.
        assert_eq!(piece["segments"], serde_json::json!([80, 80, 80]), "{name}");
        if found["missing"] == "torch" {
            println!("skipped: the Python of DIFF_BGM_READERS has no torch");
        } else {
            assert_eq!(
                piece["visual"],
                serde_json::json!(["torch.float32", 40, 512]),
                "{name}"
            );
            assert_eq!(piece["rows"], serde_json::json!([32, 32, 32]), "{name}");
        }
    }
}
