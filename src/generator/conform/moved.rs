//! What was asked of a draft, where its picture is in another cut.

use super::places::Places;
use crate::conditioning::harmony::Harmony;
use crate::conditioning::hits::{Hit, MAX_HITS};
use crate::conditioning::quiet::{Quiet, Stretch as QuietStretch, marked};
use crate::conditioning::steering::Lane;
use crate::features::recut::Recut;
use crate::generator::{Asked, Draft, Settings, placed_hits};
use crate::music::chord::{Chord, ChordChange};
use crate::music::cues::{Cue, CueMap};
use crate::music::key::Key;
use crate::music::metre::Metre;
use crate::music::section::Section;
use crate::time::{Bars, Beats, Seconds};

/// The bars at the end of a piece that lead to its last chord.
const CADENCE_BARS: usize = 2;

/// Returns hits where their picture is now, sorted; several times if it is repeated, none if it is gone.
pub(super) fn hits(hits: &[Hit], recut: &Recut) -> Vec<Hit> {
    let places = hits.iter().flat_map(|hit| {
        let times = recut.new_times(hit.at).into_iter();
        times.map(|at| Hit { at, ..*hit })
    });
    let mut moved: Vec<Hit> = places.collect();
    moved.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
    moved.truncate(MAX_HITS);
    moved
}

/// Returns whether hits are the same, to a thousandth of a second.
pub(super) fn is_near(hits: &[Hit], others: &[Hit]) -> bool {
    let pairs = || hits.iter().zip(others);
    hits.len() == others.len()
        && pairs().all(|(one, other)| {
            (one.at.0 - other.at.0).abs() < 1e-3
                && (one.weight, one.side) == (other.weight, other.side)
        })
}

/// Returns quiet stretches where their picture is now.
pub(super) fn quiet(quiet: &[Quiet], recut: &Recut) -> Vec<Quiet> {
    let mut moved = Vec::new();
    for stretch in &recut.stretches {
        let (Some(start), Some(end)) = (stretch.old_start, stretch.old_end()) else {
            continue;
        };
        for one in quiet {
            let from = one.from.0.max(start.0);
            let to = one.to.0.min(end.0);
            if to - from > 1e-3 {
                let now = |old: f64| Seconds(stretch.new_start.0 + (old - start.0));
                let (from, to) = (now(from), now(to));
                moved = marked(&moved, QuietStretch { from, to }, Some(one.kind));
            }
        }
    }
    moved
}

/// Returns the harmony of a draft, in the key that its planned chords suggest if none was set.
pub(super) fn harmony(draft: &Draft) -> Harmony {
    let harmony = &draft.recipe.settings.harmony;
    let beats = draft.score.length().0 as usize;
    let chords = ChordChange::per_beat(draft.score.chords(), beats);
    match harmony {
        Harmony::Planned(None) if chords.iter().any(Option::is_some) => {
            Harmony::Planned(Some(Key::of_chords(&chords)))
        }
        _ => harmony.clone(),
    }
}

/// Returns the beat of the old draft whose picture each beat of the new one has: that of its bar, if that is kept.
pub(super) fn curve_sources(places: &Places<'_>, sources: &[Option<u32>]) -> Vec<Option<usize>> {
    let bar_beats = places.bar_beats;
    let old_beats = places.old_bars() * bar_beats;
    (0..sources.len() * bar_beats)
        .map(|beat| {
            if let Some(source) = sources[beat / bar_beats] {
                return Some(source as usize * bar_beats + beat % bar_beats);
            }
            let middle = places.new.clip_time_at(Beats(beat as f64 + 0.5));
            let old = places.old.beat_at(places.recut.old_time(middle)?).0;
            (old >= 0.0 && old < old_beats as f64).then_some(old as usize)
        })
        .collect()
}

/// Moves everything in `settings` that was drawn over the beats.
pub(super) fn curves(settings: &mut Settings, sources: &[Option<usize>]) {
    for cue in Cue::ALL {
        let moved = lane(&settings.steering.lanes[cue], sources);
        settings.steering.lanes[cue] = moved;
    }
    if !settings.lead_curve.is_empty() {
        settings.lead_curve = drawn(&settings.lead_curve, sources);
    }
}

/// Returns what was drawn, where its picture is now.
pub(super) fn drawn(values: &[Option<f32>], sources: &[Option<usize>]) -> Vec<Option<f32>> {
    let value = |source: &Option<usize>| values.get((*source)?).copied().flatten();
    sources.iter().map(value).collect()
}

