//! The place of a clip on the music's timeline.

use serde::{Deserialize, Serialize};

use crate::conditioning::beat_rows::BeatRows;
use crate::error::{Fault, find_named};
use crate::features::{ClipFeatures, Track};
use crate::music::tempo_map::TempoMap;
use crate::time::{Bars, Beats, Seconds};

/// How rows of the clip are matched to beats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Alignment {
    /// By time, from the tempo and the clip's start.
    #[default]
    Time,
    /// By index, the whole clip over the whole piece, as the Diff-BGM authors' data loader does.
    Stretch,
}

impl Alignment {
    const ALL: [Self; 2] = [Self::Time, Self::Stretch];

    fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Stretch => "stretch",
        }
    }
}

impl std::str::FromStr for Alignment {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        find_named("an alignment", name, &Self::ALL, Self::name)
    }
}

/// Maps between the picture's seconds and the music's beats.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// The tempo of the music.
    pub tempo_map: TempoMap,
    /// The beat of the music at which the clip starts.
    pub clip_start: Beats,
    /// How rows are matched to beats.
    pub alignment: Alignment,
}

impl Placement {
    /// Returns the beat of the music at a time in the clip.
    pub fn beat_at(&self, clip_time: Seconds) -> Beats {
        self.tempo_map.beat_after(self.clip_start, clip_time)
    }

    /// Returns the time in the clip at a beat of the music; negative before the clip starts.
    pub fn clip_time_at(&self, beat: Beats) -> Seconds {
        self.tempo_map.seconds_between(self.clip_start, beat)
    }

    /// Returns the length of a piece that ends at the first bar line at or after the clip's end.
    pub fn bars_of(&self, clip: &ClipFeatures) -> Bars {
        Bars::covering(self.beat_at(clip.duration))
    }

    /// Returns the row of `track` at the start of each of `beats` beats.
    pub fn rows(&self, track: &Track, beats: usize) -> BeatRows {
        BeatRows::new((0..beats).map(|beat| {
            let index = match self.alignment {
                Alignment::Time => self.row_index(track, beat as f64),
                Alignment::Stretch => beat * track.rows() / beats.max(1),
            };
            track.row(index).to_vec()
        }))
    }

    /// Returns the mean of the rows of `track` within each of `beats` beats.
    pub fn means(&self, track: &Track, beats: usize) -> BeatRows {
        BeatRows::new((0..beats).map(|beat| {
            let first = self.row_index(track, beat as f64);
            let end = self.rows_before(track, (beat + 1) as f64);
            let end = end.clamp(first + 1, track.rows().max(first + 1));
            let mut sum = vec![0.0; track.width];
            for index in first..end {
                for (sum, value) in sum.iter_mut().zip(track.row(index)) {
                    *sum += value;
                }
            }
            sum.iter_mut().for_each(|sum| *sum /= (end - first) as f32);
            sum
        }))
    }

    /// Returns the index of the row at a beat, or of the nearest row outside the clip.
    fn row_index(&self, track: &Track, beat: f64) -> usize {
        self.rows_before(track, beat)
            .min(track.rows().saturating_sub(1))
    }

    /// Returns the number of whole rows from the clip's start to a beat.
    fn rows_before(&self, track: &Track, beat: f64) -> usize {
        let time = self.clip_time_at(Beats(beat));
        // The small offset keeps rounding from missing a row that starts exactly on the beat.
        (time.0 * track.rate_hz + 1e-6).floor().max(0.0) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::tempo_map::TempoChange;
    use crate::time::Tempo;

    fn placement(tempo_bpm: f64, clip_start: f64, alignment: Alignment) -> Placement {
        Placement {
            tempo_map: Tempo::new(tempo_bpm).unwrap().into(),
            clip_start: Beats(clip_start),
            alignment,
        }
    }

    fn counting(rows: usize, rate_hz: f64) -> Track {
        Track {
            rate_hz,
            width: 1,
            values: (0..rows).map(|row| row as f32).collect(),
        }
    }

    fn column(rows: &BeatRows) -> Vec<f32> {
        rows.window(0, rows.beats())
    }

    #[test]
    fn rows_are_taken_at_the_time_of_each_beat() {
        let rows = placement(60.0, 0.0, Alignment::Time).rows(&counting(20, 2.0), 5);
        assert_eq!(column(&rows), [0.0, 2.0, 4.0, 6.0, 8.0]);
        let faster = placement(120.0, 0.0, Alignment::Time).rows(&counting(20, 2.0), 5);
        assert_eq!(column(&faster), [0.0, 1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn beats_outside_the_clip_take_its_first_or_last_row() {
        let rows = placement(60.0, 2.0, Alignment::Time).rows(&counting(3, 1.0), 7);
        assert_eq!(column(&rows), [0.0, 0.0, 0.0, 1.0, 2.0, 2.0, 2.0]);
    }

    #[test]
    fn stretching_spreads_all_rows_over_all_beats() {
        let rows = placement(100.0, 0.0, Alignment::Stretch).rows(&counting(9, 30.0), 6);
        assert_eq!(column(&rows), [0.0, 1.0, 3.0, 4.0, 6.0, 7.0]);
    }

    #[test]
    fn means_are_over_the_rows_within_a_beat() {
        let rows = placement(60.0, 0.0, Alignment::Time).means(&counting(8, 4.0), 2);
        assert_eq!(column(&rows), [1.5, 5.5]);
    }

    #[test]
    fn a_clip_lies_on_the_seconds_of_a_tempo_that_changes() {
        // 60 BPM, from beat 8 on 180 BPM.
        let changes = [(0.0, 60.0), (8.0, 180.0)].map(|(at, bpm)| TempoChange {
            at: Beats(at),
            tempo: Tempo::new(bpm).unwrap(),
        });
        let placement = Placement {
            tempo_map: TempoMap::new(changes.into()).unwrap(),
            ..placement(60.0, 2.0, Alignment::Time)
        };
        for (seconds, beat) in [(0.0, 2.0), (6.0, 8.0), (7.0, 11.0), (58.0, 164.0)] {
            assert_eq!(placement.beat_at(Seconds(seconds)), Beats(beat));
            assert_eq!(placement.clip_time_at(Beats(beat)), Seconds(seconds));
        }
        let rows = placement.rows(&counting(60, 1.0), 15);
        assert_eq!(
            column(&rows)[6..],
            [4.0, 5.0, 6.0, 6.0, 6.0, 7.0, 7.0, 7.0, 8.0]
        );
        let clip = ClipFeatures {
            duration: Seconds(60.0),
            ..ClipFeatures::default()
        };
        assert_eq!(placement.bars_of(&clip), Bars(43));
    }

    #[test]
    fn a_clip_of_half_a_minute_at_100_bpm_takes_13_bars() {
        let clip = ClipFeatures {
            duration: Seconds(30.0),
            ..ClipFeatures::default()
        };
        assert_eq!(
            placement(100.0, 0.0, Alignment::Time).bars_of(&clip),
            Bars(13)
        );
        assert_eq!(
            placement(100.0, 4.0, Alignment::Time).bars_of(&clip),
            Bars(14)
        );
    }
}
