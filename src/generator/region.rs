//! Which beats of which parts are to be painted; everything else is kept.

use std::ops::Range;

use crate::music::metre::Metre;
use crate::music::piano_roll::RollPart;
use crate::time::BEATS_PER_SEGMENT;

/// Beats that a window keeps before what it paints, if there are that many.
const CONTEXT_BEATS: usize = BEATS_PER_SEGMENT as usize / 2;
const WINDOW_BEATS: usize = BEATS_PER_SEGMENT as usize;

/// The parts that are painted separately, in the order of their planes.
pub(super) const PARTS: [RollPart; 2] = [RollPart::Lead, RollPart::Accompaniment];

/// Returns the index of a part in [`PARTS`]; undivided music counts as accompaniment.
const fn index(part: RollPart) -> usize {
    match part {
        RollPart::Lead => 0,
        RollPart::All | RollPart::Accompaniment => 1,
    }
}

/// The beats of each part that are to be painted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// For each beat of the piece, whether each of [`PARTS`] is painted.
    painted: Vec<[bool; 2]>,
    /// The first beat that is not known yet, because it is painted later; the length of the piece if there is none.
    unknown_from: usize,
}

/// A stretch that the network paints at once, with what it keeps around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// The first of its 32 beats, at a bar line.
    pub(super) first_beat: usize,
    /// The beats of the piece that it paints, if they are in the region.
    pub(super) painted: Range<usize>,
}

impl Region {
    /// Returns all of a piece of `beats` beats.
    pub fn all(beats: usize) -> Self {
        Self {
            painted: vec![[true; 2]; beats],
            unknown_from: beats,
        }
    }

    /// Returns an empty region of a piece of `beats` beats.
    pub fn nothing(beats: usize) -> Self {
        Self {
            painted: vec![[false; 2]; beats],
            unknown_from: beats,
        }
    }

    /// Returns the region with some beats of some parts added.
    #[must_use]
    pub fn with(mut self, beats: Range<usize>, parts: &[RollPart]) -> Self {
        self.set(beats, parts, true);
        self
    }

    /// Returns the region without some beats of some parts, which are kept.
    #[must_use]
    pub fn without(mut self, beats: Range<usize>, parts: &[RollPart]) -> Self {
        self.set(beats, parts, false);
        self
    }

    /// Returns what both this region and `other`, of the same piece, paint.
    #[must_use]
    pub(super) fn and(&self, other: &Self) -> Self {
        let pairs = self.painted.iter().zip(&other.painted);
        Self {
            painted: pairs.map(|(a, b)| [a[0] && b[0], a[1] && b[1]]).collect(),
            unknown_from: self.unknown_from.min(other.unknown_from),
        }
    }

    /// Returns the region without the beats outside `beats`: those before are kept, and those after are painted later.
    #[must_use]
    pub(super) fn only(self, beats: &Range<usize>) -> Self {
        let all = self.beats();
        let only = (self.without(0..beats.start, &PARTS)).without(beats.end..all, &PARTS);
        Self {
            unknown_from: beats.end,
            ..only
        }
    }

    /// Returns whether a beat of a part is not known yet: it is painted, now or later.
    pub(super) fn is_open(&self, part: RollPart, beat: usize) -> bool {
        self.paints(part, beat) || (self.unknown_from..self.beats()).contains(&beat)
    }

    fn set(&mut self, beats: Range<usize>, parts: &[RollPart], painted: bool) {
        let end = beats.end.min(self.painted.len());
        for beat in &mut self.painted[beats.start.min(end)..end] {
            for part in parts {
                beat[index(*part)] = painted;
            }
        }
    }

    /// Returns the length of the piece in beats.
    pub fn beats(&self) -> usize {
        self.painted.len()
    }

    /// Returns whether a beat of a part is painted; beats beyond the piece are not.
    pub fn paints(&self, part: RollPart, beat: usize) -> bool {
        (self.painted.get(beat)).is_some_and(|painted| painted[index(part)])
    }

    /// Returns whether nothing is painted.
    pub fn is_empty(&self) -> bool {
        !self.painted.contains(&[true, true])
            && !self.painted.iter().any(|[lead, others]| *lead || *others)
    }

    /// Returns the stretches of beats in which some part is painted.
    fn stretches(&self) -> Vec<Range<usize>> {
        let mut stretches: Vec<Range<usize>> = Vec::new();
        for beat in (0..self.beats()).filter(|&beat| self.painted[beat] != [false, false]) {
            match stretches.last_mut() {
                Some(last) if last.end == beat => last.end += 1,
                _ => stretches.push(beat..beat + 1),
            }
        }
        stretches
    }

