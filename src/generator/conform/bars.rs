//! Which bars are kept.

use super::places::Places;
use crate::conditioning::hits::PlacedHit;
use crate::conditioning::quiet::PlacedQuiet;
use crate::generator::parts_draft::{end_of_picture, ends};
use crate::generator::{Settings, placed_hits};
use crate::music::note::Note;
use crate::time::{Bars, Beats, STEPS_PER_BEAT, Seconds};

/// Notes that are held less than this over a bar line, in beats, are not.
const HELD: f64 = 1e-3;

/// Picture that goes on steadily: from when to when in the new clip, and how much later it is in the old one. Before the picture
/// and after it, its start and its end.
struct Steady {
    from: f64,
    to: f64,
    offset: Option<f64>,
}

/// What a piece does at each beat, besides its picture.
struct Marks {
    hits: Vec<PlacedHit>,
    quiet: PlacedQuiet,
    last_chord: Option<usize>,
}

/// Returns the bar of the old draft that each bar of the new one, which has `settings` and `bars` bars, keeps.
pub(super) fn sources(places: &Places<'_>, settings: &Settings, bars: Bars) -> Vec<Option<u32>> {
    let old_settings = Settings {
        tempo_map: places.old.tempo_map.clone(),
        ..places.draft.recipe.settings.clone()
    };
    let old = Marks::of(
        places,
        &old_settings,
        places.draft.score.bars(),
        old_end(places),
    );
    let new = Marks::of(
        places,
        settings,
        bars,
        places.new.beat_at(places.new_duration),
    );
    let steady = steady(places);
    let mut sources: Vec<Option<u32>> = (0..bars.0 as usize)
        .map(|bar| {
            let begin = places.new.clip_time_at(places.bar(bar)).0;
            let end = places.new.clip_time_at(places.bar(bar + 1)).0;
            let shown = shown(&steady, begin, end, places.tolerance(places.bar(bar)));
            let offsets: Vec<f64> = shown.iter().map(|one| one.offset).collect::<Option<_>>()?;
            let candidates = offsets.iter().filter_map(|offset| {
                let beat = places.old.beat_at(Seconds(begin + offset));
                let source = (beat.0 / places.bar_beats as f64).round();
                (source >= 0.0 && source < places.old_bars() as f64).then_some(source as usize)
            });
            let fits = |&source: &usize| {
                is_on_its_picture(places, bar, source, &offsets)
                    && old.agree(source, &new, bar, places.bar_beats)
            };
            candidates
                .into_iter()
                .find(fits)
                .map(|source| source as u32)
        })
        .collect();
    let_splices_go(&mut sources, places.draft.score.notes(), places.bar_beats);
    sources
}

/// Returns where the picture of the old draft ends.
fn old_end(places: &Places<'_>) -> Beats {
    let asked = places.draft.recipe.asked.as_ref();
    asked.map_or_else(
        || places.old.beat_at(places.recut.old_duration),
        |asked| asked.picture_end,
    )
}

fn steady(places: &Places<'_>) -> Vec<Steady> {
    let (old_end, new_end) = (places.recut.old_duration.0, places.new_duration.0);
    let before = Steady {
        from: f64::NEG_INFINITY,
        to: 0.0,
        offset: Some(0.0),
    };
    let after = Steady {
        from: new_end,
        to: f64::INFINITY,
        offset: Some(old_end - new_end),
    };
    let stretches = places.recut.stretches.iter().map(|stretch| Steady {
        from: stretch.new_start.0,
        to: stretch.new_end.0,
        offset: stretch.offset().map(|offset| offset.0),
    });
    [before]
        .into_iter()
        .chain(stretches)
        .chain([after])
        .collect()
}

/// Returns what shows in some seconds of the new clip for longer than `tolerance`.
fn shown(steady: &[Steady], begin: f64, end: f64, tolerance: f64) -> Vec<&Steady> {
    let shows =
        |one: &&Steady| one.to.min(end) - one.from.max(begin) > tolerance.min(0.4 * (end - begin));
    steady.iter().filter(shows).collect()
}

