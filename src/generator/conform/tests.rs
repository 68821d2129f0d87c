mod asked;
mod tempi;

use proptest::prelude::*;

use super::*;
use crate::conditioning::hits::Side;
use crate::conditioning::steering::{Lane, Steering};
use crate::generator::{Recipe, placement};
use crate::music::cues::Cue;
use crate::music::part::Part;
use crate::music::score::{RawScore, Score};
use crate::music::tempo_map::TempoMap;
use crate::time::{Seconds, Tempo};

const SECONDS: f64 = 60.0;

fn note(start: f64, length: f64, pitch: u8) -> Note {
    Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity: 80,
        part: Part::Chords,
    }
}

fn hit(at: f64) -> Hit {
    Hit {
        at: Seconds(at),
        weight: 2,
        side: Side::Late,
    }
}

/// A draft of a minute at 120 BPM, 30 bars of 4/4, with a note on every beat, of another pitch in each bar.
fn draft() -> Draft {
    let notes = (0..120).map(|beat| note(f64::from(beat), 1.0, 40 + (beat / 4) as u8));
    let settings = Settings {
        ends: false,
        ..Settings::default()
    };
    Draft {
        score: Score::new(RawScore {
            notes: notes.collect(),
            bars: Bars(30),
            ..RawScore::default()
        })
        .unwrap(),
        recipe: Recipe {
            asked: Some(Asked {
                steering: Steering::default(),
                energy: (0..120).map(|beat| beat as f32).collect(),
                picture_end: Beats(120.0),
            }),
            settings,
            ..Recipe::default()
        },
    }
}

fn clip(recut: &Recut) -> ClipFeatures {
    ClipFeatures {
        duration: recut.stretches.last().unwrap().new_end,
        ..ClipFeatures::default()
    }
}

fn plan(draft: &Draft, stretches: &[(f64, Option<f64>)], freedom: Freedom) -> Conforming {
    let recut = Recut::of_stretches(SECONDS, stretches);
    Conforming::plan(draft, &recut, &clip(&recut), freedom).unwrap()
}

/// Returns the kept bars: each with its source.
fn kept(conforming: &Conforming) -> Vec<(usize, u32)> {
    let bars = conforming.sources.iter().enumerate();
    bars.filter_map(|(bar, source)| Some((bar, (*source)?)))
        .collect()
}

fn range(from: usize, to: usize, source: u32) -> Vec<(usize, u32)> {
    (from..to).zip(source..).collect()
}

#[test]
fn the_same_picture_has_the_same_music() {
    let mut draft = draft();
    draft.recipe.settings.hits = vec![hit(0.0), hit(7.3), hit(60.0)];
    for freedom in [Freedom::NONE, Freedom::USUAL] {
        let plan = plan(&draft, &[(60.0, Some(0.0))], freedom);
        assert!(plan.is_identity(), "{plan:?}");
        assert_eq!(plan.lines(1), ["bars 1–30: kept"]);
        assert_eq!(plan.kept_notes(&draft), draft.score.notes());
    }
}

#[test]
fn bars_move_by_whole_bars_with_their_notes_hits_and_curves() {
    let mut draft = draft();
    draft.recipe.settings.hits = vec![hit(5.0), hit(13.0), hit(30.5)];
    draft.recipe.settings.steering.lanes[Cue::Density] =
        Lane::Drawn((0..120).map(|beat| beat as f32 / 120.0).collect());
    draft.recipe.settings.lead_curve = vec![Some(0.5); 16];
    // Four seconds are gone from bar 7 on.
    let plan = plan(
        &draft,
        &[(12.0, Some(0.0)), (44.0, Some(16.0))],
        Freedom::NONE,
    );
    let all = [range(0, 6, 0), range(6, 28, 8)].concat();
    assert_eq!(kept(&plan), all);
    let times: Vec<f64> = plan.settings.hits.iter().map(|hit| hit.at.0).collect();
    assert_eq!(times, [5.0, 26.5]);
    assert_eq!(plan.lost_hits, [hit(13.0)]);
    let notes = plan.kept_notes(&draft);
    assert_eq!(notes.len(), 28 * 4);
    assert_eq!(notes[24], note(24.0, 1.0, 48));
    assert_eq!(plan.curve_source(24), Some(32));
    let Lane::Drawn(density) = &plan.settings.steering.lanes[Cue::Density] else {
        panic!("{:?}", plan.settings.steering);
    };
    assert_eq!(density[24], 32.0 / 120.0);
    assert_eq!(plan.settings.lead_curve[15], Some(0.5));
    assert_eq!(plan.settings.lead_curve[24], None);
    assert_eq!(
        plan.lines(1),
        ["bars 1–6: kept", "bars 7–28: kept, from bars 9–30"]
    );
}

#[test]
fn at_one_tempo_bars_that_are_off_their_picture_are_painted() {
    // 3.2 s are gone: 1.6 bars.
    let cut = [(12.0, Some(0.0)), (44.8, Some(15.2))];
    let steady = plan(&draft(), &cut, Freedom::NONE);
    assert_eq!(kept(&steady), range(0, 6, 0));
    assert_eq!(steady.sources.len(), 29);
    assert_eq!(steady.settings.tempo_map, TempoMap::default());
    assert_eq!(
        steady.lines(1),
        ["bars 1–6: kept", "bars 7–29: painted again"]
    );
    // A looser tolerance moves them by the nearest bars.
    let loose = Freedom {
        tolerance_steps: 8.0,
        ..Freedom::NONE
    };
    let loose = plan(&draft(), &cut, loose);
    assert!(loose.kept_bars() >= 26, "{loose:?}");
}

