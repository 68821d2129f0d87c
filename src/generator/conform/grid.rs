//! Where bar lines may lie so that more bars are on their picture: bars that are painted again may be faster or slower.

use super::places::Places;
use crate::features::recut::Stretch;
use crate::music::tempo_map::{TempoChange, TempoMap};
use crate::time::{Beats, Seconds, Tempo};

/// A run of bars.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Run {
    bars: usize,
    /// When it starts in the new clip, in seconds.
    start: f64,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// Bars of the old draft from this one on, at their tempo.
    Kept(usize),
    /// Bars to paint at a tempo.
    Painted(Tempo),
    /// The bars before the picture, which stay.
    Head,
}

/// Returns a tempo map under which as many bars as possible lie on their picture, if those that are painted may be faster or slower
/// by a share of `most`. `None` if there is none.
pub(super) fn tempo_map(places: &Places<'_>, most: f64) -> Option<TempoMap> {
    let head_bars = (places.old.clip_start.0 / places.bar_beats as f64)
        .ceil()
        .max(0.0) as usize;
    let mut runs = Vec::new();
    if head_bars > 0 {
        runs.push(Run {
            bars: head_bars,
            start: places.old.clip_time_at(Beats(0.0)).0,
            kind: Kind::Head,
        });
    }
    for stretch in &places.recut.stretches {
        if let Some(run) = whole_bars(places, stretch) {
            append(places, &mut runs, run, most);
        }
    }
    let changes = changes(places, &runs);
    TempoMap::new(changes).ok()
}

/// Returns the bars of the old draft that lie in a stretch of the old picture.
fn whole_bars(places: &Places<'_>, stretch: &Stretch) -> Option<Run> {
    let (old_start, old_end, offset) = (stretch.old_start?, stretch.old_end()?, stretch.offset()?);
    let bar_beats = places.bar_beats as f64;
    let slack = places.tolerance_steps / 4.0 / bar_beats;
    let first = if stretch.new_start.0 <= 0.0 && old_start.0 <= 0.0 {
        0.0
    } else {
        (places.old.beat_at(old_start).0 / bar_beats - slack).ceil()
    };
    let is_end = |end: Seconds, duration: Seconds| end.0 >= duration.0 - 1e-3;
    let goes_to_the_end =
        is_end(stretch.new_end, places.new_duration) && is_end(old_end, places.recut.old_duration);
    let end = if goes_to_the_end {
        places.old_bars() as f64
    } else {
        (places.old.beat_at(old_end).0 / bar_beats + slack).floor()
    };
    let (first, end) = (first.max(0.0) as usize, end.max(0.0) as usize);
    let end = end.min(places.old_bars());
    (first < end).then(|| Run {
        bars: end - first,
        start: places.old.clip_time_at(places.bar(first)).0 - offset.0,
        kind: Kind::Kept(first),
    })
}

impl Run {
    fn seconds(&self, places: &Places<'_>) -> f64 {
        let between = |first: usize| {
            let (from, to) = (places.bar(first), places.bar(first + self.bars));
            places.old.tempo_map.seconds_between(from, to).0
        };
        match self.kind {
            Kind::Kept(first) => between(first),
            Kind::Head => between(0),
            Kind::Painted(tempo) => tempo.seconds_in(places.bar(self.bars)).0,
        }
    }

    fn end(&self, places: &Places<'_>) -> f64 {
        self.start + self.seconds(places)
    }

    /// Returns the tempo at its end.
    fn last_tempo(&self, places: &Places<'_>) -> Tempo {
        let end = match self.kind {
            Kind::Painted(tempo) => return tempo,
            Kind::Kept(first) => places.bar(first + self.bars),
            Kind::Head => places.bar(self.bars),
        };
        places.old.tempo_map.tempo_at(end - Beats(1e-6))
    }

