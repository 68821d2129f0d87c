//! The weights of a network in training.

mod in_parts;
mod maker;

use std::collections::BTreeMap;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::VarBuilder;
use parking_lot::Mutex;

use crate::diffusion::config::ModelConfig;
use crate::diffusion::model::Model;
use crate::error::{Error, Result};
use maker::Maker;

/// Tensors or variables of one network, by the names in its model file.
pub type Named<T> = BTreeMap<String, T>;

/// The weights of a network as variables.
pub struct Variables {
    config: ModelConfig,
    vars: Named<Var>,
    new_layers: Vec<String>,
    device: Device,
}

impl Variables {
    /// Draws fresh weights from `seed` with PyTorch's default distribution: uniform within ±1/√inputs.
    ///
    /// # Errors
    /// Returns an error if the device fails.
    pub fn fresh(config: &ModelConfig, seed: u64, device: &Device) -> Result<Self> {
        Self::made(config, &Named::new(), Some(seed), device)
    }

    /// Takes the given weights, which must be those of the network.
    ///
    /// # Errors
    /// Returns an error if one is missing or has the wrong shape.
    pub fn from_tensors(
        config: &ModelConfig,
        tensors: &Named<Tensor>,
        device: &Device,
    ) -> Result<Self> {
        Self::made(config, tensors, None, device)
    }

    /// Extends the network `start` with the given weights to the network of `config`, which may add harmony and time
    /// attention.
    ///
    /// Weights of new inputs are zero, and new layers are drawn from `seed` with a zero output projection, so that the
    /// extended network initially predicts the same as `start`. The first heads of time attention initially favour lags of
    /// one, two and four bars.
    ///
    /// # Errors
    /// Returns an error if the networks differ otherwise or a weight has the wrong shape.
    pub fn extended(
        config: &ModelConfig,
        start: &ModelConfig,
        tensors: &Named<Tensor>,
        seed: u64,
        device: &Device,
    ) -> Result<Self> {
        let addition = ModelConfig {
            in_channels: config.in_channels,
            harmony: config.harmony,
            time_attention_levels: config.time_attention_levels.clone(),
            ..start.clone()
        };
        if addition != *config {
            return Err(Error::Usage(
                "The model cannot be extended to this network. The two may differ only in harmony and time attention."
                    .to_owned(),
            ));
        }
        let mut extended = Self::made(config, tensors, Some(seed), device)?;
        let is_new = |(name, var): &(&String, &Var)| {
            (tensors.get(*name)).is_none_or(|tensor| tensor.shape() != var.shape())
        };
        let new_layers = extended.vars.iter().filter(is_new);
        extended.new_layers = new_layers.map(|(name, _)| name.clone()).collect();
        match tensors
            .keys()
            .find(|name| !extended.vars.contains_key(*name))
        {
            Some(name) => Err(Error::Usage(format!(
                "The model has weights `{name}`, which the extended network lacks. Extend it to a network with at least its \
                 layers."
            ))),
            None => Ok(extended),
        }
    }

    fn made(
        config: &ModelConfig,
        given: &Named<Tensor>,
        seed: Option<u64>,
        device: &Device,
    ) -> Result<Self> {
        let made = Arc::new(Mutex::new(Named::new()));
        let maker = Maker::new(given.clone(), seed, Arc::clone(&made));
        let vb = VarBuilder::from_backend(Box::new(maker), DType::F32, device.clone());
        Model::build("training", config.clone(), &vb)?;
        let vars = std::mem::take(&mut *made.lock());
        Ok(Self {
            config: config.clone(),
            vars,
            new_layers: Vec::new(),
            device: device.clone(),
        })
    }

    /// Returns the names of the weights that extending the network added or widened.
    pub(crate) fn new_layers(&self) -> &[String] {
        &self.new_layers
    }

    /// Builds the network with the current weights. It must be rebuilt after each change of the weights.
    ///
    /// # Errors
    /// Returns an error if the device fails.
    pub fn model(&self) -> Result<Model> {
        let tensors = self.vars.iter();
        let tensors = tensors.map(|(name, var)| (name.clone(), var.as_tensor().clone()));
        model_of(&self.config, tensors.collect(), &self.device)
    }

    /// Returns the variables.
    pub fn vars(&self) -> &Named<Var> {
        &self.vars
    }

