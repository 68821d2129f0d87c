//! The rows per beat of a piece for a network of the `parts` family.

mod row;

use candle_core::{DType, Tensor};

use crate::conditioning::beat_rows::BeatRows;
use crate::conditioning::clip_curves::ClipCurves;
use crate::conditioning::cue_scale::CueScale;
use crate::conditioning::harmony::{ChordRequest, Harmony, harmony_rows};
use crate::conditioning::hits::PlacedHit;
use crate::conditioning::lead::RESTS;
use crate::conditioning::major_shares;
use crate::conditioning::quiet::PlacedQuiet;
use crate::conditioning::steering::Steering;
use crate::diffusion::config::ModelConfig;
use crate::diffusion::cue_encoder::HARMONY_WIDTH;
use crate::diffusion::model::Model;
use crate::error::Result;
use crate::music::chord::Chord;
use crate::music::cues::{BeatCues, Cue};
use crate::music::metre::Metre;
use crate::music::note::Note;
use crate::music::scale::Scale;
use crate::music::style::Style;
use crate::music::tempo_map::TempoMap;
use crate::time::Beats;

pub use row::BeatPlace;
use row::{beat_row, placed_tempo};

/// Beats at the start of a piece that count as its opening, and at its end as its ending.
pub const FORM_BEATS: usize = 16;
/// The requests for a piece, besides the clip's curves.
#[derive(Clone, Copy, Debug)]
pub struct PartsRequest<'a> {
    /// How the cues follow the clip.
    pub steering: &'a Steering,
    /// Where the chords come from.
    pub harmony: &'a Harmony,
    /// What is asked of the tune at each beat, as [`Lead::value`](crate::conditioning::lead::Lead::value) returns it; free
    /// where there is no value.
    pub lead: &'a [Option<f32>],
    /// The tempo of the music.
    pub tempo_map: &'a TempoMap,
    /// The metre of the music.
    pub metre: Metre,
    /// The style, or `None` to leave it to the network.
    pub style: Option<Style>,
    /// The tune that chords are planned for; empty if there is none yet.
    pub tune: &'a [Note],
    /// For each bar the earlier bar whose planned chords it has; those beyond the slice have their own.
    pub repeated_bars: &'a [Option<usize>],
    /// The scale that planned chords keep to, if any.
    pub scale: Option<Scale>,
    /// What notes are to meet. Planned chords change on the strong ones.
    pub hits: &'a [PlacedHit],
    /// Where the music stops or thins out.
    pub quiet: &'a PlacedQuiet,
    /// Whether the piece ends: its last beats form an ending, and its chords return to the tonic.
    pub ends: bool,
    /// Seed of the chords.
    pub seed: u64,
}

/// What was measured on music that exists, beat by beat; all slices have one value a beat.
#[derive(Clone, Copy, Debug)]
pub struct MeasuredMusic<'a> {
    /// The cues of both parts together, in their own units.
    pub cues: &'a [BeatCues],
    /// The share of the beat's sixteenths on which the lead sounds, 0 to 1.
    pub lead_shares: &'a [f32],
    /// The tempo in quarters a minute, or `None` if it is unknown.
    pub tempo_bpm: &'a [Option<f32>],
    /// Where the beats lie.
    pub places: &'a [BeatPlace],
    /// The chords, or `None` for beats without one.
    pub chords: &'a [Option<Chord>],
    /// The style, or `None` to leave it to the network.
    pub style: Option<Style>,
}

/// The rows of a piece.
#[derive(Clone, Debug, PartialEq)]
pub struct PartsConditioning {
    rows: BeatRows,
    chords: Option<Vec<Option<Chord>>>,
    /// Onsets asked for in each beat, `None` if the density is free.
    onsets: Vec<Option<f32>>,
    /// The share of each beat in which the lead is to sound, `None` if it is free.
    lead_shares: Vec<Option<f32>>,
}

impl PartsConditioning {
    /// Makes the rows of a piece that is as long as `curves`.
    ///
    /// # Errors
    /// Returns an error if the configuration has no scale for its cues.
    pub fn new(
        config: &ModelConfig,
        curves: &ClipCurves,
        request: &PartsRequest<'_>,
    ) -> Result<Self> {
        let scale = CueScale::new(config)?;
        let cues = config.cues();
        let beats = curves.beats();
        let bar_beats = request.metre.bar_beats() as usize;
        let quiet = |beat| request.quiet.beat(beat);
        let steered = |cue, beat| {
            let value = request.steering.value(cue, beat, curves);
            match cue {
                Cue::Density => quiet(beat).density(value),
                _ => value,
            }
        };
        let lead = |beat| match quiet(beat).lead_rests() {
            true => Some(RESTS),
            false => request.lead.get(beat).copied().flatten(),
        };
        let row = |beat: usize| {
            let (from, to) = (Beats(beat as f64), Beats((beat + 1) as f64));
            let tempo = placed_tempo(request.tempo_map.mean_tempo(from, to).bpm());
            let values: Vec<Option<f32>> = (cues.iter())
                .map(|&cue| steered(cue, beat))
                .chain([lead(beat), Some(tempo)])
                .collect();
            let place = BeatPlace {
                opening: beat < FORM_BEATS || quiet(beat).opening,
                ending: request.ends && beat + FORM_BEATS >= beats || quiet(beat).ending,
                downbeat: beat.is_multiple_of(bar_beats),
                compound: request.metre.is_compound(),
            };
            beat_row(&values, place, request.style, config.styles.len())
        };
        let mut chords = request.harmony.chords_for(
            &major_shares(config, curves, request.steering),
            ChordRequest {
                metre: request.metre,
                tune: request.tune,
                repeated_bars: request.repeated_bars,
                scale: request.scale,
                ends: request.ends,
                seed: request.seed,
            },
        );
        if let (Harmony::Planned(_), Some(chords)) = (request.harmony, &mut chords) {
            for hit in request.hits {
                hit.change_chord(chords, bar_beats);
            }
        }
        Ok(Self {
            rows: BeatRows::new((0..beats).map(row)),
            chords,
            onsets: (0..beats)
                .map(|beat| scale.value(Cue::Density, steered(Cue::Density, beat)?))
                .collect(),
            lead_shares: (0..beats)
                .map(|beat| Some((lead(beat)? + 1.0) / 2.0))
                .collect(),
        })
    }

