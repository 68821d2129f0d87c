//! Pictures of what a network generates while it is trained.

use std::ops::ControlFlow;
use std::path::Path;

use crate::dataset::pop909::choose_windows;
use crate::error::Result;
use crate::evaluate::{Harmony, generate_segments};
use crate::generator::{Settings, uses_chords};
use crate::music::roll_picture::write_contact_sheet;
use crate::train::music::{Music, Source};
use crate::train::trainer::Trainer;

/// The picture's file name in the folder of a run.
const SAMPLES: &str = "samples.png";
/// Windows in the picture.
const WINDOWS: usize = 4;

/// Writes `samples.png` to `folder`: a fixed choice of training windows, each beside what the averaged weights generate
/// for its cues and chords with the default sampler.
///
/// Does nothing for the published families, which follow embeddings instead of cues, and for the `parts` family.
///
/// # Errors
/// Returns an error if the device fails or the picture cannot be written.
pub fn write_samples(folder: &Path, trainer: &Trainer, music: &Music) -> Result<()> {
    let Source::Pop909 { songs, .. } = &music.0 else {
        return Ok(());
    };
    let model = trainer.averaged_model()?;
    let windows = choose_windows(songs, WINDOWS, model.pitches());
    let settings = Settings::default();
    let harmony = if uses_chords(&model, &settings) {
        Harmony::Given
    } else {
        Harmony::Free
    };
    let mut go_on = |_, _| ControlFlow::Continue(());
    let generated = generate_segments(&model, &windows, harmony, &settings, &mut go_on)?;
    let pairs = windows.iter().zip(&generated);
    let rolls: Vec<_> = pairs
        .flat_map(|(window, generated)| [&window.roll, generated])
        .collect();
    write_contact_sheet(folder.join(SAMPLES), &rolls)
}
