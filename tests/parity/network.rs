//! Single passes of the published network.

use candle_core::{Device, Tensor};
use diff_bgm::diffusion::config::ModelConfig;
use diff_bgm::diffusion::embedding::sinusoids;

use crate::formula::{formula_model, uniform};
use crate::{assert_close, fixture};

/// Tolerance for single passes.
const TOLERANCE: f64 = 1e-4;

pub(crate) fn tiny_config() -> ModelConfig {
    ModelConfig::from_json(include_str!("../fixtures/tiny.params.json")).unwrap()
}

pub(crate) const TINY_BASE: u32 = 1000;

/// Returns the published configuration, `params_sdf_chd8bar.py` in the authors' release.
fn published_config() -> ModelConfig {
    ModelConfig::from_json(
        r#"{
            "cond_type": "visual", "in_channels": 2, "out_channels": 2, "channels": 64,
            "attention_levels": [2, 3], "n_res_blocks": 2, "channel_multipliers": [1, 2, 4, 4],
            "n_heads": 4, "tf_layers": 1, "d_cond": 512, "linear_start": 0.00085,
            "linear_end": 0.0120, "n_steps": 1000, "img_h": 128, "img_w": 128
        }"#,
    )
    .unwrap()
}

#[test]
fn every_named_activation_of_the_small_network_is_reproduced() {
    let recorded = fixture("tiny_unet.safetensors");
    let (model, _) = formula_model(&tiny_config(), TINY_BASE);
    let steps: Vec<usize> = recorded["t"]
        .to_vec1::<i64>()
        .unwrap()
        .into_iter()
        .map(|t| t as usize)
        .collect();

    let mut activations = vec![(
        "time_step_embedding".to_owned(),
        sinusoids(&steps, 32, &Device::Cpu).unwrap(),
    )];
    let context = model.unet().prepare(&recorded["cond"]).unwrap();
    let eps = model
        .unet()
        .forward_observed(&recorded["x"], &steps, &context, &mut |name, x| {
            activations.push((name.to_owned(), x.clone()));
        })
        .unwrap();
    activations.push(("eps".to_owned(), eps));

    let ours = |recorded: &str| match recorded {
        "act.input_blocks.3.0.resblock" => "input_blocks.3.0".to_owned(),
        "act.input_blocks.3.1.transformer" => "input_blocks.3.1".to_owned(),
        other => other.trim_start_matches("act.").to_owned(),
    };
    let mut compared = 0;
    for (name, expected) in &recorded {
        if name != "eps" && !name.starts_with("act.") {
            continue;
        }
        let (_, found) = activations
            .iter()
            .find(|(found, _)| *found == ours(name))
            .unwrap_or_else(|| panic!("no activation for {name}"));
        assert_close(name, found, expected, TOLERANCE);
        compared += 1;
    }
    assert_eq!(compared, 11);
}

#[test]
fn the_caption_encoding_is_reproduced() {
    let recorded = fixture("tiny_unet.safetensors");
    let (model, _) = formula_model(&tiny_config(), TINY_BASE);
    let encoded = model.encode_caption(&recorded["caption"]).unwrap();
    assert_close(
        "caption_encoded",
        &encoded,
        &recorded["caption_encoded"],
        TOLERANCE,
    );
}

#[test]
fn the_full_network_is_reproduced_and_has_41_476_098_parameters() {
    let recorded = fixture("full_unet.safetensors");
    let (model, parameters) = formula_model(&published_config(), 5000);
    assert_eq!(parameters, 41_476_098);

    let x = uniform(70, 1.5, (1, 2, 128, 128));
    let context = uniform(71, 1.5, (1, 32, 512));
    let condition = model.context_condition(context, None);
    let step = recorded["t"].to_vec1::<i64>().unwrap()[0] as usize;
    let prepared = model.prepare(&[&condition]).unwrap();
    let eps = model.predict(&x, step, &prepared).unwrap();
    assert_close("eps", &eps, &recorded["eps"], TOLERANCE);
}

#[test]
fn a_batch_gives_the_same_as_its_samples_one_by_one() {
    let (model, _) = formula_model(&tiny_config(), TINY_BASE);
    let x = uniform(1, 1.0, (2, 2, 32, 32));
    let contexts = [uniform(2, 1.0, (1, 32, 512)), uniform(3, 1.0, (1, 32, 512))];
    let conditions = contexts.map(|context| model.context_condition(context, None));
    let together = model.prepare(&[&conditions[0], &conditions[1]]).unwrap();
    let batch = model.predict(&x, 321, &together).unwrap();
    for (i, condition) in conditions.iter().enumerate() {
        let alone = model.prepare(&[condition]).unwrap();
        let single = model
            .predict(&x.narrow(0, i, 1).unwrap(), 321, &alone)
            .unwrap();
        let within: Tensor = batch.narrow(0, i, 1).unwrap();
        assert_close("a sample", &within, &single, 1e-6);
    }
}
