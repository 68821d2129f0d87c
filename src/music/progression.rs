//! Chord progressions for a piece, drawn after those of the training music.
//!
//! A progression is a random walk through the successions counted in POP909, two chords per bar. Chords are major as
//! often as asked for, phrases of four bars tend to return, chords change with the bar rather than flicker, and the end
//! is on the tonic.

mod table;
mod tune;

use crate::music::chord::{Chord, MAJOR_LIKE};
use crate::music::key::Key;
use crate::music::scale::Scale;
use crate::time::{BARS_PER_PHRASE, BEATS_PER_BAR};
use table::{TABLE, Table};

pub use tune::Tune;

/// The shortest planned chord, in beats.
const SLOT_BEATS: usize = 2;
const SLOTS_PER_BAR: usize = BEATS_PER_BAR as usize / SLOT_BEATS;
/// Slots in a phrase.
const PHRASE_SLOTS: usize = BARS_PER_PHRASE as usize * SLOTS_PER_BAR;
/// The factors on the chord at the same place one phrase and two phrases before.
const RETURN_FACTORS: [f64; 2] = [6.0, 3.0];
/// The factor on holding a chord over a bar line.
const HOLD_FACTOR: f64 = 0.5;
/// The factor on returning to the chord before the last.
const FLICKER_FACTOR: f64 = 0.25;
/// The factor on the tonic at the start and in the last bar.
const TONIC_FACTOR: f64 = 8.0;
/// The factor on the tonic in the last bar of a piece that ends.
const FINAL_TONIC_FACTOR: f64 = 1e9;
/// The tonic of a minor key in semitones above that of its relative major.
const MINOR_TONIC: u8 = 9;
/// The factor on a chord for each of its tones outside a scale that is asked for.
const OUTSIDE_FACTOR: f64 = 0.01;
/// The least weight of a chord whose mode was not asked for.
const LEAST_MODE_WEIGHT: f64 = 0.02;

/// Plans a chord for each beat.
///
/// `major_shares` holds for each beat how often chords should be major-like, 0 to 1, or `None` to leave it open. Without
/// a key, one is drawn. If the piece `ends`, its last bar stays on the tonic. `uniform` returns numbers in 0…1; the same
/// numbers give the same plan.
pub fn plan(
    major_shares: &[Option<f32>],
    key: Option<Key>,
    ends: bool,
    uniform: &mut dyn FnMut() -> f64,
) -> Vec<Chord> {
    let home = key.map(Home::from);
    plan_under(&Tune::default(), major_shares, &[], home, ends, uniform)
}

/// What a progression is at home in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// A key; chords borrowed from elsewhere are welcome.
    Key(Key),
    /// A scale, to which the chords keep as far as possible.
    Scale(Scale),
}

impl From<Key> for Home {
    fn from(key: Key) -> Self {
        Self::Key(key)
    }
}

impl Home {
    fn scale(self) -> Scale {
        match self {
            Self::Key(key) => key.into(),
            Self::Scale(scale) => scale,
        }
    }

    /// Returns the tonic in semitones above that of the relative major.
    fn tonic(self) -> u8 {
        let scale = self.scale();
        (scale.tonic + 12 - scale.relative_major()) % 12
    }

    /// Returns the factor on a chord, which is written in C, for its tones outside the scale.
    fn fit(self, chord: &Chord) -> f64 {
        let Self::Scale(scale) = self else {
            return 1.0;
        };
        let (inside, major) = (scale.classes(), usize::from(scale.relative_major()));
        let outside =
            (0..12).filter(|class| chord.classes[*class] && !inside[(class + major) % 12]);
        outside.fold(1.0, |factor, _| factor * OUTSIDE_FACTOR)
    }
}

/// Like [`plan`], for a tune: chords that hold its tones are preferred, and without a key the one that fits it best is used.
/// A bar for which `repeated_bars` names an earlier one has its chords.
pub fn plan_under(
    tune: &Tune,
    major_shares: &[Option<f32>],
    repeated_bars: &[Option<usize>],
    home: Option<Home>,
    ends: bool,
    uniform: &mut dyn FnMut() -> f64,
) -> Vec<Chord> {
    let table = &*TABLE;
    let slots = major_shares.len().div_ceil(SLOT_BEATS);
    let drawn_tonic = (uniform() * 12.0) as u8 % 12;
    let found_tonic = tune.relative_major().unwrap_or(drawn_tonic);
    let relative_major = home.map_or(found_tonic, |home| home.scale().relative_major());
    // A piece that ends comes home to where it began, even if its mode turns in between.
    let tonic = (home.map(Home::tonic)).or_else(|| ends.then(|| prevailing_tonic(major_shares)));
    let weights: Vec<Vec<f64>> = (0..slots)
        .map(|slot| {
            let mut weights = slot_weights(table, slot, slots, major_shares, tonic, ends);
            for (weight, chord) in weights.iter_mut().zip(&table.chords) {
                *weight *= home.map_or(1.0, |home| home.fit(chord));
                *weight *= tune.fit(
                    slot * SLOT_BEATS..(slot + 1) * SLOT_BEATS,
                    relative_major,
                    chord,
                );
            }
            weights
        })
        .collect();
    let reach = reach_ahead(table, &weights);

    let mut walk: Vec<usize> = Vec::with_capacity(slots);
    for slot in 0..slots {
        let (bar, place) = (slot / SLOTS_PER_BAR, slot % SLOTS_PER_BAR);
        let repeated = repeated_bars.get(bar).copied().flatten();
        if let Some(&chord) = repeated.and_then(|bar| walk.get(bar * SLOTS_PER_BAR + place)) {
            walk.push(chord);
            continue;
        }
        let counts = walk.last().map(|&last| &table.counts_into(slot)[last]);
        let shares = (0..table.chords.len()).map(|chord| {
            let count = counts.map_or_else(|| table.uses(chord), |counts| counts[chord]);
            count * form_factor(&walk, chord) * weights[slot][chord] * reach[slot][chord]
        });
        walk.push(draw(&shares.collect::<Vec<f64>>(), uniform()));
    }
    (0..major_shares.len())
        .map(|beat| table.chords[walk[beat / SLOT_BEATS]].transposed(relative_major))
        .collect()
}