    /// Returns the run without its first bar.
    fn later(self, places: &Places<'_>) -> Self {
        let Kind::Kept(first) = self.kind else {
            return self;
        };
        let one = Run { bars: 1, ..self };
        Run {
            bars: self.bars - 1,
            start: one.end(places),
            kind: Kind::Kept(first + 1),
        }
    }
}

/// Appends a run of kept bars, with as many painted ones before it as fit. Bars at both sides are let go until their tempo may be
/// such that they fit.
fn append(places: &Places<'_>, runs: &mut Vec<Run>, mut run: Run, most: f64) {
    loop {
        if run.bars == 0 {
            return;
        }
        let line = (runs.last()).map_or(places.old.clip_time_at(Beats(0.0)).0, |last| {
            last.end(places)
        });
        let gap = run.start - line;
        let tempo = match (runs.iter().rev()).find(|run| !matches!(run.kind, Kind::Painted(_))) {
            Some(last) => last.last_tempo(places),
            None => places.old.tempo_map.initial_tempo(),
        };
        let bar = tempo.seconds_in(places.bar(1)).0;
        let tolerance = 0.25 * places.tolerance_steps * tempo.seconds_in(Beats(1.0)).0;
        if gap.abs() <= tolerance {
            // The bar line stays where the bars before put it.
            runs.push(Run { start: line, ..run });
            return;
        }
        if gap > 0.0 {
            let bars = (gap / bar).round().max(1.0);
            let needed = Tempo::new(tempo.bpm() * bars * bar / gap).ok();
            let is_near = |needed: &Tempo| (needed.bpm() / tempo.bpm() - 1.0).abs() <= most;
            if let Some(needed) = needed.filter(is_near) {
                runs.push(Run {
                    bars: bars as usize,
                    start: line,
                    kind: Kind::Painted(needed),
                });
                runs.push(run);
                return;
            }
        }
        let is_shorter = |last: &Run| matches!(last.kind, Kind::Kept(_)) && last.bars < run.bars;
        match runs.last_mut() {
            Some(last) if matches!(last.kind, Kind::Kept(_)) && !is_shorter(last) => {
                last.bars -= 1;
                if last.bars == 0 {
                    runs.pop();
                    runs.pop_if(|before| matches!(before.kind, Kind::Painted(_)));
                }
            }
            _ => run = run.later(places),
        }
    }
}

/// Returns the changes of tempo of some runs, one after another.
fn changes(places: &Places<'_>, runs: &[Run]) -> Vec<TempoChange> {
    let old = &places.old.tempo_map;
    let mut changes: Vec<TempoChange> = Vec::new();
    let mut add = |at: Beats, tempo: Tempo| {
        if changes.last().is_none_or(|last| last.tempo != tempo) {
            changes.push(TempoChange { at, tempo });
        }
    };
    let mut bar = 0;
    for run in runs {
        let at = places.bar(bar);
        match run.kind {
            Kind::Painted(tempo) => add(at, tempo),
            Kind::Head => copy(old, places.bar(0), places.bar(run.bars), at, &mut add),
            Kind::Kept(first) => {
                copy(
                    old,
                    places.bar(first),
                    places.bar(first + run.bars),
                    at,
                    &mut add,
                );
            }
        }
        bar += run.bars;
    }
    // The music goes on as it last did in the draft.
    let last = runs
        .iter()
        .rev()
        .find(|run| matches!(run.kind, Kind::Kept(_)));
    if let Some(last) = last {
        add(places.bar(bar), last.last_tempo(places));
    }
    if changes.is_empty() {
        return old.changes().to_vec();
    }
    changes
}

/// Adds the tempi of `old` between two beats, moved to `at`.
fn copy(old: &TempoMap, from: Beats, to: Beats, at: Beats, add: &mut impl FnMut(Beats, Tempo)) {
    add(at, old.tempo_at(from));
    let inside = old.changes().iter();
    for change in inside.filter(|change| change.at > from && change.at < to) {
        add(at + (change.at - from), change.tempo);
    }
}
