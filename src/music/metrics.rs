//! Measures of music, to compare drafts with real music. Nearness to its values counts, not a high number.

mod groove;
mod harmony;
mod structure;
mod texture;

use serde::Serialize;

use crate::music::metre::Metre;
use crate::music::note::GridNote;
use crate::music::score::Score;
use crate::time::{BARS_PER_PHRASE, Bars, Steps};

/// Measures of the notes of a piece; `None` if the piece is too short or too silent for a measure.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Metrics {
    /// The number of notes.
    pub notes: usize,
    /// The mean number of notes that start in a beat.
    pub notes_per_beat: f64,
    /// The mean number of notes that sound at once over the whole piece, rests included.
    pub polyphony: f64,
    /// The lowest pitch.
    pub lowest_pitch: Option<u8>,
    /// The highest pitch.
    pub highest_pitch: Option<u8>,
    /// Pitch-class histogram entropy in bits, of the onsets in 8 bars, mean over the windows of 8 bars: 0 for one pitch
    /// class, 3.58 for all 12 equally often (Wu and Yang, 2020).
    pub pitch_class_entropy: Option<f64>,
    /// Grooving pattern similarity: the share of the steps of a bar (16 in 4/4) at which two bars agree whether a note starts,
    /// mean over all pairs of bars (Wu and Yang, 2020).
    pub groove_similarity: Option<f64>,
    /// The share of notes in the best-fitting major or natural minor scale, mean over the windows of 8 bars.
    pub in_scale_share: Option<f64>,
    /// How much of the piece its best theme and the theme's returns explain, 0 to 1: the fitness of the fittest
    /// segment of 2 to 8 bars, after Müller, Jiang and Grosche (2013).
    ///
    /// The likeness of two bars is the mean of two cosines, of their rhythm (on which of the steps notes start) and of
    /// their harmony (how long each pitch class sounds in each beat). It is scaled so that 0.7 becomes 0 and equal bars
    /// 1; what is below 0.7 counts against a return. A segment of `n` bars gathers the non-overlapping stretches of `n`
    /// bars that are together most like it, bar by bar. Its fitness is the harmonic mean of their likeness and of the
    /// share of the piece that they cover, both without the segment itself. A piece without returns has 0;
    /// pieces of more than 1024 bars are not measured.
    pub structureness: Option<f64>,
    /// The share of onset times at which five or more notes start.
    pub heavy_onsets: Option<f64>,
    /// The share of the beats that sound on which two notes are a semitone, or a semitone plus octaves, apart.
    pub semitone_clashes: Option<f64>,
    /// The share of the notes after the first bar whose pitch also starts at the same place one bar earlier.
    pub bar_copies: Option<f64>,
    /// The share of the notes after the first four bars whose pitch also starts four bars earlier.
    pub phrase_copies: Option<f64>,
    /// The share of the top line's moves to another pitch that are one or two semitones. The top line consists of the
    /// highest note of each onset, unless a higher note of the line still sounds.
    pub top_line_steps: Option<f64>,
}

impl Metrics {
    /// Measures the notes of a score at the nearest sixteenths, as if its bars were of 4/4; see [`Metrics::of_grid`].
    pub fn of(score: &Score) -> Self {
        let notes = score.notes().iter().map(GridNote::quantised).collect();
        Self::of_grid(notes, Bars::covering(score.length()))
    }

    /// Measures `notes` of a piece of `bars` bars of 4/4; see [`Metrics::in_metre`].
    pub fn of_grid(notes: Vec<GridNote>, bars: Bars) -> Self {
        Self::in_metre(notes, bars, Metre::COMMON)
    }

    /// Measures `notes` of a piece of `bars` bars in any metre, which has as many steps in a bar as it has.
    ///
    /// The measures by windows and by pairs of bars follow the published evaluation of Diff-BGM, which leaves out the
    /// last window and the last bar in which any note starts; here a window that is the only one counts.
    pub fn in_metre(mut notes: Vec<GridNote>, bars: Bars, metre: Metre) -> Self {
        let bar_steps = metre.bar_steps();
        let end = Steps(bars.0 * bar_steps);
        notes.retain(|note| note.start < end);
        notes.sort_unstable();
        let sounding: u64 = notes
            .iter()
            .map(|note| u64::from((note.end.min(end) - note.start).0))
            .sum();
        Self {
            notes: notes.len(),
            notes_per_beat: ratio(notes.len() as f64, metre.length(bars).0),
            polyphony: ratio(sounding as f64, f64::from(end.0)),
            lowest_pitch: notes.iter().map(|note| note.pitch).min(),
            highest_pitch: notes.iter().map(|note| note.pitch).max(),
            pitch_class_entropy: harmony::pitch_class_entropy(&notes),
            groove_similarity: groove::similarity(&notes, bar_steps),
            in_scale_share: harmony::in_scale_share(&notes),
            structureness: structure::structureness(&notes, bars, bar_steps),
            heavy_onsets: texture::heavy_onsets(&notes),
            semitone_clashes: texture::semitone_clashes(&notes, end),
            bar_copies: texture::copies(&notes, Steps(bar_steps)),
            phrase_copies: texture::copies(&notes, Steps(BARS_PER_PHRASE * bar_steps)),
            top_line_steps: texture::top_line_steps(&notes),
        }
    }
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Returns the mean, or `None` if empty.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0u64), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::piano_roll::RollPart;

    fn note(start: u32, length: u32, pitch: u8) -> GridNote {
        GridNote {
            start: Steps(4 * start),
            pitch,
            part: RollPart::All,
            end: Steps(4 * (start + length)),
        }
    }

    #[test]
    fn notes_are_counted_by_onset_and_by_duration() {
        let notes = vec![note(0, 2, 48), note(0, 1, 60), note(3, 4, 72)];
        let metrics = Metrics::of_grid(notes, Bars(1));
        assert_eq!(metrics.notes, 3);
        assert_eq!(metrics.notes_per_beat, 0.75);
        assert_eq!(metrics.polyphony, 1.0);
        assert_eq!(
            (metrics.lowest_pitch, metrics.highest_pitch),
            (Some(48), Some(72))
        );
    }

    #[test]
    fn bars_are_those_of_the_metre() {
        let waltz: Metre = "3/4".parse().unwrap();
        let beats = (0..9).map(|beat| note(beat, 1, if beat % 3 == 0 { 48 } else { 60 }));
        let metrics = Metrics::in_metre(beats.collect(), Bars(3), waltz);
        assert_eq!(metrics.groove_similarity, Some(1.0));
        assert_eq!(metrics.bar_copies, Some(1.0));
        assert_eq!(metrics.notes_per_beat, 1.0);
        let common = Metrics::of_grid((0..9).map(|beat| note(beat, 1, 48)).collect(), Bars(2));
        assert_eq!(common.notes, 8);
    }

    #[test]
    fn silence_has_no_measures() {
        let silence = Metrics::of_grid(Vec::new(), Bars(8));
        assert_eq!(silence, Metrics::default());
        assert_eq!(Metrics::of_grid(Vec::new(), Bars(0)), Metrics::default());
    }
}
