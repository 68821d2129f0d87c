//! Where bar lines may lie so that more bars are on their picture: bars that are painted again may be faster or slower.

use super::places::Places;
use crate::features::recut::Stretch;
use crate::music::tempo_map::{TempoChange, TempoMap};
use crate::time::{Beats, Seconds, Tempo};

/// What painted bars between kept ones cost, in kept bars, and what they cost more if their tempo changes as far as it may.
const SEAM: f64 = 0.5;
const OTHER_TEMPO: f64 = 0.5;

/// A bar of the old draft where its picture is in the new clip, in seconds.
#[derive(Clone, Copy, Debug)]
struct Placed {
    source: usize,
    start: f64,
    end: f64,
}

/// Bars that are painted between kept ones: none if those meet.
#[derive(Clone, Copy, Debug)]
struct Painted {
    bars: usize,
    tempo: Tempo,
    cost: f64,
}

/// The best way to keep a bar.
#[derive(Clone, Copy, Debug)]
struct Way {
    value: f64,
    /// The kept bar before it, if there is one.
    before: Option<usize>,
    /// What is painted in between.
    painted: Painted,
}

/// Returns the tempo map under which most bars lie on their picture, if those that are painted may be faster or slower by a share of
/// `most`. `None` if no bar does.
pub(super) fn tempo_map(places: &Places<'_>, most: f64) -> Option<TempoMap> {
    let head_bars = head_bars(places);
    let head = Placed {
        source: head_bars,
        start: 0.0,
        end: places.old.clip_time_at(places.bar(head_bars)).0,
    };
    let bars: Vec<Placed> = (places.recut.stretches.iter())
        .flat_map(|stretch| whole_bars(places, stretch))
        .filter(|bar| bar.source >= head_bars)
        .collect();
    let mut ways: Vec<Option<Way>> = Vec::with_capacity(bars.len());
    for (index, bar) in bars.iter().enumerate() {
        let from_start = painted(
            places,
            head,
            places.old.tempo_map.initial_tempo(),
            bar,
            most,
        );
        let from_start = from_start.map(|painted| Way {
            value: 1.0 - painted.cost,
            before: None,
            painted,
        });
        let from_others = (0..index).filter_map(|before| {
            let way = ways[before]?;
            let last = bars[before];
            let painted = painted(places, last, last_tempo(places, last), bar, most)?;
            Some(Way {
                value: way.value + 1.0 - painted.cost,
                before: Some(before),
                painted,
            })
        });
        let best = from_start.into_iter().chain(from_others);
        ways.push(best.max_by(|a, b| a.value.total_cmp(&b.value)));
    }
    let values = ways.iter().enumerate();
    let values = values.filter_map(|(index, way)| Some((index, (*way)?.value)));
    let (mut last, _) = values.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let mut chosen = Vec::new();
    while let Some(way) = ways[last] {
        chosen.push((bars[last], way.painted));
        match way.before {
            Some(before) => last = before,
            None => break,
        }
    }
    chosen.reverse();
    TempoMap::new(changes(places, head_bars, &chosen)).ok()
}

/// Returns the bars before the picture begins, which stay.
fn head_bars(places: &Places<'_>) -> usize {
    let bars = places.old.clip_start.0 / places.bar_beats as f64;
    (bars.ceil().max(0.0) as usize).min(places.old_bars())
}

/// Returns the bars of the old draft that lie in a stretch of the old picture.
fn whole_bars(places: &Places<'_>, stretch: &Stretch) -> Vec<Placed> {
    let (Some(old_start), Some(old_end), Some(offset)) =
        (stretch.old_start, stretch.old_end(), stretch.offset())
    else {
        return Vec::new();
    };
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
    let end = (end.max(0.0) as usize).min(places.old_bars());
    let at = |bar: usize| places.old.clip_time_at(places.bar(bar)).0 - offset.0;
    let placed = |source: usize| Placed {
        source,
        start: at(source),
        end: at(source + 1),
    };
    (first.max(0.0) as usize..end).map(placed).collect()
}

/// Returns the tempo at the end of a bar.
fn last_tempo(places: &Places<'_>, bar: Placed) -> Tempo {
    let end = places.bar(bar.source + 1);
    places.old.tempo_map.tempo_at(end - Beats(1e-6))
}

/// Returns what is painted between a bar that ends at `tempo` and another one; `None` if that would take a tempo that is too far
/// from it.
fn painted(
    places: &Places<'_>,
    last: Placed,
    tempo: Tempo,
    next: &Placed,
    most: f64,
) -> Option<Painted> {
    let gap = next.start - last.end;
    let tolerance = 0.25 * places.tolerance_steps * tempo.seconds_in(Beats(1.0)).0 + 1e-6;
    if gap.abs() <= tolerance {
        return Some(Painted {
            bars: 0,
            tempo,
            cost: 0.0,
        });
    }
    if gap < 0.0 {
        return None;
    }
    let bar = tempo.seconds_in(places.bar(1)).0;
    let bars = (gap / bar).round().max(1.0);
    let needed = Tempo::new(tempo.bpm() * bars * bar / gap).ok()?;
    let change = (needed.bpm() / tempo.bpm() - 1.0).abs();
    (change <= most).then(|| Painted {
        bars: bars as usize,
        tempo: needed,
        cost: SEAM + OTHER_TEMPO * change / most,
    })
}

/// Returns the changes of tempo of kept bars, each with what is painted before it, after the bars before the picture.
fn changes(
    places: &Places<'_>,
    head_bars: usize,
    chosen: &[(Placed, Painted)],
) -> Vec<TempoChange> {
    let old = &places.old.tempo_map;
    let mut changes: Vec<TempoChange> = Vec::new();
    let mut add = |at: Beats, tempo: Tempo| {
        if changes.last().is_none_or(|last| last.tempo != tempo) {
            changes.push(TempoChange { at, tempo });
        }
    };
    copy(
        old,
        places.bar(0),
        places.bar(head_bars),
        Beats(0.0),
        &mut add,
    );
    let mut bar = head_bars;
    for (kept, painted) in chosen {
        if painted.bars > 0 {
            add(places.bar(bar), painted.tempo);
            bar += painted.bars;
        }
        let (from, to) = (places.bar(kept.source), places.bar(kept.source + 1));
        copy(old, from, to, places.bar(bar), &mut add);
        bar += 1;
    }
    changes
}

/// Adds the tempi of `old` between two beats, moved to `at`.
fn copy(old: &TempoMap, from: Beats, to: Beats, at: Beats, add: &mut impl FnMut(Beats, Tempo)) {
    if from >= to {
        return;
    }
    add(at, old.tempo_at(from));
    let inside = old.changes().iter();
    for change in inside.filter(|change| change.at > from && change.at < to) {
        add(at + (change.at - from), change.tempo);
    }
}
