//! From a network in parts to the one of the `cues` family with the same layers.

use super::check::HARMONY_PLANES;
use super::{ConditionKind, ModelConfig, Prediction, RowCue};

impl ModelConfig {
    /// Returns the network of the `cues` family with the layers and the scale of the cues of this one, of the family `parts`. It
    /// predicts v. A network of another family is returned as it is.
    pub fn without_parts(&self) -> Self {
        if self.cond_type != ConditionKind::Parts {
            return self.clone();
        }
        let is_steered = |cue: &&RowCue| matches!(cue, RowCue::Steered(_));
        let mut config = Self {
            cond_type: ConditionKind::Cues,
            parts: Vec::new(),
            styles: Vec::new(),
            cue_names: self.cue_names.iter().filter(is_steered).copied().collect(),
            prediction: Prediction::Velocity,
            ..self.clone()
        };
        config.out_channels = config.planes() * config.time_fold;
        config.in_channels = config.out_channels + config.row_width();
        if config.harmony {
            config.in_channels += HARMONY_PLANES;
        }
        config
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::diffusion::model::Model;
    use candle_core::Device;

    #[test]
    fn the_built_in_network_without_parts_is_the_one_of_the_family_cues() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/cues.safetensors");
        let cues = Model::load(&path, &Device::Cpu).unwrap();
        let built_in = Model::built_in(&Device::Cpu).unwrap();
        let config = built_in.config().without_parts();
        // The built-in network looks further than the first one did.
        let expected = ModelConfig {
            attention_windows: config.attention_windows,
            time_attention_levels: config.time_attention_levels.clone(),
            ..cues.config().clone()
        };
        assert_eq!(config, expected);
        assert_eq!(config.without_parts(), expected);
    }
}