/// Returns whether every beat of a bar falls where that of its source did, wherever its picture is.
fn is_on_its_picture(places: &Places<'_>, bar: usize, source: usize, offsets: &[f64]) -> bool {
    let (new, old) = (places.bar(bar), places.bar(source));
    (0..=places.bar_beats).all(|beat| {
        let beat = Beats(beat as f64);
        let here = places.new.clip_time_at(new + beat).0;
        let there = places.old.clip_time_at(old + beat).0;
        let tolerance = places.tolerance(new + beat);
        let mut offsets = offsets.iter();
        offsets.all(|offset| (here + offset - there).abs() <= tolerance)
    })
}

impl Marks {
    fn of(places: &Places<'_>, settings: &Settings, bars: Bars, picture_end: Beats) -> Self {
        let metre = settings.metre;
        let beats = bars.0 as usize * places.bar_beats;
        let placement = crate::generator::placement(settings);
        let end = end_of_picture(picture_end, beats, metre);
        let quiet = PlacedQuiet::new(&settings.quiet, &placement, beats, metre);
        let last_chord = ends(settings, bars).then(|| metre.last_strong_beat(end));
        Self {
            hits: placed_hits(settings),
            last_chord: last_chord.filter(|&last| !quiet.beat(last).silent),
            quiet,
        }
    }

    /// Returns whether a bar is asked for the same as `bar` of `other`.
    fn agree(&self, own_bar: usize, other: &Self, bar: usize, bar_beats: usize) -> bool {
        let is_last = |marks: &Self, beat: usize| marks.last_chord.map(|last| beat.cmp(&last));
        let beats_agree = (0..bar_beats).all(|beat| {
            let (own, others) = (own_bar * bar_beats + beat, bar * bar_beats + beat);
            let quiet = [self.quiet.beat(own), other.quiet.beat(others)];
            let [own_quiet, other_quiet] = quiet.map(|quiet| (quiet.silent, quiet.thin));
            own_quiet == other_quiet && is_last(self, own) == is_last(other, others)
        });
        beats_agree && self.hits_of(own_bar, bar_beats) == other.hits_of(bar, bar_beats)
    }

    /// Returns the hits of a bar: the sixteenth in it, and the weight.
    fn hits_of(&self, bar: usize, bar_beats: usize) -> Vec<(u32, u8)> {
        let first = (bar * bar_beats) as u32 * STEPS_PER_BEAT;
        let steps = first..first + bar_beats as u32 * STEPS_PER_BEAT;
        let inside = self.hits.iter().filter(|hit| steps.contains(&hit.step.0));
        let mut hits: Vec<_> = inside.map(|hit| (hit.step.0 - first, hit.weight)).collect();
        hits.sort_unstable();
        hits
    }
}

/// Lets bars go whose notes would be held into kept bars that did not follow them.
fn let_splices_go(sources: &mut [Option<u32>], notes: &[Note], bar_beats: usize) {
    let bar_beats = bar_beats as f64;
    let mut bars_held = vec![
        0;
        sources
            .iter()
            .flatten()
            .max()
            .map_or(0, |&last| last as usize + 1)
    ];
    for note in notes {
        let bar = (note.start.0 / bar_beats).max(0.0) as usize;
        let last = ((note.end().0 - HELD) / bar_beats).max(0.0) as usize;
        if let Some(held) = bars_held.get_mut(bar) {
            *held = last.saturating_sub(bar).max(*held);
        }
    }
    for bar in 0..sources.len() {
        let Some(source) = sources[bar] else { continue };
        let held = bars_held[source as usize];
        let follows = |ahead: usize| {
            let there = sources.get(bar + ahead).copied().flatten();
            there.is_none_or(|there| there as usize == source as usize + ahead)
        };
        if !(1..=held).all(follows) {
            sources[bar] = None;
        }
    }
}