/// Asserts that every beat of the kept bars falls on the picture that it fell on before, to within some seconds.
fn assert_on_picture(
    draft: &Draft,
    plan: &Conforming,
    stretches: &[(f64, Option<f64>)],
    within: f64,
) {
    let recut = Recut::of_stretches(SECONDS, stretches);
    let settings = &draft.recipe.settings;
    for (bar, source) in kept(plan) {
        for quarter in 1..8 {
            let in_bar = f64::from(quarter) / 2.0;
            let now = placement(&plan.settings).clip_time_at(Beats(bar as f64 * 4.0 + in_bar));
            let was = placement(settings).clip_time_at(Beats(f64::from(source) * 4.0 + in_bar));
            let picture = |now: f64| recut.old_time(Seconds(now)).map(|old| old.0 - now);
            if now.0 < 0.0 || now.0 >= recut.stretches.last().unwrap().new_end.0 {
                continue;
            }
            // At a cut within the tolerance, the picture on one of its sides is the same.
            let near = [0.0, -within, within].map(|by| picture(now.0 + by));
            let is_same = |offset: &Option<f64>| {
                offset.is_some_and(|offset| (now.0 + offset - was.0).abs() <= within)
            };
            assert!(
                near.iter().any(is_same),
                "bar {bar} of {source}: {near:?} {was:?}"
            );
        }
    }
}

#[test]
fn a_bar_with_other_hits_or_another_end_is_painted() {
    let mut draft = draft();
    // The hit is late, on the first sixteenth of bar 7, and its picture is gone with the end of bar 6.
    draft.recipe.settings.hits = vec![hit(11.95)];
    let plan_of = |draft: &Draft| {
        plan(
            draft,
            &[(11.9, Some(0.0)), (0.1, None), (48.0, Some(12.0))],
            Freedom {
                tolerance_steps: 2.0,
                ..Freedom::NONE
            },
        )
    };
    let painted = |plan: &Conforming| -> Vec<usize> {
        (0..plan.sources.len())
            .filter(|&bar| plan.sources[bar].is_none())
            .collect()
    };
    assert_eq!(painted(&plan_of(&draft)), [6]);
    draft.recipe.settings.hits.clear();
    assert_eq!(painted(&plan_of(&draft)), [0; 0]);
    draft.recipe.settings.ends = true;
    let shorter = plan(&draft, &[(50.0, Some(0.0))], Freedom::NONE);
    assert_eq!(painted(&shorter), [24]);
    let same_end = plan(
        &draft,
        &[(20.0, Some(0.0)), (30.0, Some(30.0))],
        Freedom::NONE,
    );
    assert_eq!(painted(&same_end), [0; 0]);
}

#[test]
fn a_bar_whose_notes_would_be_held_into_other_music_is_painted() {
    let mut draft = draft();
    let mut raw: RawScore = draft.score.clone().into();
    raw.notes
        .retain(|note| note.start.0 < 20.0 || note.start.0 >= 28.0);
    // Held from bar 6 through bar 7.
    raw.notes.push(note(20.0, 8.0, 100));
    draft.score = Score::repaired(raw);
    let cut = [(12.0, Some(0.0)), (44.0, Some(16.0))];
    let plan_ = plan(&draft, &cut, Freedom::NONE);
    assert_eq!(kept(&plan_), [range(0, 5, 0), range(6, 28, 8)].concat());
    // Where it goes on as it did, it may be held.
    let cut = [(14.0, Some(0.0)), (42.0, Some(18.0))];
    assert_eq!(plan(&draft, &cut, Freedom::NONE).painted_bars(), 0);
}

#[test]
fn freedom_out_of_range_is_refused() {
    let recut = Recut::of_stretches(SECONDS, &[(60.0, Some(0.0))]);
    for freedom in [
        Freedom {
            tolerance_steps: -1.0,
            ..Freedom::NONE
        },
        Freedom {
            tempo_change: f64::NAN,
            ..Freedom::NONE
        },
    ] {
        assert!(Conforming::plan(&draft(), &recut, &clip(&recut), freedom).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn kept_bars_are_on_their_picture_and_hits_keep_theirs(
        shots in prop::collection::vec((1.0..9.0_f64, prop::option::weighted(0.8, 0.0..50.0_f64)), 1..10),
        hits in prop::collection::vec(0.0..60.0_f64, 0..6),
        clip_start in 0.0..6.0_f64,
        bends: bool,
    ) {
        let mut draft = draft();
        draft.recipe.settings.hits = hits.into_iter().map(hit).collect();
        draft.recipe.settings.clip_start = Beats(clip_start);
        let freedom = if bends { Freedom::USUAL } else { Freedom::NONE };
        let recut = Recut::of_stretches(SECONDS, &shots);
        let plan = Conforming::plan(&draft, &recut, &clip(&recut), freedom).unwrap();
        let steps = |settings: &Settings| {
            let placed = crate::generator::placed_hits(settings).into_iter();
            placed.map(|hit| hit.step.0).collect::<std::collections::BTreeSet<u32>>()
        };
        let (old, new) = (steps(&draft.recipe.settings), steps(&plan.settings));
        for (bar, source) in kept(&plan) {
            let of = |steps: &std::collections::BTreeSet<u32>, bar: u32| -> Vec<u32> {
                steps.range(bar * 16..bar * 16 + 16).map(|step| step - bar * 16).collect()
            };
            prop_assert_eq!(of(&old, source), of(&new, bar as u32));
        }
        assert_on_picture(&draft, &plan, &shots, 0.07);
        for change in plan.settings.tempo_map.changes() {
            prop_assert!((change.tempo.bpm() / 120.0 - 1.0).abs() <= 0.0801);
        }
    }
}
