use std::collections::BTreeMap;
use std::io::Cursor;

use super::*;
use crate::dataset::parts_cache::PartsCache;
use crate::evaluate::report::Pair;
use crate::music::decode::encode;
use crate::music::metre::Metre;
use crate::music::note::GridNote;
use crate::music::piano_roll::{PitchRange, RollPart, RollParts};
use crate::music::style::Style;
use crate::time::{BEATS_PER_SEGMENT, STEPS_PER_SEGMENT, Steps};

/// Written by `tests/fixtures/numpy/make_parts.py`.
const SMALL: &[u8] = include_bytes!("../../../tests/fixtures/numpy/parts.npz");

fn cache() -> PartsCache {
    PartsCache::parse(Cursor::new(SMALL)).unwrap()
}

fn pitches() -> PitchRange {
    PitchRange::new(24, 80).unwrap()
}

/// Returns the report of windows of which `came` was painted in one task.
fn report(windows: &[Window], task: Task, came: &dyn Fn(&Window) -> PianoRoll) -> PartsReport {
    let painted = windows.iter().map(|window| Painted {
        roll: came(window),
        chords: window.chords.clone(),
    });
    PartsReport::new(windows, &BTreeMap::from([(task, painted.collect())])).unwrap()
}

/// Returns a window of `notes` over `chords`, one a bar of 4/4 and repeated.
fn window(notes: &[(RollPart, u32, u8, u32)], chords: &[&str]) -> Window {
    let notes: Vec<GridNote> = (notes.iter())
        .map(|&(part, start, pitch, end)| GridNote {
            start: Steps(start),
            pitch,
            part,
            end: Steps(end),
        })
        .collect();
    let parts = RollParts::LeadAndAccompaniment;
    let cache = cache();
    let like = cache.window(cache.places()[0], 0, pitches());
    let chord = |beat: usize| Chord::parse(chords[beat / 4 % chords.len()]).unwrap();
    Window {
        roll: encode(&notes, Steps(STEPS_PER_SEGMENT), parts, pitches()),
        chords: (0..BEATS_PER_SEGMENT as usize).map(chord).collect(),
        ..like
    }
}

fn figures(window: &Window) -> TaskReport {
    let windows = std::slice::from_ref(window);
    let report = report(windows, Task::Free, &|window| window.roll.clone());
    report.tasks[&Task::Free].clone()
}

fn assert_near(pair: Pair, expected: f64) {
    for value in [pair.real.unwrap(), pair.generated.unwrap()] {
        assert!((value - expected).abs() < 1e-4, "{value}, not {expected}");
    }
}

/// Numbers of `eval_parts.py`, the reference of the network's evaluation, for the same windows.
#[test]
fn figures_of_real_music_are_those_of_the_reference() {
    let cache = cache();
    let windows: Vec<Window> = (cache.places().iter())
        .filter(|place| [0, 104, 288].contains(&place.start_beat))
        .map(|&place| cache.window(place, 0, pitches()))
        .collect();
    assert_eq!(windows.len(), 3);
    let report = report(&windows, Task::Free, &|window| window.roll.clone());
    let expected = [
        ("onsets_per_beat", 0.75),
        ("steps", 0.509_896),
        ("repeats", 0.156_384),
        ("leaps", 0.0),
        ("distinct", 4.083_333),
        ("silent_bars", 0.083_333),
        ("followed", 1.0),
    ];
    for (key, value) in expected {
        assert_near(report.lead[key], value);
    }
    assert_near(report.accompaniment["thick"], 0.078_125);
    assert_near(report.accompaniment["rubbing"], 0.010_417);
    let expected = [
        ("gps", 1.0),
        ("pche", 3.086_695),
        ("polyphony", 2.817_708),
        ("in_chord", 0.838_217),
        ("onsets_per_beat", 3.5),
        ("followed_density", 1.0),
        ("followed_accent", 1.0),
    ];
    for (key, value) in expected {
        assert_near(report.both[key], value);
    }
}

#[test]
fn a_bass_on_the_root_and_a_kept_figure_are_counted_by_hand() {
    const ACC: RollPart = RollPart::Accompaniment;
    // C on the root, then A minor on its third: one of two. The figures share two of three positions.
    let notes = [
        (ACC, 0, 48, 8),
        (ACC, 8, 55, 16),
        (ACC, 16, 48, 24),
        (ACC, 24, 57, 28),
        (ACC, 28, 57, 32),
    ];
    let found = figures(&window(&notes, &["C:maj", "A:min"])).accompaniment;
    assert_near(found["bass_on_root"], 0.5);
    assert_near(found["figure_kept"], 2.0 / 3.0);
    assert_near(found["rubbing"], 0.0);
    assert_near(found["thick"], 0.0);
}

