//! What became of a clip in another cut of it: which picture of the new clip is where in the old one.
//!
//! | File | Job |
//! |---|---|
//! | `trace` | what frames are recognised by, at a steady rate |
//! | `offsets` | how far each shot of the new clip may have moved |
//! | `path` | the best of these at every moment |
//! | `pieces` | the same, shot by shot, for people |
//! | `speed` | whether nothing was cut, and the whole runs at another speed |

use std::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::features::ClipFeatures;
use crate::time::Seconds;

mod offsets;
mod path;
mod pieces;
mod speed;
mod trace;

pub use pieces::{Fate, Piece};

use trace::Traces;

/// Times this close are one.
const SAME: f64 = 1e-6;
/// The share of the work that is to look for each shot.
const OF_SHOTS: f64 = 0.95;

/// A stretch of the new clip that shows one stretch of the old one, or none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Where it starts in the new clip.
    pub new_start: Seconds,
    /// Where it ends in the new clip.
    pub new_end: Seconds,
    /// Where it starts in the old clip, or `None` if it is not from there.
    pub old_start: Option<Seconds>,
}

/// What pictures were recognised by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Fingerprints of all frames.
    Fingerprints,
    /// The measures of the picture, because one of the clips has no fingerprints.
    Measures,
}

/// What became of the old clip in the new one.
#[derive(Clone, Debug, PartialEq)]
pub struct Recut {
    /// The new clip from its start to its end, without gap.
    pub stretches: Vec<Stretch>,
    /// What pictures were recognised by.
    pub basis: Basis,
    /// Length of the old clip.
    pub old_duration: Seconds,
    /// Where the shots of the old clip begin, its start included.
    old_shots: Vec<Seconds>,
    /// Where the shots of the new clip begin, its start included.
    new_shots: Vec<Seconds>,
    /// How long a frame is shown.
    frame: Seconds,
}

impl Stretch {
    /// Returns how much later its picture is in the old clip, if it is from there.
    pub fn offset(&self) -> Option<Seconds> {
        Some(self.old_start? - self.new_start)
    }

    /// Returns where it ends in the old clip, if it is from there.
    pub fn old_end(&self) -> Option<Seconds> {
        Some(self.old_start? + (self.new_end - self.new_start))
    }
}

impl Recut {
    /// Finds the picture of `new` in `old`.
    ///
    /// Shots may have moved, been repeated, left out, split, or trimmed at either end. They are recognised in another size,
    /// encoding or aspect and in a slightly different grade, not if they are mirrored or run at another speed. Times are exact
    /// to a frame with fingerprints; with the measures alone, only those of shots that keep one of their ends.
    ///
    /// # Errors
    /// Returns an error if either clip has neither fingerprints nor measures.
    pub fn find(old: &ClipFeatures, new: &ClipFeatures) -> Result<Self> {
        Self::find_with(old, new, &mut |_| ControlFlow::Continue(()))
    }