fn lane(lane: &Lane, sources: &[Option<usize>]) -> Lane {
    match lane {
        Lane::Drawn(values) if values.len() > 1 => {
            // Where there is no old picture, the value before it holds.
            let first = sources.iter().flatten().next().copied().unwrap_or(0);
            let mut last = first;
            let held = sources.iter().map(|source| {
                last = source.unwrap_or(last);
                last
            });
            let value = |beat: usize| values.get(beat).or(values.last()).copied();
            Lane::Drawn(held.filter_map(value).collect())
        }
        Lane::Over {
            drawn: values,
            offset,
            under,
        } => Lane::Over {
            drawn: drawn(values, sources),
            offset: *offset,
            under: Box::new(self::lane(under, sources)),
        },
        lane => lane.clone(),
    }
}

/// Leaves out an imported theme unless its bars are kept where they are.
pub(super) fn theme(settings: &mut Settings, sources: &[Option<u32>]) {
    let ends = settings.theme.iter().map(|note| note.end().0);
    let Bars(bars) = settings
        .metre
        .bars_covering(Beats(ends.fold(0.0, f64::max)));
    let stays = (0..bars).all(|bar| sources.get(bar as usize).copied().flatten() == Some(bar));
    if !stays {
        settings.theme.clear();
    }
}

impl Asked {
    /// Returns what was asked of the old beats `sources`, beat by beat; anything where there is none.
    pub(super) fn moved(&self, sources: &[Option<usize>]) -> Self {
        let mut moved = self.clone();
        moved.steering.lanes = CueMap::from_fn(|cue| {
            let lane = &self.steering.lanes[cue];
            let values = sources.iter().map(|source| lane.value((*source)?, None));
            Lane::of_values(values.collect())
        });
        let value = |source: &Option<usize>| {
            let energy = source.and_then(|beat| self.energy.get(beat));
            energy.or(self.energy.last()).copied().unwrap_or(0.0)
        };
        moved.energy = sources.iter().map(value).collect();
        moved
    }
}

/// Returns the sections of the kept bars; painted ones belong to the section before them.
pub(super) fn sections(old: &[Section], sources: &[Option<u32>], metre: Metre) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for (bar, source) in sources.iter().enumerate() {
        let Some(source) = *source else { continue };
        let beat = metre.length(Bars(source));
        let Some(section) = old.iter().rev().find(|section| section.start <= beat) else {
            continue;
        };
        let goes_on = (sections.last()).is_some_and(|last| last.name == section.name);
        if !goes_on || section.start == beat {
            sections.push(Section {
                start: metre.length(Bars(bar as u32)),
                name: section.name.clone(),
            });
        }
    }
    sections
}

/// Returns the chords of the new draft. Kept bars have theirs. Painted ones go on as the draft did after the bars before them, or
/// came before the bars after them; the last bars lead to the end as those of the draft did. `planned` fills what is left.
pub(super) fn chords(
    old: &[Option<Chord>],
    planned: &[Option<Chord>],
    sources: &[Option<u32>],
    settings: &Settings,
) -> Vec<Option<Chord>> {
    let bar_beats = settings.metre.bar_beats() as usize;
    let old_bars = old.len() / bar_beats;
    let bars = sources.len();
    let mut of_bars: Vec<Option<usize>> = (sources.iter())
        .map(|source| source.map(|bar| bar as usize))
        .collect();
    let is_painted = |bar: usize| sources.get(bar).is_some_and(Option::is_none);
    for bar in (0..bars).rev().take(CADENCE_BARS) {
        if !(is_painted(bar) && settings.ends) {
            break;
        }
        of_bars[bar] = (bar + old_bars).checked_sub(bars);
    }
    for bar in 1..bars {
        let next = of_bars[bar - 1].map(|before| before + 1);
        of_bars[bar] = of_bars[bar].or(next.filter(|&next| next < old_bars));
    }
    for bar in (0..bars.saturating_sub(1)).rev() {
        let before = of_bars[bar + 1].and_then(|after| after.checked_sub(1));
        of_bars[bar] = of_bars[bar].or(before);
    }
    let of_beat = |beat: usize| match of_bars[beat / bar_beats] {
        Some(bar) => old
            .get(bar * bar_beats + beat % bar_beats)
            .copied()
            .flatten(),
        None => planned.get(beat).copied().flatten(),
    };
    let mut chords: Vec<Option<Chord>> = (0..bars * bar_beats).map(of_beat).collect();
    if let Harmony::Planned(_) = settings.harmony {
        let mut changed = chords.clone();
        for hit in placed_hits(settings) {
            hit.change_chord(&mut changed, bar_beats);
        }
        for beat in (0..chords.len()).filter(|beat| is_painted(beat / bar_beats)) {
            chords[beat] = changed[beat];
        }
    }
    chords
}
