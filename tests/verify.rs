//! `bgm verify`: compares models with recorded passes.

use std::process::{Command, Output};

const MODEL: &str = "models/cues.safetensors";
const RECORDING: &str = "tests/fixtures/cues.safetensors";

fn verify(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bgm"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("verify")
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_recording_of_the_same_model_passes_and_its_errors_are_printed() {
    let output = verify(&[MODEL, RECORDING]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let shown = text(&output.stdout);
    assert!(shown.contains("largest absolute error"), "{shown}");
    assert!(shown.contains("largest relative error"), "{shown}");
}

#[test]
fn an_error_above_the_tolerance_fails() {
    let output = verify(&[MODEL, RECORDING, "--tolerance", "1e-12"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("at most 1.000e-12"));
}

#[test]
fn a_recording_of_another_network_is_an_error_that_names_the_file() {
    let other = "tests/fixtures/tiny_unet.safetensors";
    let output = verify(&[MODEL, other]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains(other));
}