/// Returns the factor on a chord that comes from the form rather than from the chord before it.
fn form_factor(walk: &[usize], chord: usize) -> f64 {
    let slot = walk.len();
    let chord_before = |slots: usize| Some(walk[slot.checked_sub(slots)?]);
    let mut factor = 1.0;
    for (phrases, again) in (1..).zip(RETURN_FACTORS) {
        if chord_before(phrases * PHRASE_SLOTS) == Some(chord) {
            factor *= again;
        }
    }
    let last = chord_before(1);
    if slot.is_multiple_of(SLOTS_PER_BAR) && last == Some(chord) {
        factor *= HOLD_FACTOR;
    }
    if last != Some(chord) && chord_before(2) == Some(chord) {
        factor *= FLICKER_FACTOR;
    }
    factor
}

/// Returns the tonic, above that of the relative major, of the mode that is asked for most.
fn prevailing_tonic(major_shares: &[Option<f32>]) -> u8 {
    let (sum, count) = (major_shares.iter().flatten())
        .fold((0.0, 0.0), |(sum, count), share| (sum + share, count + 1.0));
    if sum < 0.5 * count { MINOR_TONIC } else { 0 }
}

/// Returns the weight of each chord in a slot.
fn slot_weights(
    table: &Table,
    slot: usize,
    slots: usize,
    major_shares: &[Option<f32>],
    tonic: Option<u8>,
    ends: bool,
) -> Vec<f64> {
    let beats = &major_shares[slot * SLOT_BEATS..];
    let asked: Vec<f64> = (beats.iter().take(SLOT_BEATS).flatten())
        .map(|&share| f64::from(share))
        .collect();
    let asked = (!asked.is_empty()).then(|| asked.iter().sum::<f64>() / asked.len() as f64);
    let asked_minor = asked.is_some_and(|share| share < 0.5);
    let tonic = tonic.unwrap_or(if asked_minor { MINOR_TONIC } else { 0 });
    let wants_tonic = slot == 0 || slot + SLOTS_PER_BAR >= slots;
    let weight = |chord: &Chord| {
        // Chords drawn by these weights have the share that is asked for.
        let fit = asked.map_or(1.0, |share| {
            if chord.mode == MAJOR_LIKE {
                share / table.major_share
            } else {
                (1.0 - share) / (1.0 - table.major_share)
            }
        });
        let fit = fit.max(LEAST_MODE_WEIGHT);
        let is_tonic = chord.bass == tonic && chord.classes[usize::from(tonic)];
        let above = |semitones: u8| chord.classes[usize::from((tonic + semitones) % 12)];
        let rests = (above(3) || above(4)) && above(7);
        let tonic_factor = match wants_tonic && is_tonic {
            true if ends && slot > 0 && rests => FINAL_TONIC_FACTOR,
            true => TONIC_FACTOR,
            false => 1.0,
        };
        fit * tonic_factor
    };
    table.chords.iter().map(weight).collect()
}

/// How well the slots after each chord can meet their weights (the backward pass of a hidden Markov model), relative to
/// the best chord of its slot.
fn reach_ahead(table: &Table, weights: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let chords = table.chords.len();
    let mut reach = vec![vec![1.0; chords]; weights.len()];
    for slot in (1..weights.len()).rev() {
        let counts = table.counts_into(slot);
        let ahead: Vec<f64> = (0..chords)
            .map(|from| {
                let all: f64 = counts[from].iter().sum();
                let wanted: f64 = (0..chords)
                    .map(|to| counts[from][to] * weights[slot][to] * reach[slot][to])
                    .sum();
                wanted / all.max(1.0)
            })
            .collect();
        let best = ahead
            .iter()
            .fold(f64::MIN_POSITIVE, |best, &value| best.max(value));
        reach[slot - 1] = ahead.into_iter().map(|value| value / best).collect();
    }
    reach
}

/// Returns the index that `uniform`, 0 to 1, picks in proportion to `shares`.
fn draw(shares: &[f64], uniform: f64) -> usize {
    let mut left = uniform * shares.iter().sum::<f64>();
    let found = shares.iter().position(|share| {
        left -= share;
        left < 0.0
    });
    found.unwrap_or_else(|| shares.iter().rposition(|&share| share > 0.0).unwrap_or(0))
}

#[cfg(test)]
mod tests;
