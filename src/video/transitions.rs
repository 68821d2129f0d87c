//! Finds gradual changes: dissolves, and fades into and out of a plain picture.
//!
//! During a dissolve every picture is a mixture of one before it and one after it, and the share of the latter grows
//! steadily from nothing to all. What moves is no such mixture. During a fade, contrast shrinks to nothing, or grows.

use std::collections::VecDeque;
use std::rc::Rc;

use super::signature::Signature;
use super::sums::{sum, sums};
use crate::features::{Transition, TransitionKind};
use crate::time::Seconds;

mod ramp;

use ramp::Ramp;

/// The stretches of time that are looked at, in seconds: each a little longer than some transitions.
const SPANS: [f64; 5] = [0.5, 0.8, 1.25, 2.0, 3.2];
/// Pictures that follow each other faster are passed over.
const SHORTEST_STEP_SECONDS: f64 = 1.0 / 31.0;
/// The fewest pictures in a stretch.
const FEWEST_PICTURES: usize = 6;
/// A picture whose contrast, the standard deviation of luma from 0 to 1, is below this is plain.
const PLAIN_CONTRAST: f32 = 0.012;
/// A shot that fades has at least this contrast.
const SHOT_CONTRAST: f32 = 0.04;
/// By how much pictures change in a dissolve at least, in 8-bit levels: the root of the mean square.
const LEAST_LEVELS: f32 = 10.0;
/// At least this share of a picture takes part in a dissolve, which it does if it changes by this part of what the picture
/// changes by as a whole. Where a title appears, only the title does.
const CHANGED_SHARE: f32 = 0.45;
const TAKES_PART: f32 = 0.35;
/// How different their signatures are at least.
const LEAST_DIFFERENCE: f32 = 0.4;
/// How much of the way from one picture to the other a mixture may stray from it.
const LARGEST_STRAY: f32 = 0.3;
/// Transitions that overlap by more than this share of the shorter are one.
const SAME_SHARE: f64 = 0.2;

/// Looks for transitions in consecutive pictures. It keeps the signatures of the last three seconds.
pub(crate) struct TransitionFinder {
    recent: VecDeque<(f64, Rc<Signature>)>,
    found: Vec<Found>,
}

/// A transition, and how far its pictures strayed from mixtures.
struct Found {
    transition: Transition,
    stray: f32,
}

impl TransitionFinder {
    pub(crate) fn new() -> Self {
        Self {
            recent: VecDeque::new(),
            found: Vec::new(),
        }
    }

    /// Takes the next picture, which is first shown at `time`.
    pub(crate) fn push(&mut self, Seconds(time): Seconds, signature: &Rc<Signature>) {
        let last = self.recent.back();
        if last.is_some_and(|(last, _)| time - last < SHORTEST_STEP_SECONDS) {
            return;
        }
        self.recent.push_back((time, Rc::clone(signature)));
        let longest = SPANS[SPANS.len() - 1];
        while self.recent.len() > 2 && time - self.recent[1].0 >= longest {
            self.recent.pop_front();
        }
        let mut first_before = usize::MAX;
        for span in SPANS {
            let first = self
                .recent
                .iter()
                .rposition(|(earlier, _)| time - earlier >= span);
            // Where pictures are rare, spans begin with the same one.
            let Some(first) = first.filter(|&first| first != first_before) else {
                continue;
            };
            first_before = first;
            if let Some(found) = self.examine(first) {
                self.keep(found);
            }
        }
    }

    /// Returns the transitions of a clip that lasts to `end`, without those in which one of its `cuts` lies.
    pub(crate) fn finish(self, cuts: &[Seconds], end: Seconds) -> Vec<Transition> {
        let mut transitions: Vec<Transition> = (self.found.into_iter())
            .map(|found| found.transition)
            .filter(|transition| {
                !(cuts.iter()).any(|cut| cut.0 > transition.start.0 && cut.0 < transition.end.0)
            })
            .collect();
        in_order(&mut transitions, end);
        transitions
    }