    /// Copies the weights, detached from any gradient.
    ///
    /// # Errors
    /// Returns an error if the device fails.
    pub(crate) fn tensors(&self) -> Result<Named<Tensor>> {
        let copy = |(name, var): (&String, &Var)| Ok((name.clone(), var.detach().copy()?));
        self.vars.iter().map(copy).collect()
    }
}

/// Builds a network with the weights `tensors`.
///
/// # Errors
/// Returns an error if one is missing.
pub(crate) fn model_of(
    config: &ModelConfig,
    tensors: Named<Tensor>,
    device: &Device,
) -> Result<Model> {
    let tensors = tensors.into_iter().collect();
    let vb = VarBuilder::from_tensors(tensors, DType::F32, device);
    Model::build("training", config.clone(), &vb)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diffusion::cue_encoder::{CueRows, HARMONY_WIDTH};
    use serde_json::{Value, json};

    fn config(changes: Value) -> ModelConfig {
        let mut config = json!({
            "cond_type": "cues", "channels": 32, "channel_multipliers": [1, 1], "attention_levels": [1],
            "n_res_blocks": 1, "n_heads": 4, "tf_layers": 1, "d_cond": 32, "linear_start": 0.00085,
            "linear_end": 0.012, "n_steps": 1000, "img_h": 128, "img_w": 40, "pitch_min": 40, "time_fold": 4,
            "in_channels": 12, "out_channels": 8, "cue_names": ["density", "accent"],
        });
        let changes = changes.as_object().unwrap().clone();
        config.as_object_mut().unwrap().extend(changes);
        ModelConfig::untrained(&config.to_string()).unwrap()
    }

    #[test]
    fn an_extended_network_initially_predicts_the_same() {
        let device = Device::Cpu;
        let narrow = config(json!({}));
        let wide = config(json!({
            "in_channels": 15, "harmony": true, "time_attention_levels": [0],
        }));
        let before = Variables::fresh(&narrow, 1, &device).unwrap();
        let tensors = before.tensors().unwrap();
        let after = Variables::extended(&wide, &narrow, &tensors, 2, &device).unwrap();
        let cues = Tensor::rand(-1.0_f32, 1.0, (1, 32, 4), &device).unwrap();
        let harmony = Tensor::ones((1, 32, HARMONY_WIDTH), DType::F32, &device).unwrap();
        let x_t = Tensor::randn(0.0_f32, 1.0, (1, 2, 128, 40), &device).unwrap();
        let predicted = |variables: &Variables, harmony: Option<&Tensor>| {
            let model = variables.model().unwrap();
            let rows = CueRows {
                cues: &cues,
                harmony,
            };
            let condition = model.cue_condition(rows).unwrap();
            model.predict_each(&x_t, &[300], &condition).unwrap()
        };
        let difference = predicted(&before, None) - predicted(&after, Some(&harmony));
        let difference = difference.unwrap().abs().unwrap().max_all().unwrap();
        assert!(difference.to_scalar::<f32>().unwrap() < 1e-5);
        let largest = |name: &str| {
            let largest = after.vars()[name].abs().unwrap().max_all().unwrap();
            largest.to_scalar::<f32>().unwrap()
        };
        assert!(largest("unet.time_attention.input_1.to_qkv.weight") > 0.0);
        assert_eq!(largest("unet.time_attention.input_1.bias"), 2.0);
        for (name, is_new) in [
            ("unet.time_attention.input_1.bias", true),
            ("unet.input_blocks.0.0.weight", true),
            ("cue_enc.0.weight", true),
            ("unet.input_blocks.0.0.bias", false),
            ("unet.out.2.weight", false),
        ] {
            assert_eq!(
                after.new_layers().contains(&name.to_owned()),
                is_new,
                "{name}"
            );
        }
    }

    #[test]
    fn a_network_is_not_extended_to_a_different_one() {
        let device = Device::Cpu;
        let start = config(json!({ "time_attention_levels": [0] }));
        let tensors = Variables::fresh(&start, 1, &device)
            .unwrap()
            .tensors()
            .unwrap();
        for other in [
            json!({}),
            json!({ "n_steps": 500, "time_attention_levels": [0] }),
        ] {
            let other = config(other);
            assert!(Variables::extended(&other, &start, &tensors, 1, &device).is_err());
        }
    }
}