    /// Finds the picture of `new` in `old` as [`Recut::find`] does. That takes a second or two for every hour with a thousand shots,
    /// and more for each shot the more there are, so `on_progress` is told the share that is done, 0 to 1, and can stop it.
    ///
    /// # Errors
    /// As for [`Recut::find`], and [`Error::Cancelled`] if `on_progress` breaks.
    pub fn find_with(
        old: &ClipFeatures,
        new: &ClipFeatures,
        on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<Self> {
        let traces = Traces::of(old, new).ok_or_else(|| {
            Error::Usage(
                "One of the clips does not say what its picture looks like. Analyse both videos with `bgm features`."
                    .to_owned(),
            )
        })?;
        let [old_shots, new_shots] = [old, new].map(shot_starts);
        let mut of_shots = |done: f64| on_progress(OF_SHOTS * done);
        let candidates = offsets::candidates(&traces, &old_shots, &new_shots, &mut of_shots)
            .ok_or(Error::Cancelled)?;
        if on_progress(OF_SHOTS).is_break() {
            return Err(Error::Cancelled);
        }
        let stretches = path::best(&traces, &new_shots, &candidates);
        let rate_hz = [old, new].map(|clip| clip.frame_rate_hz);
        let slowest = rate_hz.into_iter().filter(|&hz| hz > 0.0);
        let known = slowest.reduce(f64::min).unwrap_or(traces.new.rate_hz);
        let slowest = match traces.basis {
            Basis::Fingerprints => known.min(1.0 / traces.period()),
            Basis::Measures => known,
        };
        Ok(Self {
            stretches,
            basis: traces.basis,
            old_duration: old.duration,
            old_shots,
            new_shots,
            frame: Seconds(1.0 / slowest),
        })
    }

    /// Returns the recut of a clip of `old_duration` at 25 frames a second, whose shots begin with `stretches`.
    #[cfg(test)]
    pub(crate) fn of_stretches(old_duration: f64, stretches: &[(f64, Option<f64>)]) -> Self {
        let mut at = 0.0;
        let stretches = stretches.iter().map(|&(seconds, old_start)| {
            let new_start = Seconds(at);
            at += seconds;
            Stretch {
                new_start,
                new_end: Seconds(at),
                old_start: old_start.map(Seconds),
            }
        });
        let stretches: Vec<Stretch> = stretches.collect();
        Self {
            new_shots: stretches.iter().map(|one| one.new_start).collect(),
            stretches,
            basis: Basis::Fingerprints,
            old_duration: Seconds(old_duration),
            old_shots: vec![Seconds(0.0)],
            frame: Seconds(0.04),
        }
    }

    /// Returns where the picture at a time of the new clip was in the old one; `None` if it is new.
    pub fn old_time(&self, new: Seconds) -> Option<Seconds> {
        let index = self.stretches.partition_point(|one| one.new_end <= new);
        let stretch = self.stretches.get(index)?;
        (stretch.new_start <= new).then_some(())?;
        Some(new + stretch.offset()?)
    }

    /// Returns where the picture at a time of the old clip is in the new one: nowhere if it was left out, several times if it is
    /// repeated. A cut to a shot whose beginning was trimmed is where the rest of the shot is cut to. Ascending.
    pub fn new_times(&self, old: Seconds) -> Vec<Seconds> {
        // A time that is meant to be a cut belongs to the shot that begins there.
        let early = 0.5 * self.frame.0;
        let mut times: Vec<Seconds> = Vec::new();
        for stretch in &self.stretches {
            let (Some(start), Some(end)) = (stretch.old_start, stretch.old_end()) else {
                continue;
            };
            let is_last = end.0 > self.old_duration.0 - early && old.0 <= end.0 + SAME;
            if start.0 - early <= old.0 && (old.0 < end.0 - early || is_last) {
                let new = stretch.new_start + (old - start);
                times.push(if new < stretch.new_start {
                    stretch.new_start
                } else {
                    new
                });
            }
        }
        times.dedup_by(|next, last| next.0 - last.0 < SAME);
        if times.is_empty() {
            times = self.cuts_to_the_rest(old);
        }
        times
    }

    /// Returns the cuts of the new clip to what is left of the shot of the old one that begins at a time, if one does.
    fn cuts_to_the_rest(&self, old: Seconds) -> Vec<Seconds> {
        let is_at = |cut: &Seconds, at: Seconds| (cut.0 - at.0).abs() < 1.5 * self.frame.0;
        let Some(shot) = self.old_shots.iter().position(|cut| is_at(cut, old)) else {
            return Vec::new();
        };
        let end = *self.old_shots.get(shot + 1).unwrap_or(&self.old_duration);
        let is_cut = |at| self.new_shots.iter().any(|cut| is_at(cut, at));
        let rests = self.stretches.iter().filter_map(|stretch| {
            let start = stretch
                .old_start
                .filter(|start| (old..end).contains(start))?;
            is_cut(stretch.new_start).then_some((start, stretch.new_start))
        });
        let rests: Vec<(Seconds, Seconds)> = rests.collect();
        let Some(first) = rests.iter().map(|(start, _)| start.0).reduce(f64::min) else {
            return Vec::new();
        };
        let from_first = rests
            .iter()
            .filter(|(start, _)| is_at(start, Seconds(first)));
        from_first.map(|(_, new_start)| *new_start).collect()
    }

    /// Returns whether the new clip shows the old one from its start to its end, and nothing else.
    pub fn is_identity(&self) -> bool {
        let lasts = self.stretches.last().is_some_and(|last| {
            last.old_end()
                .is_some_and(|end| (end.0 - self.old_duration.0).abs() <= 1.5 * self.frame.0)
        });
        lasts
            && (self.stretches.iter()).all(|one| one.offset().is_some_and(|by| by.0.abs() <= SAME))
    }
}

/// Returns where the shots of a clip begin, its start included.
fn shot_starts(clip: &ClipFeatures) -> Vec<Seconds> {
    let start = [Seconds(0.0)].into_iter();
    start.chain(clip.shots.iter().copied()).collect()
}

#[cfg(test)]
mod tests;
