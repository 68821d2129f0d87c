//! How a network is trained.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::train::dropout::Dropout;
use crate::train::optimizer::AdamW;

/// The most windows in a batch.
const MAX_BATCH: usize = 4096;
/// The most by which new layers may learn faster.
const MAX_NEW_LAYERS_RATE: f64 = 1000.0;
/// The share of the peak learning rate that the cosine ends at.
const FINAL_RATE_SHARE: f64 = 0.02;

/// Settings of a training run; kept in its checkpoints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainSettings {
    /// Optimiser steps of the whole run.
    pub steps: u64,
    /// Windows a step.
    pub batch: usize,
    /// The highest learning rate.
    pub learning_rate: f64,
    /// How much faster the layers learn that a model was extended by.
    #[serde(default = "one")]
    pub new_layers_rate: f64,
    /// Steps over which the rate rises from nothing.
    pub warm_up_steps: u64,
    /// Whether the rate then falls along a cosine, rather than staying.
    pub cosine: bool,
    /// The optimiser's own settings.
    pub optimizer: AdamW,
    /// The largest norm of all gradients together.
    pub gradient_norm: f64,
    /// How slowly the averaged weights follow, 0 for at once.
    pub ema_decay: f64,
    /// Which conditions are left out.
    pub dropout: Dropout,
    /// Seed of weights, windows and noise.
    pub seed: u64,
    /// Steps between checkpoints.
    pub checkpoint_every: u64,
}

fn one() -> f64 {
    1.0
}

impl TrainSettings {
    /// Those of the authors' `params.json` and `learner.py`: AdamW's forerunner without decay, a constant rate, and no
    /// average of the weights. The authors drop no conditions; here a fifth of windows is told none, because guidance
    /// needs a network that knows music without them.
    pub fn published() -> Self {
        Self {
            steps: 100_000,
            batch: 32,
            learning_rate: 5e-5,
            new_layers_rate: 1.0,
            warm_up_steps: 0,
            cosine: false,
            optimizer: AdamW {
                betas: (0.9, 0.999),
                weight_decay: 0.0,
            },
            gradient_norm: 10.0,
            ema_decay: 0.0,
            dropout: Dropout {
                all: 0.2,
                ..Dropout::NONE
            },
            seed: 1,
            checkpoint_every: 500,
        }
    }

    /// Those of the first stage of the model in the box, which the PyTorch mirror trained for 6,173 steps; the second took
    /// 7,283 steps of 8 windows at 2.5e-4 (`models/MODEL_CARD.md`).
    pub fn ours() -> Self {
        Self {
            steps: 20_000,
            batch: 16,
            learning_rate: 4e-4,
            new_layers_rate: 3.0,
            warm_up_steps: 50,
            cosine: true,
            optimizer: AdamW {
                betas: (0.9, 0.99),
                weight_decay: 0.01,
            },
            gradient_norm: 1.0,
            ema_decay: 0.999,
            dropout: Dropout::default(),
            seed: 1,
            checkpoint_every: 100,
        }
    }

    /// The learning rate of a step, from 0.
    pub fn rate(&self, step: u64) -> f64 {
        let warm_up = ((step + 1) as f64 / self.warm_up_steps.max(1) as f64).min(1.0);
        let done = (step as f64 / self.steps.max(1) as f64).min(1.0);
        let falling = if self.cosine {
            FINAL_RATE_SHARE + (1.0 - FINAL_RATE_SHARE) * 0.5 * (1.0 + libm::cos(PI * done))
        } else {
            1.0
        };
        self.learning_rate * warm_up * falling
    }

    /// How slowly the average follows after `step` steps; at first it is quick, so that it forgets the beginning.
    pub fn ema_decay_at(&self, step: u64) -> f64 {
        self.ema_decay.min((1 + step) as f64 / (10 + step) as f64)
    }

    /// Those settings of `self` that are not as in `other`, by their names.
    pub fn unlike(&self, other: &Self) -> Vec<String> {
        let fields = |settings| match serde_json::to_value(settings) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        let others = fields(other);
        (fields(self).iter())
            .filter(|(name, value)| others.get(*name) != Some(value))
            .map(|(name, value)| format!("{name} {value}"))
            .collect()
    }

    /// Checks what a user may set.
    ///
    /// # Errors
    /// [`Error::Value`] for what is out of range.
    pub fn check(&self) -> Result<()> {
        if !(1..=MAX_BATCH).contains(&self.batch) {
            let found = format!("a batch of {}", self.batch);
            return Err(Error::value(found, format!("1 to {MAX_BATCH}")));
        }
        if self.steps == 0 || self.checkpoint_every == 0 {
            return Err(Error::value("0 steps", "at least 1"));
        }
        if !(self.learning_rate > 0.0 && self.learning_rate <= 1.0) {
            let found = format!("a learning rate of {}", self.learning_rate);
            return Err(Error::value(found, "more than 0, at most 1"));
        }
        if !(self.new_layers_rate > 0.0 && self.new_layers_rate <= MAX_NEW_LAYERS_RATE) {
            let found = format!("{} times the rate for new layers", self.new_layers_rate);
            let expected = format!("more than 0, at most {MAX_NEW_LAYERS_RATE}");
            return Err(Error::value(found, expected));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_and_then_falls_along_a_cosine() {
        let settings = TrainSettings {
            steps: 1000,
            ..TrainSettings::ours()
        };
        assert!(settings.rate(0) < settings.rate(49));
        assert!(settings.rate(49) > settings.rate(500));
        let last = settings.rate(1000) / settings.learning_rate;
        assert!((last - FINAL_RATE_SHARE).abs() < 1e-9);
        assert_eq!(TrainSettings::published().rate(7), 5e-5);
    }

    #[test]
    fn settings_that_differ_are_named() {
        let ours = TrainSettings::ours();
        let other = TrainSettings {
            batch: 8,
            seed: 2,
            ..ours
        };
        assert_eq!(other.unlike(&ours), ["batch 8", "seed 2"]);
        assert!(ours.unlike(&ours).is_empty());
    }

    #[test]
    fn what_cannot_be_trained_is_refused() {
        let ours = TrainSettings::ours();
        assert!(ours.check().is_ok());
        for wrong in [
            TrainSettings {
                batch: 0,
                ..ours.clone()
            },
            TrainSettings {
                steps: 0,
                ..ours.clone()
            },
            TrainSettings {
                learning_rate: f64::NAN,
                ..ours
            },
        ] {
            assert!(wrong.check().is_err());
        }
    }
}
