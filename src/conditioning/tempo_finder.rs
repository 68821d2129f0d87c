//! Finds tempi at which the hits of a picture fall on strong beats.
//!
//! One tempo is kept from beginning to end. Tempi are tried in steps of [`STEP_BPM`], and each with every place of the
//! picture in the first bar, in steps of a twentieth of a beat, which hosts show exactly as hundredths.

use std::cmp::Ordering;

use crate::conditioning::hits::Hit;
use crate::music::metre::Metre;
use crate::time::{Beats, Seconds, Tempo};

/// The distance between tempi, in quarter notes per minute.
pub const STEP_BPM: f64 = 0.25;
/// The frame rate that is assumed of a picture whose own is unknown.
pub const USUAL_FRAME_RATE_HZ: f64 = 25.0;
/// How far tempi are from the present one, as a share of it.
pub const USUAL_RANGE: f64 = 0.15;
/// The farthest that tempi may be from the present one, as a share of it.
pub const MAX_RANGE: f64 = 0.5;
/// Places of the picture per beat.
const STARTS_PER_BEAT: u32 = 20;
/// Tempi closer than this are one choice to a musician; the best of them is shown.
const DISTINCT_BPM: f64 = 1.0;
/// What a beat costs that is not the first of its bar, per weight of the hit, in squared frames.
const MIDDLE_COST: f64 = 0.15;
const BEAT_COST: f64 = 0.3;

/// What tempi are searched for.
#[derive(Clone, Debug, PartialEq)]
pub struct TempoSearch {
    /// The moments of the picture. Which side of a beat they may err on does not matter here.
    pub hits: Vec<Hit>,
    /// The metre of the music.
    pub metre: Metre,
    /// The present tempo, around which tempi are tried.
    pub tempo: Tempo,
    /// How far from it, as a share: up to [`MAX_RANGE`].
    pub range: f64,
    /// Picture frames per second; 0 if unknown, which counts as [`USUAL_FRAME_RATE_HZ`].
    pub frame_rate_hz: f64,
}

/// A tempo, and how it meets the hits.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The tempo.
    pub tempo: Tempo,
    /// How far into a bar the picture starts; less than a bar.
    pub start: Beats,
    /// The hits, in the order of the search.
    pub met: Vec<MetHit>,
    /// The weighted distance of all hits, in squared frames.
    pub cost: f64,
}

/// A hit, and the strong beat that it falls on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetHit {
    /// Its time in the clip.
    pub at: Seconds,
    /// Its weight.
    pub weight: u8,
    /// The beat, counted from the start of the bar in which the picture starts.
    pub beat: Beats,
    /// How strong the beat is.
    pub strength: Strength,
    /// How much later than the hit the beat comes, in frames; negative if it comes before.
    pub frames: f64,
}

/// How strong a beat is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// A beat that is neither of the others.
    Beat,
    /// The middle of a bar, if a beat lies there.
    Middle,
    /// The first of a bar.
    Downbeat,
}

impl Strength {
    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Beat => "beat",
            Self::Middle => "middle",
            Self::Downbeat => "downbeat",
        }
    }

    fn cost(self) -> f64 {
        match self {
            Self::Beat => BEAT_COST,
            Self::Middle => MIDDLE_COST,
            Self::Downbeat => 0.0,
        }
    }
}

impl Candidate {
    /// Returns by how many frames the hits are missed on average.
    pub fn mean_frames(&self) -> f64 {
        let sum: f64 = self.met.iter().map(|hit| hit.frames.abs()).sum();
        sum / self.met.len().max(1) as f64
    }

    fn order(&self, other: &Self, present: Tempo) -> Ordering {
        // Rounding must not decide between equals.
        let millionths = |cost: f64| (cost * 1e6).round();
        let away = |tempo: Tempo| (tempo.bpm() - present.bpm()).abs();
        (millionths(self.cost).total_cmp(&millionths(other.cost)))
            .then(away(self.tempo).total_cmp(&away(other.tempo)))
            .then(self.tempo.bpm().total_cmp(&other.tempo.bpm()))
            .then(self.start.0.total_cmp(&other.start.0))
    }
}