    /// Makes the rows that ask for everything that was measured on `music`, its chords included.
    ///
    /// # Errors
    /// Returns an error if the configuration has no scale for its cues.
    pub fn of_music(config: &ModelConfig, music: &MeasuredMusic<'_>) -> Result<Self> {
        let scale = CueScale::new(config)?;
        let row = |beat: usize| {
            let values: Vec<Option<f32>> = (scale.place(&music.cues[beat]).into_iter())
                .chain([2.0 * music.lead_shares[beat] - 1.0])
                .map(Some)
                .chain([music.tempo_bpm[beat].map(|bpm| placed_tempo(f64::from(bpm)))])
                .collect();
            beat_row(
                &values,
                music.places[beat],
                music.style,
                config.styles.len(),
            )
        };
        let density = |cues: &BeatCues| Some(cues.get(Cue::Density));
        Ok(Self {
            rows: BeatRows::new((0..music.cues.len()).map(row)),
            chords: Some(music.chords.to_vec()),
            onsets: music.cues.iter().map(density).collect(),
            lead_shares: music.lead_shares.iter().copied().map(Some).collect(),
        })
    }

    /// Returns the same rows with `chords` on the first beats.
    #[must_use]
    pub fn with_chords(mut self, chords: &[Option<Chord>]) -> Self {
        if chords.is_empty() {
            return self;
        }
        let all = self
            .chords
            .get_or_insert_with(|| vec![None; self.rows.beats()]);
        for (chord, known) in all.iter_mut().zip(chords) {
            *chord = *known;
        }
        self
    }

    /// Returns the same rows with other chords on all beats, or with a free harmony.
    #[must_use]
    pub fn with_harmony(mut self, chords: Option<Vec<Option<Chord>>>) -> Self {
        self.chords = chords;
        self
    }

    /// Returns the rows, without those of the harmony.
    pub fn rows(&self) -> &BeatRows {
        &self.rows
    }

    /// Returns the length of the piece in beats.
    pub fn beats(&self) -> usize {
        self.rows.beats()
    }

    /// Returns the chord of each beat, or `None` if the harmony is free.
    pub fn chords(&self) -> Option<&[Option<Chord>]> {
        self.chords.as_deref()
    }

    /// Returns whether notes are asked for in some beats: the density is given on all of them and adds up to at least one
    /// onset.
    pub fn asks_for_notes(&self, beats: std::ops::Range<usize>) -> bool {
        (self.asked_onsets(beats)).is_some_and(|onsets| onsets >= 1.0)
    }

    /// Returns the onsets asked for in some beats, or `None` if the density is free on one of them.
    pub fn asked_onsets(&self, beats: std::ops::Range<usize>) -> Option<f32> {
        self.onsets.get(beats)?.iter().copied().sum()
    }

    /// Returns the share of a beat in which the lead is to sound, 0 to 1, or `None` if it is free.
    pub fn asked_lead(&self, beat: usize) -> Option<f32> {
        *self.lead_shares.get(beat)?
    }

    /// Returns the rows `[1, count, 23]` of `count` beats from `first`, zero beyond the piece, and the harmony rows
    /// `[1, count, 25]` unless the harmony is free.
    ///
    /// # Errors
    /// Returns an error if the device cannot allocate them.
    pub fn window(
        &self,
        model: &Model,
        first: usize,
        count: usize,
    ) -> Result<(Tensor, Option<Tensor>)> {
        let inside = self.beats().saturating_sub(first).min(count);
        let padded = |rows: &BeatRows, width: usize| -> Result<Tensor> {
            let mut values = rows.window(first, inside);
            values.resize(count * width, 0.0);
            Ok(Tensor::from_vec(values, (1, count, width), model.device())?)
        };
        let rows = padded(&self.rows, self.rows.width())?;
        let harmony = (self.chords.as_deref())
            .map(|chords| padded(&harmony_rows(chords), HARMONY_WIDTH))
            .transpose()?;
        debug_assert_eq!(rows.dtype(), DType::F32);
        Ok((rows, harmony))
    }
}
