//! Starts a run, or resumes the one in the output folder.

use std::fs;
use std::path::Path;

use candle_core::Device;
use diff_bgm::counted::counted;
use diff_bgm::diffusion::config::{ConditionKind, ModelConfig};
use diff_bgm::diffusion::model::Model;
use diff_bgm::train::checkpoint::{Checkpoint, Origin, fingerprint, read_model};
use diff_bgm::train::music::Extent;
use diff_bgm::train::settings::TrainSettings;
use diff_bgm::train::trainer::Trainer;
use diff_bgm::train::variables::Variables;
use diff_bgm::{Error, Result};

use super::{Arguments, Preset};

impl Arguments {
    /// Returns the settings of a resumed run: those it `had`, except for options that may change.
    fn resumed(&self, had: &TrainSettings) -> Result<TrainSettings> {
        let changed = |settings: TrainSettings| TrainSettings {
            steps: self.steps.unwrap_or(had.steps),
            learning_rate: self.rate.unwrap_or(had.learning_rate),
            new_layers_rate: self.new_layers_rate.unwrap_or(had.new_layers_rate),
            checkpoint_every: self.checkpoint_every.unwrap_or(had.checkpoint_every),
            ..settings
        };
        let (resumed, asked) = (changed(had.clone()), changed(self.settings()));
        if asked != resumed {
            let (found, asked) = (resumed.unlike(&asked), asked.unlike(&resumed));
            return Err(Error::Usage(format!(
                "The run in {} has {}, not {}. Resume it with the same options, or choose another folder.",
                self.output.display(),
                found.join(", "),
                asked.join(", ")
            )));
        }
        Ok(resumed)
    }

    /// Checks that a resumed run has the network and the origin that the options describe.
    fn expect_same_origin(&self, checkpoint: &Checkpoint) -> Result<()> {
        let refuse = |found: &str, option: &str| {
            Err(Error::Usage(format!(
                "The run in {} {found}. Resume it without {option}, or choose another folder.",
                self.output.display()
            )))
        };
        if let Some(params) = &self.params {
            let mut asked = read_params(params)?;
            asked
                .cue_quantiles
                .clone_from(&checkpoint.config.cue_quantiles);
            if asked != checkpoint.config {
                return refuse("has another network", "--params");
            }
        }
        let Some(origin) = &checkpoint.origin else {
            return Ok(());
        };
        if let Some(model) = &self.model
            && origin.model != Some(fingerprint(model)?)
        {
            return refuse("did not start from this model", "--model");
        }
        if self.measure_cues && !origin.measure_cues {
            return refuse("kept the network's scale of the cues", "--measure-cues");
        }
        Ok(())
    }

    /// Returns the origin of the run, checking that a resumed one has the same music.
    pub(super) fn origin(&self, had: Option<Origin>, music: Extent) -> Result<Origin> {
        match had {
            Some(had) if had.music != music => Err(Error::Usage(format!(
                "The run in {} was trained on {}, but {} has {}. Use the same music, or choose another folder for the run.",
                self.output.display(),
                amount(had.music),
                self.data.display(),
                amount(music)
            ))),
            Some(had) => Ok(had),
            None => Ok(Origin {
                model: (self.model.as_deref()).map(fingerprint).transpose()?,
                measure_cues: self.measure_cues,
                music,
            }),
        }
    }

    /// Returns the run in the output folder, or a new one.
    pub(super) fn checkpoint(&self, device: &Device) -> Result<Checkpoint> {
        if let Some(mut checkpoint) = Checkpoint::read(&self.output, device)? {
            self.expect_same_origin(&checkpoint)?;
            checkpoint.settings = self.resumed(&checkpoint.settings)?;
            return Ok(checkpoint);
        }
        if self.preset == Preset::Published && (&self.model, &self.params) == (&None, &None) {
            return Err(Error::Usage(
                "`--preset published` needs a network. Give the authors' params.json with --params, or a model with --model."
                    .to_owned(),
            ));
        }
        let settings = self.settings();
        let (mut config, variables) = match (&self.model, &self.params) {
            (Some(path), None) => {
                let (start, tensors) = read_model(path, device)?;
                if self.preset == Preset::Parts && start.cond_type != ConditionKind::Parts {
                    let variables = Variables::in_parts(&start, &tensors, device)
                        .map_err(|error| error.in_file(path))?;
                    (start.in_parts()?, variables)
                } else {
                    let variables = Variables::from_tensors(&start, &tensors, device)
                        .map_err(|error| error.in_file(path))?;
                    (start, variables)
                }
            }
            (Some(path), Some(params)) => {
                let (start, tensors) = read_model(path, device)?;
                let mut config = read_params(params)?;
                config.cue_quantiles.clone_from(&start.cue_quantiles);
                let variables =
                    Variables::extended(&config, &start, &tensors, settings.seed, device)
                        .map_err(|error| error.in_file(path))?;
                (config, variables)
            }
            (None, params) => {
                let built_in =
                    || -> Result<ModelConfig> { Ok(Model::built_in(device)?.config().clone()) };
                let config = match (params, self.preset) {
                    (Some(path), _) => read_params(path)?,
                    (None, Preset::Parts) => built_in()?,
                    (None, _) => built_in()?.without_parts(),
                };
                let variables = Variables::fresh(&config, settings.seed, device)?;
                (config, variables)
            }
        };
        if (config.cond_type == ConditionKind::Parts) != (self.preset == Preset::Parts) {
            return Err(Error::Usage(format!(
                "`--preset parts` is for models of the kind `parts`, and no other preset is; this model is of the kind `{}`. \
                 Choose another preset or another model.",
                config.cond_type.name()
            )));
        }
        if self.measure_cues {
            config.cue_quantiles.clear();
        }
        Trainer::new(config, settings, variables, device)?.checkpoint()
    }
}

/// Formats an amount of music, as in `1 song with 5 windows`.
fn amount(music: Extent) -> String {
    format!(
        "{} with {}",
        counted(music.songs, "song"),
        counted(music.windows, "window")
    )
}

fn read_params(path: &Path) -> Result<ModelConfig> {
    let text = fs::read_to_string(path).map_err(Error::io(path))?;
    ModelConfig::untrained(&text).map_err(|fault| fault.in_file(path))
}