#[test]
fn a_silent_lead_has_no_line_and_only_silent_bars() {
    let found = figures(&window(&[(RollPart::Accompaniment, 0, 48, 8)], &["C:maj"])).lead;
    assert_near(found["silent_bars"], 1.0);
    for key in ["onsets_per_beat", "steps", "distinct"] {
        assert_eq!(found[key].real, None, "{key}");
    }
}

#[test]
fn painted_bars_are_compared_with_the_kept_ones() {
    let notes: Vec<_> = (0..8)
        .map(|bar| (RollPart::Lead, 16 * bar, 60, 16 * bar + 4))
        .collect();
    let real = window(&notes, &["C:maj"]);
    let mut moved = notes;
    // One of the painted bars starts a sixteenth later: two of sixteen positions differ in half of the pairs.
    moved[3] = (RollPart::Lead, 49, 60, 52);
    let came = window(&moved, &["C:maj"]);
    let report = report(&[real], Task::Fill, &|_| came.roll.clone());
    let groove = report.tasks[&Task::Fill].groove_with_kept;
    assert_eq!(groove.real, Some(1.0));
    assert_eq!(groove.generated, Some(1.0 - 0.5 * 2.0 / 16.0));
}

#[test]
fn music_that_does_the_opposite_does_not_follow() {
    let lead = |from: u32| -> Vec<_> {
        let beats = (from..32).step_by(2);
        beats
            .map(|beat| (RollPart::Lead, 4 * beat, 60, 4 * beat + 4))
            .collect()
    };
    let came = window(&lead(1), &["C:maj"]);
    let report = report(&[window(&lead(0), &["C:maj"])], Task::Free, &|_| {
        came.roll.clone()
    });
    assert_eq!(report.lead["followed"].real, Some(1.0));
    assert_eq!(report.lead["followed"].generated, Some(-1.0));
    assert_eq!(report.both["followed_accent"].generated, Some(-1.0));
}

#[test]
fn the_two_halves_of_the_held_out_pieces_are_disjoint_and_every_style_is_in_turn() {
    let cache = cache();
    let chosen = |choice: Choice| -> Vec<(usize, Style)> {
        let windows = choose(&cache, choice, 6, pitches());
        windows
            .iter()
            .map(|window| (window.place.piece, window.place.style))
            .collect()
    };
    let reported = chosen(Choice::default());
    // The only reported piece of strings changes its metre.
    let (pop, song) = ((0, Style::Pop), (3, Style::Song));
    assert_eq!(reported, [pop, song, pop, song, pop, song]);
    let development = Choice {
        development: true,
        ..Choice::default()
    };
    let pieces: Vec<usize> = chosen(development).iter().map(|chosen| chosen.0).collect();
    assert_eq!(pieces, [2, 4, 6, 2, 4, 6]);
}

#[test]
fn windows_of_one_style_or_metre_can_be_asked_for() {
    let cache = cache();
    let metre = |text: &str| Some(text.parse::<Metre>().unwrap());
    let chosen = |choice: Choice| choose(&cache, choice, 2, pitches());
    let song = Choice {
        style: Some(Style::Song),
        development: true,
        ..Choice::default()
    };
    assert!(
        chosen(song)
            .iter()
            .all(|window| window.metre == metre("6/8"))
    );
    let waltz = Choice {
        metre: metre("3/4"),
        ..Choice::default()
    };
    assert!(
        chosen(waltz)
            .iter()
            .all(|window| window.place.style == Style::Song)
    );
    let five = Choice {
        metre: metre("5/4"),
        ..Choice::default()
    };
    assert!(chosen(five).is_empty());
}

#[test]
fn groups_of_style_and_metre_add_up_to_all_windows() {
    let cache = cache();
    let windows = choose(
        &cache,
        Choice {
            development: true,
            ..Choice::default()
        },
        6,
        pitches(),
    );
    let report = report(&windows, Task::Tune, &|window| window.roll.clone());
    let sizes = |groups: &BTreeMap<String, Group>| -> Vec<(String, usize)> {
        groups
            .iter()
            .map(|(name, group)| (name.clone(), group.segments))
            .collect()
    };
    let named = |name: &str, size| (name.to_owned(), size);
    assert_eq!(
        sizes(&report.by_style),
        [named("pop", 2), named("song", 2), named("strings", 2)]
    );
    assert_eq!(sizes(&report.by_metre), [named("4/4", 4), named("6/8", 2)]);
    assert!(
        report.to_string().contains("strings, 2 segments"),
        "{report}"
    );
}
