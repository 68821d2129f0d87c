use super::*;
use crate::conditioning::steering::Lane;
use crate::conditioning::steering::Steering;
use crate::generator::Asked;
use crate::generator::Recipe;
use crate::music::cues::Cue;
use crate::music::part::Part;
use proptest::prelude::*;

fn draft(bars: u32, pitch: u8, notes: &[(f64, f64)], chords: &[(f64, &str)]) -> Draft {
    let note = |&(start, length): &(f64, f64)| Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity: 80,
        part: Part::Lead,
    };
    let chord = |&(start, symbol): &(f64, &str)| ChordChange {
        start: Beats(start),
        symbol: symbol.to_owned(),
    };
    let beats = bars as usize * 4;
    let curve = vec![f32::from(pitch) / 100.0; beats];
    let mut steering = Steering::default();
    for cue in Cue::ALL {
        steering.lanes[cue] = Lane::Drawn(curve.clone());
    }
    Draft {
        score: Score::new(RawScore {
            notes: notes.iter().map(note).collect(),
            chords: chords.iter().map(chord).collect(),
            bars: Bars(bars),
            ..RawScore::default()
        })
        .unwrap(),
        recipe: Recipe {
            model: format!("of {pitch}"),
            asked: Some(Asked {
                steering,
                energy: curve,
                picture_end: Beats(beats as f64),
            }),
            ..Recipe::default()
        },
    }
}

fn sounding(draft: &Draft) -> Vec<(f64, f64, u8)> {
    let notes = draft.score.notes().iter();
    notes
        .map(|note| (note.start.0, note.length.0, note.pitch))
        .collect()
}

#[test]
fn bars_of_another_draft_bring_their_notes_chords_and_requests() {
    let base = draft(
        4,
        60,
        &[(0.0, 6.0), (8.0, 1.0), (12.0, 8.0)],
        &[(0.0, "C"), (6.0, "F"), (12.0, "G")],
    );
    let other = draft(
        6,
        72,
        &[(2.0, 2.0), (4.0, 1.0), (7.0, 2.0), (9.0, 1.0)],
        &[(0.0, "Am"), (5.0, "Dm"), (8.0, "E")],
    );
    let both = combine(&base, &other, Bars(1)..Bars(2)).unwrap();
    assert_eq!(
        sounding(&both),
        [
            (0.0, 4.0, 60),
            (4.0, 1.0, 72),
            (7.0, 1.0, 72),
            (8.0, 1.0, 60),
            (12.0, 8.0, 60)
        ]
    );
    let chords: Vec<(f64, &str)> = (both.score.chords().iter())
        .map(|chord| (chord.start.0, &*chord.symbol))
        .collect();
    assert_eq!(
        chords,
        [
            (0.0, "C"),
            (4.0, "Am"),
            (5.0, "Dm"),
            (8.0, "F"),
            (12.0, "G")
        ]
    );
    assert_eq!(both.recipe.model, "of 60");
    let asked = both.recipe.asked.unwrap();
    assert_eq!(asked.energy[3..9], [0.6, 0.72, 0.72, 0.72, 0.72, 0.6]);
    let Lane::Drawn(density) = &asked.steering.lanes[Cue::Density] else {
        panic!("{:?}", asked.steering);
    };
    assert_eq!(density, &asked.energy);
}

#[test]
fn a_cue_that_one_of_the_drafts_leaves_free_is_free_in_its_bars_only() {
    let (base, mut other) = (draft(3, 60, &[], &[]), draft(3, 72, &[], &[]));
    other.recipe.asked.as_mut().unwrap().steering.lanes[Cue::Mode] = Lane::Free;
    let both = combine(&base, &other, Bars(1)..Bars(2)).unwrap();
    let mode = &both.recipe.asked.unwrap().steering.lanes[Cue::Mode];
    let values: Vec<Option<f32>> = (3..9).map(|beat| mode.value(beat, None)).collect();
    assert_eq!(values, [Some(0.6), None, None, None, None, Some(0.6)]);
}

#[test]
fn the_last_bars_keep_their_held_chord_and_one_value_stands_for_all_beats() {
    let mut base = draft(4, 60, &[], &[(0.0, "C")]);
    base.recipe.asked.as_mut().unwrap().energy = vec![0.25];
    let other = draft(4, 72, &[(14.0, 6.0)], &[(0.0, "F")]);
    let both = combine(&base, &other, Bars(3)..Bars(4)).unwrap();
    assert_eq!(sounding(&both), [(14.0, 6.0, 72)]);
    assert_eq!(both.score.chords().len(), 2);
    let energy = &both.recipe.asked.unwrap().energy;
    assert_eq!(energy[11..], [0.25, 0.72, 0.72, 0.72, 0.72]);
}

#[test]
fn bars_that_are_not_in_both_and_other_metres_are_refused() {
    let (base, mut other) = (draft(4, 60, &[], &[]), draft(2, 72, &[], &[]));
    for bars in [Bars(1)..Bars(3), Bars(1)..Bars(1), Bars(7)..Bars(9)] {
        let problem = combine(&base, &other, bars).unwrap_err().to_string();
        assert!(problem.contains("some of bars 1 to 2"), "{problem}");
    }
    other.score = Score::repaired(RawScore {
        metre: "3/4".parse().unwrap(),
        ..other.score.into()
    });
    let problem = combine(&base, &other, Bars(0)..Bars(1))
        .unwrap_err()
        .to_string();
    assert!(problem.contains("3/4"), "{problem}");
}

proptest! {
    #[test]
    fn every_note_of_the_result_is_one_of_its_side_and_none_crosses_a_seam(
        starts in prop::collection::btree_set(0_u32..64, 0..20),
        others in prop::collection::btree_set(0_u32..64, 0..20),
        first in 0_u32..4,
    ) {
        let notes = |starts: &std::collections::BTreeSet<u32>| {
            let mut notes: Vec<(f64, f64)> = starts.iter().map(|&step| (f64::from(step) / 4.0, 3.0)).collect();
            for at in 1..notes.len() {
                let gap = notes[at].0 - notes[at - 1].0;
                notes[at - 1].1 = notes[at - 1].1.min(gap);
            }
            notes
        };
        let base = draft(4, 60, &notes(&starts), &[]);
        let other = draft(4, 72, &notes(&others), &[]);
        let both = combine(&base, &other, Bars(first)..Bars(first + 1)).unwrap();
        let region = f64::from(first * 4)..f64::from(first * 4 + 4);
        for note in both.score.notes() {
            let inside = region.contains(&note.start.0);
            prop_assert_eq!(note.pitch, if inside { 72 } else { 60 });
            for seam in [region.start, region.end] {
                let crosses = note.start.0 < seam && note.end().0 > seam && seam < 16.0;
                prop_assert!(!crosses, "{note:?}");
            }
        }
        let count = |notes: &[Note], inside: bool| notes.iter().filter(|note| region.contains(&note.start.0) == inside).count();
        let expected = count(base.score.notes(), false) + count(other.score.notes(), true);
        prop_assert_eq!(both.score.notes().len(), expected);
    }
}
