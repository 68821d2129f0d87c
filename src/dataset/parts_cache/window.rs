//! A window of 32 beats: its roll, and what is measured on it.

use super::{PartsCache, WindowPlace};
use crate::conditioning::parts::{BeatPlace, FORM_BEATS, MeasuredMusic, PartsConditioning};
use crate::diffusion::config::ModelConfig;
use crate::error::Result;
use crate::music::chord::{Chord, NO_MODE};
use crate::music::cues::{BeatCues, measure};
use crate::music::metre::Metre;
use crate::music::piano_roll::{PianoRoll, PitchRange, RollPart, RollParts, is_on};
use crate::time::{BEATS_PER_SEGMENT, STEPS_PER_BEAT, STEPS_PER_SEGMENT, Steps};

const BEATS: usize = BEATS_PER_SEGMENT as usize;
const STEPS: usize = STEPS_PER_BEAT as usize;

/// Thirty-two beats of a piece, with one value a beat in each list.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Where it lies.
    pub place: WindowPlace,
    /// Lead and accompaniment. A note that started earlier and still sounds is sustain without an onset.
    pub roll: PianoRoll,
    /// The metre, or `None` if it changes or is not one of [`Metre::ALL`].
    pub metre: Option<Metre>,
    /// The cues of both parts together, in their own units.
    pub cues: Vec<BeatCues>,
    /// The share of the beat's sixteenths on which the lead sounds, 0 to 1.
    pub lead_shares: Vec<f32>,
    /// The tempo in quarters a minute, or `None` if it is unknown.
    pub tempo_bpm: Vec<Option<f32>>,
    /// The chords, or `None` for beats without one.
    pub chords: Vec<Option<Chord>>,
    /// Which beats are of the piece's opening or ending, begin a bar, and are of a compound metre.
    pub beat_places: Vec<BeatPlace>,
}

impl Window {
    pub(super) fn cut(
        cache: &PartsCache,
        place: WindowPlace,
        semitones: i8,
        pitches: PitchRange,
    ) -> Self {
        let columns = &cache.columns;
        let beats = place.start_beat..place.start_beat + BEATS;
        let roll = roll(cache, place.start_beat * STEPS, semitones, pitches);
        let classes = semitones.rem_euclid(12) as u8;
        let chords: Vec<Option<Chord>> = (columns.chords[beats.clone()].iter())
            .map(|chord| chord.map(|chord| chord.transposed(classes)))
            .collect();
        let modes: Vec<f32> = (chords.iter())
            .map(|chord| chord.map_or(NO_MODE, |chord| chord.mode))
            .collect();
        let beat_place = |beat: usize| BeatPlace {
            opening: beat < place.first_sounding + FORM_BEATS,
            ending: beat + FORM_BEATS > place.last_sounding,
            downbeat: columns.downbeat[beat],
            compound: columns.compound[beat],
        };
        let beat_places: Vec<BeatPlace> = beats.clone().map(beat_place).collect();
        Self {
            place,
            metre: metre(&beat_places),
            cues: measure(&roll, &modes),
            lead_shares: lead_shares(&roll),
            tempo_bpm: columns.tempo_bpm[beats].to_vec(),
            chords,
            beat_places,
            roll,
        }
    }

    /// Returns the rows that ask a network for everything that was measured.
    ///
    /// # Errors
    /// Returns an error if the configuration has no scale for its cues.
    pub fn conditioning(&self, config: &ModelConfig) -> Result<PartsConditioning> {
        let music = MeasuredMusic {
            cues: &self.cues,
            lead_shares: &self.lead_shares,
            tempo_bpm: &self.tempo_bpm,
            places: &self.beat_places,
            chords: &self.chords,
            style: Some(self.place.style),
        };
        PartsConditioning::of_music(config, &music)
    }
}

fn roll(cache: &PartsCache, start: usize, semitones: i8, pitches: PitchRange) -> PianoRoll {
    let parts = RollParts::LeadAndAccompaniment;
    let mut roll = PianoRoll::silent(Steps(STEPS_PER_SEGMENT), parts, pitches);
    let grids = [
        (RollPart::Lead, &cache.lead),
        (RollPart::Accompaniment, &cache.accompaniment),
    ];
    for (part, grid) in grids {
        let (onset, sustain) = roll.planes_mut(part);
        for step in 0..STEPS_PER_SEGMENT as usize {
            for (pitch, is_struck) in grid.at(start + step) {
                let pitch = pitch.checked_add_signed(semitones);
                let Some(column) = pitch.and_then(|pitch| pitches.index(pitch)) else {
                    continue;
                };
                let plane = if is_struck {
                    &mut *onset
                } else {
                    &mut *sustain
                };
                plane[step * pitches.count() + column] = 1.0;
            }
        }
    }
    roll
}

/// Returns the share of each beat's steps on which the lead sounds.
pub(crate) fn lead_shares(roll: &PianoRoll) -> Vec<f32> {
    let width = roll.pitches().count();
    let (onset, sustain) = (roll.onset(RollPart::Lead), roll.sustain(RollPart::Lead));
    let sounds: Vec<bool> = (onset.chunks_exact(width).zip(sustain.chunks_exact(width)))
        .map(|(onset, sustain)| onset.iter().chain(sustain).any(|&cell| is_on(cell)))
        .collect();
    let share = |beat: &[bool]| {
        let sounding = beat.iter().filter(|sounds| **sounds).count();
        sounding as f32 / STEPS as f32
    };
    sounds.chunks_exact(STEPS).map(share).collect()
}

/// Returns the metre of beats that begin with a bar; the last bar may go on after them.
fn metre(places: &[BeatPlace]) -> Option<Metre> {
    let downbeats: Vec<usize> = (0..places.len())
        .filter(|&beat| places[beat].downbeat)
        .collect();
    let bar = downbeats.get(1)?;
    let last_bar = places.len() - downbeats.last()?;
    let is_regular = downbeats.windows(2).all(|pair| pair[1] - pair[0] == *bar) && last_bar <= *bar;
    let compound = places[0].compound;
    if !is_regular || places.iter().any(|place| place.compound != compound) {
        return None;
    }
    let (beats, unit) = if compound { (2 * bar, 8) } else { (*bar, 4) };
    Metre::new(u8::try_from(beats).ok()?, unit).ok()
}