impl TempoSearch {
    /// Returns the best `most` candidates, the best one first; none if there are no hits. Of equally good ones the nearest to
    /// the present tempo comes first.
    pub fn find(&self, most: usize) -> Vec<Candidate> {
        if self.hits.is_empty() {
            return Vec::new();
        }
        let mut all: Vec<Candidate> = self.tempi().map(|tempo| self.best_start(tempo)).collect();
        all.sort_by(|one, other| one.order(other, self.tempo));
        let mut found: Vec<Candidate> = Vec::new();
        for candidate in all {
            let is_near = |other: &Candidate| {
                (other.tempo.bpm() - candidate.tempo.bpm()).abs() < DISTINCT_BPM
            };
            if found.len() < most && !found.iter().any(is_near) {
                found.push(candidate);
            }
        }
        found
    }

    /// Returns how a tempo meets the hits from the place in the bar that is best for it.
    pub fn best_start(&self, tempo: Tempo) -> Candidate {
        let starts = 0..self.metre.bar_beats() * STARTS_PER_BEAT;
        let start = |number: u32| Beats(f64::from(number) / f64::from(STARTS_PER_BEAT));
        let costs = starts.map(|number| (self.cost(tempo, start(number)), number));
        let best = costs.min_by(|(one, _), (other, _)| {
            let millionths = |cost: &f64| (cost * 1e6).round();
            millionths(one).total_cmp(&millionths(other))
        });
        self.meet(tempo, start(best.map_or(0, |(_, number)| number)))
    }

    /// Returns how a tempo meets the hits if the picture starts `start` into a bar.
    pub fn meet(&self, tempo: Tempo, start: Beats) -> Candidate {
        let met = |hit: &Hit| self.meet_hit(hit, tempo, start);
        Candidate {
            tempo,
            start,
            met: self.hits.iter().map(met).collect(),
            cost: self.cost(tempo, start),
        }
    }

    /// Returns the frame rate that distances are counted in.
    pub fn frames_per_second(&self) -> f64 {
        if self.frame_rate_hz > 0.0 {
            self.frame_rate_hz
        } else {
            USUAL_FRAME_RATE_HZ
        }
    }

    /// Returns the tempi that are tried, ascending.
    fn tempi(&self) -> impl Iterator<Item = Tempo> + use<> {
        let range = self.range.clamp(0.0, MAX_RANGE);
        let limit = |bpm: f64| bpm.clamp(Tempo::MIN, Tempo::MAX) / STEP_BPM;
        let slowest = limit(self.tempo.bpm() * (1.0 - range)).ceil() as u32;
        let fastest = limit(self.tempo.bpm() * (1.0 + range)).floor() as u32;
        (slowest..=fastest).filter_map(|steps| Tempo::new(f64::from(steps) * STEP_BPM).ok())
    }

    fn cost(&self, tempo: Tempo, start: Beats) -> f64 {
        let hits = self.hits.iter();
        hits.map(|hit| hit_cost(hit.weight, &self.meet_hit(hit, tempo, start)))
            .sum()
    }

    fn meet_hit(&self, hit: &Hit, tempo: Tempo, start: Beats) -> MetHit {
        let at = start + tempo.beats_in(hit.at);
        let bar = f64::from(self.metre.bar_beats());
        let bar_start = Beats((at.0 / bar).floor() * bar);
        let met = |(place, strength): (Beats, Strength)| {
            let beat = bar_start + place;
            MetHit {
                at: hit.at,
                weight: hit.weight,
                beat,
                strength,
                frames: tempo.seconds_in(beat - at).0 * self.frames_per_second(),
            }
        };
        let next_bar = met((Beats(bar), Strength::Downbeat));
        strong_beats(self.metre)
            .map(met)
            .fold(next_bar, |best, other| {
                let is_better = hit_cost(hit.weight, &other) < hit_cost(hit.weight, &best);
                if is_better { other } else { best }
            })
    }
}

/// Returns what it costs to meet a hit so. The heavier it is, the more a strong beat is worth.
fn hit_cost(weight: u8, met: &MetHit) -> f64 {
    let weight = f64::from(weight.max(1));
    weight * (met.frames * met.frames + weight * met.strength.cost())
}

/// Returns the beats of a bar that musicians count.
fn strong_beats(metre: Metre) -> impl Iterator<Item = (Beats, Strength)> {
    let (bar, pulse) = (f64::from(metre.bar_beats()), metre.pulse().0);
    let pulses = (bar / pulse).round() as u32;
    (0..pulses).map(move |number| {
        let place = f64::from(number) * pulse;
        let strength = match number {
            0 => Strength::Downbeat,
            _ if bar > 2.0 && 2 * number == pulses => Strength::Middle,
            _ => Strength::Beat,
        };
        (Beats(place), strength)
    })
}

#[cfg(test)]
mod tests;
