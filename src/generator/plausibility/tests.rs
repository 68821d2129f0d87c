use candle_core::Device;

use super::*;
use crate::conditioning::parts::{BeatPlace, MeasuredMusic};
use crate::diffusion::model::Model;
use crate::music::chord::Chord;
use crate::music::cues::measure;
use crate::music::decode::encode;
use crate::music::piano_roll::{PianoRoll, PitchRange, RollParts};
use crate::time::Steps;

const BARS: u32 = 4;
const BEATS: usize = 16;

fn note(part: RollPart, start: u32, pitch: u8, end: u32) -> GridNote {
    GridNote {
        start: Steps(start),
        pitch,
        part,
        end: Steps(end),
    }
}

/// A tune by step in quarters over struck C major chords in quarters.
fn good() -> Vec<GridNote> {
    let tune = [72, 74, 76, 74];
    (0..BEATS as u32)
        .flat_map(|beat| {
            let (start, end) = (4 * beat, 4 * beat + 4);
            let pitch = tune[beat as usize % tune.len()];
            [
                note(RollPart::Lead, start, pitch, end),
                note(RollPart::Accompaniment, start, 48, end),
                note(RollPart::Accompaniment, start, 55, end),
            ]
        })
        .collect()
}

fn roll(notes: &[GridNote]) -> PianoRoll {
    let pitches = PitchRange::new(24, 80).unwrap();
    encode(
        notes,
        Steps(BARS * 16),
        RollParts::LeadAndAccompaniment,
        pitches,
    )
}

/// Conditions that ask for what [`good`] does.
fn conditioning() -> PartsConditioning {
    let model = Model::built_in(&Device::Cpu).unwrap();
    let roll = roll(&good());
    let merged = {
        let all = good().into_iter().map(|note| GridNote {
            part: RollPart::All,
            ..note
        });
        let pitches = PitchRange::new(24, 80).unwrap();
        encode(
            &all.collect::<Vec<_>>(),
            roll.steps(),
            RollParts::One,
            pitches,
        )
    };
    let music = MeasuredMusic {
        cues: &measure(&merged, &[0.5; BEATS]),
        lead_shares: &[1.0; BEATS],
        tempo_bpm: &[Some(100.0); BEATS],
        places: &[BeatPlace::default(); BEATS],
        chords: &[Chord::parse("C:maj").unwrap(); BEATS],
        style: None,
    };
    PartsConditioning::of_music(model.config(), &music).unwrap()
}

/// Returns the costs of the bars of `notes`, of which `region` is painted.
fn costs_in(notes: &[GridNote], region: &Region) -> Vec<f64> {
    let conditioning = conditioning();
    let judge = Plausibility {
        conditioning: &conditioning,
        metre: Metre::COMMON,
    };
    let parts = Parts::of(&Canvas::of_roll(&roll(notes)));
    (0..BARS as usize)
        .map(|bar| judge.cost(&parts, region, 4 * bar))
        .collect()
}

fn costs(notes: &[GridNote]) -> Vec<f64> {
    costs_in(notes, &Region::all(BEATS))
}

/// Returns the weak bars of `notes`, counted from 0.
fn weak(notes: &[GridNote]) -> Vec<usize> {
    let conditioning = conditioning();
    let judge = Plausibility {
        conditioning: &conditioning,
        metre: Metre::COMMON,
    };
    let canvas = Canvas::of_roll(&roll(notes));
    let bars = judge.weak_bars(&canvas, &Region::all(BEATS), 0..BEATS, false);
    bars.iter().map(|bar| bar.beats.start / 4).collect()
}

/// Returns the notes, changed or left out by `change` where they begin in bar `bar`.
fn changed(bar: u32, change: impl Fn(GridNote) -> Option<GridNote>) -> Vec<GridNote> {
    let in_bar = |note: &GridNote| (16 * bar..16 * bar + 16).contains(&note.start.0);
    (good().into_iter())
        .filter_map(|note| {
            if in_bar(&note) {
                change(note)
            } else {
                Some(note)
            }
        })
        .collect()
}

