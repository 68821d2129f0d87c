//! A picture of how a network sounds while it learns.

use std::ops::ControlFlow;
use std::path::Path;

use crate::error::Result;
use crate::evaluate::{Harmony, answer, choose_windows};
use crate::generator::{Settings, uses_chords};
use crate::music::roll_picture::write_contact_sheet;
use crate::train::music::Music;
use crate::train::trainer::Trainer;

/// The picture's name in the folder of a run.
pub const SAMPLES: &str = "samples.png";
/// Windows in the picture.
const WINDOWS: usize = 4;

/// Writes `samples.png` into `folder`: windows of the training music, always the same ones, each beside what the
/// averaged weights generate for its cues and chords with the default sampler. For the published families, which are
/// told embeddings, there is none.
///
/// # Errors
/// When the device fails or the picture cannot be written.
pub fn write_samples(folder: &Path, trainer: &Trainer, music: &Music) -> Result<()> {
    let Music::Cues { songs, .. } = music else {
        return Ok(());
    };
    let model = trainer.averaged_model()?;
    let windows = choose_windows(songs, WINDOWS, &model)?;
    let settings = Settings::default();
    let harmony = if uses_chords(&model, &settings) {
        Harmony::Given
    } else {
        Harmony::Free
    };
    let generated = answer(&model, &windows, harmony, &settings, &mut |_, _| {
        ControlFlow::Continue(())
    })?;
    let pairs = windows.iter().zip(&generated);
    let rolls: Vec<_> = pairs
        .flat_map(|(window, generated)| [&window.roll, generated])
        .collect();
    write_contact_sheet(folder.join(SAMPLES), &rolls)
}
