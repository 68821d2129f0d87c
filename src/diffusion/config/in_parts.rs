//! From a network of the `cues` family to the one in parts that starts from it.

use super::check::HARMONY_PLANES;
use super::{ConditionKind, ModelConfig, PARTS, Prediction, RowCue};
use crate::error::{Error, Result};
use crate::music::style::Style;

impl ModelConfig {
    /// Returns the network in parts with the layers of this one, of the `cues` family, and its scale of the cues: two parts,
    /// what is to stay, the row of [`RowCue::PARTS`], every style, and the preconditioned prediction.
    ///
    /// # Errors
    /// Returns an error if this network does not read harmony and the five cues, in the order of [`RowCue::PARTS`].
    pub fn in_parts(&self) -> Result<Self> {
        let steered = RowCue::PARTS.map(|cue| match cue {
            RowCue::Steered(cue) => Some(cue),
            RowCue::Lead | RowCue::Tempo => None,
        });
        let suits = self.cond_type == ConditionKind::Cues
            && self.harmony
            && self.cues().into_iter().eq(steered.into_iter().flatten());
        if !suits {
            return Err(Error::Usage(format!(
                "A model in parts can start from a model of the kind `cues` with harmony and the cues density, polyphony, \
                 register, mode and accent. This one is of the kind `{}`. Choose another model, or leave out --model.",
                self.cond_type.name()
            )));
        }
        let mut config = Self {
            cond_type: ConditionKind::Parts,
            parts: PARTS.map(str::to_owned).into(),
            styles: Style::ALL.map(|style| style.name().to_owned()).into(),
            cue_names: RowCue::PARTS.into(),
            prediction: Prediction::Preconditioned,
            ..self.clone()
        };
        config.out_channels = config.planes() * config.time_fold;
        config.in_channels =
            2 * config.out_channels + PARTS.len() + config.row_width() + HARMONY_PLANES;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diffusion::model::Model;
    use candle_core::Device;

    #[test]
    fn the_network_without_parts_leads_back_to_the_built_in_one() {
        let built_in = Model::built_in(&Device::Cpu).unwrap().config().clone();
        let start = built_in.without_parts();
        let config = start.in_parts().unwrap();
        assert_eq!(config, built_in);
        assert_eq!((config.in_channels, config.out_channels), (60, 16));
        assert_eq!(config.cue_quantiles, start.cue_quantiles);
        let json = serde_json::to_string(&config).unwrap();
        assert_eq!(ModelConfig::from_json(&json), Ok(config.clone()));
        assert!(config.in_parts().is_err());
        let without_harmony = ModelConfig {
            harmony: false,
            ..start
        };
        assert!(without_harmony.in_parts().is_err());
    }
}
