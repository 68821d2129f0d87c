//! Small networks for tests.

use serde_json::json;

use crate::diffusion::config::ModelConfig;
use crate::music::cues::Cue;

/// Returns the configuration of a small network in parts, with a scale of its cues from 0 to 100.
pub(super) fn parts_config() -> ModelConfig {
    cues_config().in_parts().unwrap()
}

/// Returns the configuration of a small network of the `cues` family that reads harmony and all cues.
pub(super) fn cues_config() -> ModelConfig {
    let config = json!({
        "cond_type": "cues", "channels": 32, "channel_multipliers": [1, 1], "attention_levels": [1],
        "n_res_blocks": 1, "n_heads": 2, "tf_layers": 1, "d_cond": 32, "linear_start": 0.00085,
        "linear_end": 0.012, "n_steps": 1000, "img_h": 128, "img_w": 80, "pitch_min": 24, "time_fold": 4,
        "in_channels": 21, "out_channels": 8, "harmony": true, "prediction": "v", "cue_names": Cue::ALL,
        "cue_quantiles": (0..101).map(|rank| [rank; 5]).collect::<Vec<_>>(),
    });
    ModelConfig::from_json(&config.to_string()).unwrap()
}
