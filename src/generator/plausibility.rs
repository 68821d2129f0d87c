//! How implausible a painted bar is, so that weak bars can be painted again.
//!
//! A bar loses plausibility where its tune falls silent although it was asked to sound, leaps, stammers in chords or hides in
//! the accompaniment, and where its accompaniment rubs, is thick, leaves the chord or drops the figure of both its neighbours.
//! The weights were set so that one bar in ten of the held-out music for development is weak.

use std::ops::Range;

use super::canvas::Canvas;
use super::region::Region;
use crate::conditioning::parts::PartsConditioning;
use crate::music::metre::Metre;
use crate::music::note::GridNote;
use crate::music::piano_roll::RollPart;
use crate::time::STEPS_PER_BEAT;

/// A bar that costs more than this is weak.
pub(super) const WEAK: f64 = 1.2;
/// The cost of a bar that is empty although notes are asked for.
const EMPTY: f64 = 100.0;
/// The largest move in semitones that a singer makes with ease.
const EASY_MOVE: u8 = 5;
/// The largest move in semitones that is not a leap.
const SMALL_MOVE: u8 = 7;
/// Notes struck together that are thick.
const THICK: usize = 5;

/// Judges the bars of a piece.
pub(super) struct Plausibility<'a> {
    pub(super) conditioning: &'a PartsConditioning,
    pub(super) metre: Metre,
}

/// A bar to paint again.
pub(super) struct WeakBar {
    pub(super) beats: Range<usize>,
    cost: f64,
}

/// The notes of a piece by part, sorted by start.
pub(super) struct Parts {
    lead: Vec<GridNote>,
    others: Vec<GridNote>,
}

impl Parts {
    pub(super) fn of(canvas: &Canvas) -> Self {
        let (lead, others) =
            (canvas.notes().into_iter()).partition(|note| note.part == RollPart::Lead);
        Self { lead, others }
    }
}

