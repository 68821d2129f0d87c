//! The options for control changes.

use clap::Args;
use diff_bgm::diffusion::config::ConditionKind;
use diff_bgm::diffusion::model::Model;
use diff_bgm::generator::Settings;
use diff_bgm::{Error, Result};

#[derive(Args)]
pub(crate) struct ControlArgs {
    /// Add a sustain pedal to chords and bass, which changes with the chords and at bar lines; needs a model of the family
    /// `parts`
    #[arg(long)]
    pedal: bool,
    /// Add expression to every part: a swell that follows the energy and the phrases
    #[arg(long)]
    expression: bool,
}

impl ControlArgs {
    /// Returns `settings` with the controllers that they or these options ask for.
    ///
    /// # Errors
    /// Returns [`Error::Usage`] if the model writes everything in one stream and a pedal is asked for.
    pub(crate) fn over(&self, settings: Settings, model: &Model) -> Result<Settings> {
        if self.pedal && model.config().cond_type != ConditionKind::Parts {
            return Err(Error::Usage(format!(
                "The model {} writes tune and accompaniment in one stream, where a pedal would blur the tune. Leave out \
                 --pedal, or use a model of the family `parts`.",
                model.name()
            )));
        }
        Ok(Settings {
            pedal: self.pedal || settings.pedal,
            expression: self.expression || settings.expression,
            ..settings
        })
    }
}