    /// Divides the region into windows that begin at bar lines and include as much kept music before and after as fits.
    pub(super) fn windows(&self, metre: Metre) -> Vec<Window> {
        let bar = metre.bar_beats() as usize;
        let last_start = self.beats().saturating_sub(WINDOW_BEATS).div_ceil(bar) * bar;
        let mut windows = Vec::new();
        for stretch in self.stretches() {
            let mut from = stretch.start;
            while from < stretch.end {
                let left = stretch.end - from;
                let context = if left <= WINDOW_BEATS - CONTEXT_BEATS {
                    (WINDOW_BEATS - left) / 2
                } else {
                    CONTEXT_BEATS
                };
                let start = from.saturating_sub(context).div_ceil(bar) * bar;
                let first_beat = start.min(last_start).min(from / bar * bar);
                let limit = first_beat + WINDOW_BEATS;
                let end = if limit < stretch.end {
                    limit / bar * bar
                } else {
                    stretch.end
                };
                windows.push(Window {
                    first_beat,
                    painted: from..end,
                });
                from = end;
            }
        }
        windows
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn windows(region: &Region, metre: Metre) -> Vec<(usize, Range<usize>)> {
        let windows = region.windows(metre).into_iter();
        windows
            .map(|window| (window.first_beat, window.painted))
            .collect()
    }

    #[test]
    fn a_whole_piece_is_painted_in_windows_that_keep_the_half_before_them() {
        let painted = windows(&Region::all(64), Metre::COMMON);
        assert_eq!(painted, [(0, 0..32), (16, 32..48), (32, 48..64)]);
    }

    #[test]
    fn no_window_ends_within_a_bar_unless_the_region_does() {
        let waltz = "3/4".parse().unwrap();
        let painted = windows(&Region::all(60), waltz);
        assert_eq!(painted, [(0, 0..30), (15, 30..45), (30, 45..60)]);
    }

    #[test]
    fn a_few_bars_see_what_is_before_and_after_them() {
        let region = Region::nothing(64).with(32..40, &PARTS);
        assert_eq!(windows(&region, Metre::COMMON), [(20, 32..40)]);
    }

    #[test]
    fn a_short_piece_has_one_window_from_its_start() {
        assert_eq!(windows(&Region::all(12), Metre::COMMON), [(0, 0..12)]);
        let end = Region::nothing(12).with(8..12, &[RollPart::Lead]);
        assert_eq!(windows(&end, Metre::COMMON), [(0, 8..12)]);
    }

    #[test]
    fn parts_and_beats_are_kept_one_by_one() {
        let region = Region::all(8).without(2..4, &[RollPart::Lead]);
        assert!(!region.paints(RollPart::Lead, 3) && region.paints(RollPart::Accompaniment, 3));
        assert!(!region.paints(RollPart::Lead, 8));
        assert!(Region::nothing(8).is_empty() && !region.is_empty());
    }

    #[test]
    fn what_is_painted_later_is_open_but_not_painted_now() {
        let region = Region::all(12).only(&(4..8));
        let painted: Vec<usize> = (0..12)
            .filter(|&beat| region.paints(RollPart::Lead, beat))
            .collect();
        let open: Vec<usize> = (0..13)
            .filter(|&beat| region.is_open(RollPart::Lead, beat))
            .collect();
        assert_eq!((painted, open), ((4..8).collect(), (4..12).collect()));
    }

    proptest! {
        #[test]
        fn windows_cover_the_region_once_from_bar_lines(
            painted in prop::collection::vec(any::<[bool; 2]>(), 1..200),
            metre in prop::sample::select(Metre::ALL.to_vec()),
        ) {
            let unknown_from = painted.len();
            let region = Region { painted, unknown_from };
            let bar = metre.bar_beats() as usize;
            let mut covered = vec![0; region.beats()];
            for window in region.windows(metre) {
                prop_assert_eq!(window.first_beat % bar, 0);
                prop_assert!(window.painted.start >= window.first_beat);
                prop_assert!(window.painted.end <= window.first_beat + WINDOW_BEATS);
                window.painted.for_each(|beat| covered[beat] += 1);
            }
            for (beat, covered) in covered.into_iter().enumerate() {
                let wanted = PARTS.into_iter().any(|part| region.paints(part, beat));
                prop_assert_eq!(covered, usize::from(wanted));
            }
        }
    }
}