impl Plausibility<'_> {
    /// Returns bars to paint again: weak ones among `painted`, the weakest first choice, no two of them neighbours; or, where
    /// `only_empty`, just the empty ones. Empty bars may be neighbours.
    pub(super) fn weak_bars(
        &self,
        canvas: &Canvas,
        region: &Region,
        painted: Range<usize>,
        only_empty: bool,
    ) -> Vec<WeakBar> {
        let parts = Parts::of(canvas);
        let bar = self.metre.bar_beats() as usize;
        let limit = if only_empty { EMPTY } else { WEAK };
        let first = painted.start.div_ceil(bar);
        let mut weak: Vec<WeakBar> = (first..painted.end / bar)
            .map(|index| WeakBar {
                beats: index * bar..(index + 1) * bar,
                cost: self.cost(&parts, region, index * bar),
            })
            .filter(|weak| weak.cost >= limit)
            .collect();
        weak.sort_by(|a, b| {
            b.cost
                .total_cmp(&a.cost)
                .then(a.beats.start.cmp(&b.beats.start))
        });
        let mut chosen: Vec<WeakBar> = Vec::new();
        for weak in weak {
            let touches = |other: &WeakBar| {
                other.beats.end == weak.beats.start || weak.beats.end == other.beats.start
            };
            if weak.cost >= EMPTY || !chosen.iter().any(touches) {
                chosen.push(weak);
            }
        }
        chosen
    }

    /// Returns those of `bars` that now cost no less than they did.
    pub(super) fn worse_bars(
        &self,
        canvas: &Canvas,
        region: &Region,
        bars: &[WeakBar],
    ) -> Vec<Range<usize>> {
        let parts = Parts::of(canvas);
        let is_worse = |bar: &&WeakBar| self.cost(&parts, region, bar.beats.start) >= bar.cost;
        let worse = bars.iter().filter(is_worse);
        worse.map(|bar| bar.beats.clone()).collect()
    }

    /// Returns the cost of the bar that begins at `first_beat`, counting only the parts that `region` paints in all of it.
    pub(super) fn cost(&self, parts: &Parts, region: &Region, first_beat: usize) -> f64 {
        let beats = first_beat..first_beat + self.metre.bar_beats() as usize;
        let paints = |part| beats.clone().all(|beat| region.paints(part, beat));
        let mut cost = 0.0;
        if paints(RollPart::Lead) {
            cost += self.lead_cost(parts, beats.clone());
        }
        if paints(RollPart::Accompaniment) {
            cost += self.accompaniment_cost(parts, beats.clone());
            if paints(RollPart::Lead) {
                cost += self.emptiness(parts, beats);
            }
        }
        cost
    }

    fn steps(beats: &Range<usize>) -> Range<u32> {
        beats.start as u32 * STEPS_PER_BEAT..beats.end as u32 * STEPS_PER_BEAT
    }

    fn emptiness(&self, parts: &Parts, beats: Range<usize>) -> f64 {
        let steps = Self::steps(&beats);
        let begins = |note: &GridNote| steps.contains(&note.start.0);
        let is_empty = !parts.lead.iter().chain(&parts.others).any(begins);
        if is_empty && self.conditioning.asks_for_notes(beats) {
            EMPTY
        } else {
            0.0
        }
    }

    fn lead_cost(&self, parts: &Parts, beats: Range<usize>) -> f64 {
        let steps = Self::steps(&beats);
        let line = &parts.lead;
        let (mut cost, mut moves, mut easy) = (0.0, 0usize, 0usize);
        for pair in line.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            if !steps.contains(&a.start.0) && !steps.contains(&b.start.0) {
                continue;
            }
            if a.start == b.start {
                cost += 0.4;
                continue;
            }
            let semitones = a.pitch.abs_diff(b.pitch);
            moves += 1;
            easy += usize::from((1..=2).contains(&semitones));
            cost += if semitones <= EASY_MOVE {
                0.0
            } else if semitones <= SMALL_MOVE {
                0.15
            } else {
                0.6
            };
        }
        if moves >= 3 {
            cost += (0.3 - easy as f64 / moves as f64).max(0.0);
        }
        let own = line.iter().filter(|note| steps.contains(&note.start.0));
        let (mut notes, mut hidden) = (0usize, 0usize);
        for note in own {
            let hides = |other: &&GridNote| {
                other.start <= note.start && note.start < other.end && other.pitch >= note.pitch
            };
            notes += 1;
            hidden += usize::from(parts.others.iter().any(|other| hides(&other)));
        }
        if notes > 0 {
            cost += 0.8 * (hidden as f64 / notes as f64 - 0.25).max(0.0);
        }
        let told: Vec<(f64, f64)> = beats
            .filter_map(|beat| {
                let asked = f64::from(self.conditioning.asked_lead(beat)?);
                Some((asked, Self::lead_share(line, beat)))
            })
            .collect();
        if !told.is_empty() {
            let count = told.len() as f64;
            let asked = told.iter().map(|(asked, _)| asked).sum::<f64>() / count;
            let came = told.iter().map(|(_, came)| came).sum::<f64>() / count;
            cost += 1.6 * (asked - came - 0.15).max(0.0) + (came - asked - 0.3).max(0.0);
        }
        cost
    }

    fn lead_share(line: &[GridNote], beat: usize) -> f64 {
        let first = beat as u32 * STEPS_PER_BEAT;
        let sounds = |step: &u32| {
            line.iter()
                .any(|note| note.start.0 <= *step && *step < note.end.0)
        };
        let count = (first..first + STEPS_PER_BEAT).filter(sounds).count();
        count as f64 / f64::from(STEPS_PER_BEAT)
    }

    fn accompaniment_cost(&self, parts: &Parts, beats: Range<usize>) -> f64 {
        let steps = Self::steps(&beats);
        let all = || parts.others.iter().chain(&parts.lead);
        let mut cost = 0.0;
        // Neighbouring semitones that sound together, by beat.
        for beat in beats.clone() {
            let first = beat as u32 * STEPS_PER_BEAT;
            let rubs = (first..first + STEPS_PER_BEAT).any(|step| {
                let sounding = all()
                    .filter(|note| note.start.0 <= step && step < note.end.0)
                    .fold(0u128, |set, note| set | 1 << note.pitch);
                sounding & (sounding >> 1) != 0
            });
            cost += if rubs { 0.5 } else { 0.0 };
        }
        let struck = |step: u32| all().filter(|note| note.start.0 == step).count();
        let struck: Vec<usize> = steps
            .clone()
            .map(struck)
            .filter(|&count| count > 0)
            .collect();
        let thick = struck.iter().filter(|&&count| count >= THICK).count();
        if !struck.is_empty() {
            cost += (thick as f64 / struck.len() as f64 - 0.2).max(0.0);
        }
        if let Some(chords) = self.conditioning.chords() {
            let (mut outside, mut sounding) = (0u32, 0u32);
            for note in &parts.others {
                let class = usize::from(note.pitch) % 12;
                let heard = note.start.0.max(steps.start)..note.end.0.min(steps.end);
                for step in heard {
                    if let Some(Some(chord)) = chords.get((step / STEPS_PER_BEAT) as usize) {
                        sounding += 1;
                        outside += u32::from(!chord.classes[class]);
                    }
                }
            }
            if sounding > 0 {
                cost += 2.0 * (f64::from(outside) / f64::from(sounding) - 0.15).max(0.0);
            }
        }
        cost + self.figure_cost(parts, &steps) + self.sparseness(parts, beats)
    }

    /// Returns the cost of fewer notes than were asked for.
    fn sparseness(&self, parts: &Parts, beats: Range<usize>) -> f64 {
        let steps = Self::steps(&beats);
        let begins = |note: &&GridNote| steps.contains(&note.start.0);
        let came = parts
            .lead
            .iter()
            .chain(&parts.others)
            .filter(begins)
            .count() as f64;
        match self.conditioning.asked_onsets(beats) {
            Some(asked) if asked >= 1.0 => (0.9 - came / f64::from(asked)).max(0.0),
            _ => 0.0,
        }
    }

    /// Returns the cost of an accompaniment whose rhythm is that of neither neighbour.
    fn figure_cost(&self, parts: &Parts, steps: &Range<u32>) -> f64 {
        let bar = self.metre.bar_steps();
        let figure = |start: u32| {
            let here = parts
                .others
                .iter()
                .filter(|note| (start..start + bar).contains(&note.start.0));
            here.fold(0u64, |figure, note| figure | 1 << (note.start.0 - start))
        };
        let own = figure(steps.start);
        let before = steps.start.checked_sub(bar).map(figure);
        let neighbours = before.into_iter().chain([figure(steps.end)]);
        let alike = neighbours.filter(|&other| other != 0).map(|other| {
            let either = (own | other).count_ones().max(1);
            f64::from((own & other).count_ones()) / f64::from(either)
        });
        alike
            .reduce(f64::max)
            .map_or(0.0, |alike| 1.5 * (0.8 - alike).max(0.0))
    }
}

#[cfg(test)]
mod tests;