#[test]
fn music_as_asked_costs_nothing() {
    assert_eq!(costs(&good()), [0.0; 4]);
}

#[test]
fn a_tune_that_leaps_breaks_off_or_hides_costs_more_in_its_bar() {
    let lead = |note: &GridNote| note.part == RollPart::Lead;
    let leaping = changed(2, |note| {
        let up = if lead(&note) && note.start.0 % 8 == 0 {
            12
        } else {
            0
        };
        Some(GridNote {
            pitch: note.pitch + up,
            ..note
        })
    });
    let silent = changed(2, |note| (!lead(&note)).then_some(note));
    let hidden = changed(2, |note| {
        let up = if lead(&note) { 0 } else { 36 };
        Some(GridNote {
            pitch: note.pitch + up,
            ..note
        })
    });
    for notes in [leaping, silent, hidden] {
        let costs = costs(&notes);
        assert!(costs[2] > 0.5 && costs[0] == 0.0, "{costs:?}");
        let only_others = Region::nothing(BEATS).with(0..BEATS, &[RollPart::Accompaniment]);
        assert!(costs_in(&notes, &only_others)[2] < costs[2]);
    }
}

#[test]
fn an_accompaniment_that_rubs_or_drops_its_figure_costs_more_in_its_bar() {
    let others = |note: &GridNote| note.part == RollPart::Accompaniment;
    let rubbing = changed(1, |note| {
        let up = u8::from(others(&note) && note.pitch == 55) * 16;
        Some(GridNote {
            pitch: note.pitch + up,
            ..note
        })
    });
    let moved = changed(1, |note| {
        let later = if others(&note) { 2 } else { 0 };
        Some(GridNote {
            start: Steps(note.start.0 + later),
            ..note
        })
    });
    for notes in [rubbing, moved] {
        let costs = costs(&notes);
        assert!(costs[1] > 0.5, "{costs:?}");
        let only_lead = Region::nothing(BEATS).with(0..BEATS, &[RollPart::Lead]);
        assert!(costs_in(&notes, &only_lead)[1] < costs[1]);
    }
}

#[test]
fn a_figure_that_one_neighbour_shares_costs_nothing() {
    let mut notes = good();
    for note in &mut notes {
        if note.part == RollPart::Accompaniment && note.start.0 >= 32 {
            note.start = Steps(note.start.0 + 2);
        }
    }
    assert_eq!(costs(&notes)[1], 0.0);
    assert_eq!(costs(&notes)[2], 0.0);
}

#[test]
fn empty_bars_are_weakest_and_may_be_neighbours_but_other_weak_bars_may_not() {
    let empty: Vec<GridNote> = good()
        .into_iter()
        .filter(|note| !(16..48).contains(&note.start.0))
        .collect();
    assert_eq!(weak(&empty), [1, 2]);
    let silent_tune: Vec<GridNote> = (good().into_iter())
        .filter(|note| note.part != RollPart::Lead)
        .collect();
    let bars = weak(&silent_tune);
    assert!(!bars.is_empty(), "{bars:?}");
    assert!(
        bars.iter().all(|bar| !bars.contains(&(bar + 1))),
        "{bars:?}"
    );
    assert!(weak(&good()).is_empty());
}

#[test]
fn of_an_old_and_a_new_bar_the_more_plausible_one_stays() {
    let conditioning = conditioning();
    let judge = Plausibility {
        conditioning: &conditioning,
        metre: Metre::COMMON,
    };
    let region = Region::all(BEATS);
    let canvas = |notes: &[GridNote]| Canvas::of_roll(&roll(notes));
    let empty = changed(1, |_| None);
    let weak = judge.weak_bars(&canvas(&empty), &region, 0..BEATS, false);
    let worse = |notes: &[GridNote]| judge.worse_bars(&canvas(notes), &region, &weak);
    assert_eq!((worse(&empty).len(), worse(&empty)[0].clone()), (1, 4..8));
    assert!(worse(&good()).is_empty());
}
