//! The recorded checkpoint, in the file format of the published training code.

use std::fs;
use std::path::{Path, PathBuf};

use diff_bgm::diffusion::convert::convert;
use diff_bgm::formats::safetensors_file::{Container, floats};

use crate::formula::uniform;

/// First stream of the formula that fills the checkpoint.
const BASE: u32 = 1000;

#[test]
fn the_recorded_checkpoint_converts_to_the_numbers_it_was_filled_with() {
    let shared = std::env::var_os("DIFF_BGM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let source = shared.join("reference/tiny.pt");
    if !source.exists() {
        println!("skipped: no recorded checkpoint at {}", source.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("tiny.safetensors");
    let params = shared.join("reference/tiny.params.json");
    let conversion = convert(&source, Some(&params), &output).unwrap();
    assert_eq!(conversion.skipped, ["step", "epoch", "optimizer", "scaler"]);

    let bytes = fs::read(&output).unwrap();
    let file = Container::parse(&bytes).unwrap();
    assert_eq!(
        file.metadata["config"],
        fs::read_to_string(&params).unwrap()
    );
    let mut names = file.tensors.names();
    names.sort_unstable();
    assert_eq!(names.len(), 214);
    for (stream, name) in (BASE..).zip(names) {
        if ["ldm.alpha", "ldm.beta", "ldm.alpha_bar", "ldm.sigma2"].contains(&name) {
            continue;
        }
        let view = file.tensors.tensor(name).unwrap();
        let shape = view.shape();
        let (middle, scale) = match shape {
            [_] if name.ends_with("weight") => (1.0, 0.1),
            [_] => (0.0, 0.05),
            [_, inner @ ..] => (0.0, (3.0 / inner.iter().product::<usize>() as f64).sqrt()),
            [] => unreachable!("no weight is a scalar"),
        };
        let expected = uniform(stream, scale, shape).flatten_all().unwrap();
        let expected = expected.to_vec1::<f32>().unwrap();
        for (place, (found, expected)) in floats(name, &view)
            .unwrap()
            .into_iter()
            .zip(expected)
            .enumerate()
        {
            assert!(
                (found - (middle + expected)).abs() <= f32::EPSILON,
                "{name}[{place}] is {found}, not {middle} + {expected}"
            );
        }
    }
}