    /// Returns the transition between picture `first` of the recent ones and the latest.
    fn examine(&self, first: usize) -> Option<Found> {
        let pictures = self.recent.range(first..).collect::<Vec<_>>();
        if pictures.len() < FEWEST_PICTURES {
            return None;
        }
        let (from, to) = (&pictures.first()?.1, &pictures.last()?.1);
        let times = || pictures.iter().map(|(time, _)| *time);
        let (plain_before, plain_after) = (is_plain(from.contrast()), is_plain(to.contrast()));
        if plain_before != plain_after {
            let shot = if plain_before { to } else { from };
            if shot.contrast() < SHOT_CONTRAST {
                return None;
            }
            let share = |contrast: f32| {
                let share = contrast / shot.contrast();
                if plain_before { share } else { 1.0 - share }
            };
            let shares = pictures
                .iter()
                .map(|(_, picture)| share(picture.contrast()));
            let kind = if plain_before {
                TransitionKind::FadeIn
            } else {
                TransitionKind::FadeOut
            };
            // That the picture is plain tells that the fade is over.
            let ramp = Ramp::of(times(), shares, [!plain_before, !plain_after])?;
            return found(ramp, kind, 0.0);
        }
        if plain_before {
            return None;
        }
        let way = Way::between(from, to)?;
        let (share, _) = way.place(&pictures[pictures.len() / 2].1);
        if !(0.2..=0.8).contains(&share) {
            return None;
        }
        let places: Vec<(f32, f32)> = (pictures.iter())
            .map(|(_, picture)| way.place(picture))
            .collect();
        let mixed = places.iter().filter(|place| (0.2..=0.8).contains(&place.0));
        let strays: Vec<f32> = mixed.map(|place| place.1).collect();
        let stray = strays.iter().sum::<f32>() / strays.len().max(1) as f32;
        if strays.len() < 2 || stray > LARGEST_STRAY {
            return None;
        }
        let ramp = Ramp::of(times(), places.into_iter().map(|place| place.0), [true; 2])?;
        (to.difference(from) >= LEAST_DIFFERENCE)
            .then(|| found(ramp, TransitionKind::Dissolve, stray))?
    }

    /// Keeps what was found, unless it was found before with less stray.
    fn keep(&mut self, found: Found) {
        let length = |transition: &Transition| transition.end.0 - transition.start.0;
        let is_same = |other: &Found| {
            let (one, other) = (&found.transition, &other.transition);
            let common = one.end.0.min(other.end.0) - one.start.0.max(other.start.0);
            common > SAME_SHARE * length(one).min(length(other))
        };
        let known: Vec<bool> = self.found.iter().map(is_same).collect();
        let is_better = (self.found.iter().zip(&known))
            .all(|(other, is_same)| !is_same || found.stray < other.stray);
        if is_better {
            let mut known = known.into_iter();
            self.found.retain(|_| !known.next().unwrap_or(false));
            self.found.push(found);
        }
    }
}

/// Sorts transitions, and ends each where the next begins or the clip ends.
pub(crate) fn in_order(transitions: &mut Vec<Transition>, end: Seconds) {
    transitions.sort_by(|a, b| a.start.0.total_cmp(&b.start.0));
    let mut next = end.0;
    for transition in transitions.iter_mut().rev() {
        transition.start = Seconds(transition.start.0.max(0.0));
        transition.end = Seconds(transition.end.0.min(next));
        next = transition.start.0;
    }
    transitions.retain(|transition| transition.end.0 > transition.start.0);
}

/// Returns whether a picture of this contrast shows next to nothing.
pub(crate) fn is_plain(contrast: f32) -> bool {
    contrast < PLAIN_CONTRAST
}

fn found(ramp: Ramp, kind: TransitionKind, stray: f32) -> Option<Found> {
    let transition = Transition {
        start: Seconds(ramp.start),
        end: Seconds(ramp.end),
        kind,
    };
    Some(Found { transition, stray })
}

/// The way from one picture to another.
struct Way<'a> {
    from: &'a [f32],
    /// What is added on the way.
    change: Vec<f32>,
    /// The sum of the squares of the change.
    square: f32,
}

impl<'a> Way<'a> {
    /// Returns the way between two pictures, or `None` if they are too similar for mixtures to tell.
    fn between(from: &'a Signature, to: &Signature) -> Option<Self> {
        let from = from.luma();
        let change: Vec<f32> = (to.luma().iter().zip(from))
            .map(|(to, from)| to - from)
            .collect();
        let square = sum(&change, |change| change * change);
        let levels = (square / change.len() as f32).sqrt();
        let changed = change
            .iter()
            .filter(|change| change.abs() > TAKES_PART * levels);
        let is_other =
            levels > LEAST_LEVELS && changed.count() as f32 >= CHANGED_SHARE * change.len() as f32;
        is_other.then_some(Self {
            from,
            change,
            square,
        })
    }

    /// Returns how far along the way a picture is, 0 to 1, and how far it strays from it, as a share of its length.
    fn place(&self, picture: &Signature) -> (f32, f32) {
        let pictures = [picture.luma(), self.from, &self.change];
        let [along, distance] = sums(pictures, |[here, from, change]| {
            let gone = here - from;
            [gone * change, gone * gone]
        });
        // The part of the distance that is not along the way, by the theorem of Pythagoras.
        let share = along / self.square;
        let stray = (distance / self.square - share * share).max(0.0);
        (share, stray.sqrt())
    }
}

#[cfg(test)]
mod tests;
