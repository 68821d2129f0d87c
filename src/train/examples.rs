//! Draws training batches from music.
//!
//! All draws depend only on the run's seed and the number of the step, so that a resumed run takes the same steps as one
//! that was never stopped.

use crate::conditioning::beat_rows::BeatRows;
use crate::diffusion::config::ModelConfig;
use crate::diffusion::noise::{NoiseSource, NoiseUse};
use crate::error::{Error, Result};
use crate::music::piano_roll::PitchRange;
use crate::time::STEPS_PER_BEAT;
use crate::train::batch::Batch;
use crate::train::music::{Music, Source};
use crate::train::noise_levels::NoiseLevels;
use crate::train::settings::TrainSettings;
use crate::train::windows::Windows;

/// Transpositions in semitones, each equally likely.
const TRANSPOSITIONS: std::ops::Range<i8> = -6..6;

impl Music {
    /// Draws the batch of a step.
    ///
    /// # Errors
    /// Returns an error if a song lacks embeddings that the network reads.
    pub(crate) fn batch(
        &self,
        config: &ModelConfig,
        settings: &TrainSettings,
        step: u64,
    ) -> Result<Batch> {
        let source = NoiseSource::new(settings.seed, step as u32);
        let mut numbers = source.uniform(NoiseUse::Choices);
        let mut uniform = || numbers.next().unwrap_or_default();
        let size = settings.batch;
        let pitches = PitchRange::new(config.pitch_min as u8, config.img_w)?;
        let mut windows = Windows::default();
        for _ in 0..size {
            self.draw_window(config, settings, pitches, &mut uniform, &mut windows)?;
        }
        let diffusion_steps = NoiseLevels::new(config).draw(size, &mut uniform);
        windows.into_batch(config, &source, diffusion_steps)
    }

    /// Draws a window and appends it to `windows`.
    fn draw_window(
        &self,
        config: &ModelConfig,
        settings: &TrainSettings,
        pitches: PitchRange,
        uniform: &mut dyn FnMut() -> f64,
        windows: &mut Windows,
    ) -> Result<()> {
        let (place, height) = (uniform(), uniform());
        let semitones = TRANSPOSITIONS.start + (height * TRANSPOSITIONS.len() as f64) as i8;
        match &self.0 {
            Source::Pop909 { songs, scale, .. } => {
                let (song, start) = pick(songs, |song| &song.segment_starts, place);
                let window = song.transposed_window(start, semitones, pitches);
                windows.push(&window, scale, &settings.dropout, uniform);
            }
            Source::Parts(music) => {
                let window = music.draw(semitones, pitches, uniform);
                windows.push_parts(&window, config, &settings.dropout, uniform)?;
            }
            Source::Bgm909(pieces) => {
                let (piece, start) = pick(pieces, |piece| &piece.segment_starts, place);
                let beat = (start.0 / STEPS_PER_BEAT) as usize;
                let rows = |rows: &Option<BeatRows>, is_read: bool, kind: &str| match rows {
                    _ if !is_read => Ok(Vec::new()),
                    Some(rows) => Ok(rows.window(beat, config.img_h / STEPS_PER_BEAT as usize)),
                    None => Err(Error::Usage(format!(
                        "The song {} has no {kind} embeddings, which the model follows. Add its file, or remove the song \
                         from the split.",
                        piece.name
                    ))),
                };
                let kind = config.cond_type;
                let visual = rows(&piece.visual, kind.reads_visual(), "frame")?;
                let caption = rows(&piece.caption, kind.reads_caption(), "caption")?;
                let roll = piece.roll(start, semitones, pitches);
                windows.visual.extend(visual);
                windows.caption.extend(caption);
                windows.rolls.extend_from_slice(roll.values());
                windows.free.push(uniform() < settings.dropout.all);
            }
        }
        Ok(())
    }
}

/// Returns the piece and the start at `place`, 0 to 1, among all starts of all pieces.
fn pick<P, S: Copy>(pieces: &[P], starts: impl Fn(&P) -> &Vec<S>, place: f64) -> (&P, S) {
    let all: usize = pieces.iter().map(|piece| starts(piece).len()).sum();
    let mut index = ((place * all as f64) as usize).min(all - 1);
    for piece in pieces {
        let starts = starts(piece);
        if let Some(&start) = starts.get(index) {
            return (piece, start);
        }
        index -= starts.len();
    }
    unreachable!("some piece has the start of this index")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_start_of_every_piece_is_equally_likely() {
        let pieces = [vec![1, 2], vec![], vec![3]];
        let picked = |place| pick(&pieces, |piece| piece, place).1;
        assert_eq!(
            [picked(0.0), picked(0.34), picked(0.67), picked(1.0)],
            [1, 2, 3, 3]
        );
    }
}
