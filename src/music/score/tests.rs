use proptest::prelude::*;

use super::*;
use crate::music::tempo_map::TempoChange;
use crate::time::Tempo;

fn note(start: f64, length: f64, pitch: u8) -> Note {
    Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity: 90,
        part: Part::All,
    }
}

fn of_notes(notes: &[Note]) -> RawScore {
    RawScore {
        notes: notes.to_vec(),
        ..RawScore::default()
    }
}

fn chord(start: f64) -> ChordChange {
    ChordChange {
        start: Beats(start),
        symbol: "Am".to_owned(),
    }
}

/// Beats of every kind: on the grid, anywhere, impossible.
fn any_beats() -> impl Strategy<Value = Beats> {
    let grid = (0u32..64).prop_map(|step| f64::from(step) / 4.0);
    let odd = prop::sample::select(vec![
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -0.0,
        -1.0,
        1e-300,
        32767.9,
        32768.0,
        1e12,
    ]);
    prop_oneof![6 => grid, 3 => 0.0f64..16.0, 1 => odd].prop_map(Beats)
}

fn any_raw_score() -> impl Strategy<Value = RawScore> {
    let part = prop::sample::select(Part::ALL.to_vec());
    let note = (
        any_beats(),
        any_beats(),
        55u8..66,
        any::<u8>(),
        0u8..20,
        part,
    );
    let note = note.prop_map(|(start, length, pitch, velocity, odd, part)| Note {
        start,
        length,
        pitch: if odd == 0 { pitch + 70 } else { pitch },
        velocity,
        part,
    });
    (
        prop::collection::vec(note, 0..60),
        prop_oneof![Just(0u32), Just(u32::MAX), 1u32..64],
        prop::sample::select(Metre::ALL.to_vec()),
        20.0f64..400.0,
        prop::collection::vec(any_beats(), 0..5),
        prop::collection::vec(any_beats(), 0..5),
        prop::collection::vec(any_beats(), 0..5),
    )
        .prop_map(
            |(notes, bars, metre, tempo_bpm, chords, cuts, sections)| RawScore {
                notes,
                bars: Bars(bars),
                metre,
                tempo_map: TempoMap::constant(Tempo::new(tempo_bpm).unwrap()),
                chords: (chords.into_iter()).map(|start| chord(start.0)).collect(),
                cuts,
                sections: (sections.into_iter())
                    .map(|start| section(start.0))
                    .collect(),
            },
        )
}

fn section(start: f64) -> Section {
    Section {
        start: Beats(start),
        name: "A".to_owned(),
    }
}

proptest! {
    #[test]
    fn repaired_contents_are_a_score_and_repairing_them_again_changes_nothing(raw in any_raw_score()) {
        let repaired = raw.repaired();
        prop_assert!(Score::new(repaired.clone()).is_ok(), "{:?}", Score::new(repaired));
        prop_assert_eq!(repaired.clone().repaired(), repaired);
    }

    #[test]
    fn a_valid_score_needs_no_repair(raw in any_raw_score()) {
        if let Ok(score) = Score::new(raw.clone()) {
            prop_assert_eq!(Score::repaired(raw), score);
        }
    }
}

#[test]
fn overlapping_notes_of_one_pitch_end_where_the_next_begins() {
    let raw = of_notes(&[note(1.0, 1.0, 60), note(0.0, 3.0, 60), note(0.0, 3.0, 64)]);
    assert!(Score::new(raw.clone()).is_err());
    let expected = [note(0.0, 1.0, 60), note(0.0, 3.0, 64), note(1.0, 1.0, 60)];
    assert_eq!(Score::repaired(raw).notes(), expected);
}

#[test]
fn of_notes_that_start_together_on_one_pitch_the_longest_stays() {
    let raw = of_notes(&[note(0.0, 1.0, 60), note(0.0, 2.0, 60), note(0.0, 0.5, 60)]);
    assert_eq!(Score::repaired(raw).notes(), [note(0.0, 2.0, 60)]);
}

#[test]
fn notes_of_one_pitch_overlap_only_on_one_channel() {
    let on = |part| move |note| Note { part, ..note };
    let [first, second] = [note(0.0, 3.0, 60), note(1.0, 1.0, 60)];
    for (part, other) in [(Part::Chords, Part::Bass), (Part::All, Part::Bass)] {
        let raw = of_notes(&[on(part)(first), on(other)(second)]);
        assert!(Score::new(raw).is_ok(), "{part:?} and {other:?}");
    }
    for (part, other) in [(Part::Chords, Part::Chords), (Part::All, Part::Lead)] {
        let raw = of_notes(&[on(part)(first), on(other)(second)]);
        assert!(Score::new(raw.clone()).is_err(), "{part:?} and {other:?}");
        assert_eq!(Score::repaired(raw).notes()[0].length, Beats(1.0));
    }
}

#[test]
fn a_shortened_note_never_outlasts_the_next_by_rounding() {
    for next in [0.3, 0.7, 1.1, 2.9, 1e-9, 1234.567] {
        for start in [0.1 * next, 0.3 * next, 0.9 * next] {
            let raw = of_notes(&[note(start, 4000.0, 60), note(next, 1.0, 60)]);
            let score = Score::repaired(raw);
            let end = score.notes()[0].end().0;
            assert!(end <= next && next - end < 1e-9, "{end} and {next}");
        }
    }
}

#[test]
fn impossible_notes_are_refused_and_left_out() {
    for wrong in [
        note(f64::NAN, 1.0, 60),
        note(0.0, f64::INFINITY, 60),
        note(0.0, 0.0, 60),
        note(0.0, -1.0, 60),
        note(5.0, 1e-300, 60),
        note(-0.5, 1.0, 60),
        note(32768.0, 1.0, 60),
        note(0.0, 40000.0, 60),
        note(0.0, 1.0, 128),
    ] {
        let raw = of_notes(&[wrong]);
        let fault = Score::new(raw.clone()).unwrap_err();
        assert!(fault.found.starts_with("a note of pitch"), "{fault}");
        assert_eq!(Score::repaired(raw).notes(), []);
    }
}

#[test]
fn velocities_and_bars_are_clamped() {
    for (velocity, clamped) in [(0, 1), (255, 127)] {
        let raw = of_notes(&[Note {
            velocity,
            ..note(0.0, 1.0, 60)
        }]);
        assert!(Score::new(raw.clone()).is_err());
        assert_eq!(Score::repaired(raw).notes()[0].velocity, clamped);
    }
    for (bars, clamped) in [(0, 1), (u32::MAX, MAX_BARS)] {
        let raw = RawScore {
            bars: Bars(bars),
            ..RawScore::default()
        };
        assert!(Score::new(raw.clone()).is_err());
        assert_eq!(Score::repaired(raw).bars(), Bars(clamped));
    }
}

#[test]
fn chords_and_cuts_are_finite_and_sorted() {
    let wrong_cuts = [vec![f64::NAN], vec![2.0, 1.0], vec![f64::INFINITY]];
    for cuts in wrong_cuts {
        let raw = RawScore {
            cuts: cuts.iter().copied().map(Beats).collect(),
            ..RawScore::default()
        };
        assert!(Score::new(raw).is_err(), "{cuts:?}");
        let raw = RawScore {
            chords: cuts.iter().copied().map(chord).collect(),
            ..RawScore::default()
        };
        assert!(Score::new(raw).is_err(), "{cuts:?}");
    }
    let score = Score::repaired(RawScore {
        cuts: [2.0, f64::NAN, 1.0].map(Beats).to_vec(),
        chords: [f64::NEG_INFINITY, 4.0, 0.0].map(chord).to_vec(),
        ..RawScore::default()
    });
    assert_eq!(score.cuts(), [Beats(1.0), Beats(2.0)]);
    assert_eq!(score.chords(), [chord(0.0), chord(4.0)]);
}

#[test]
fn sections_follow_each_other_inside_the_piece() {
    for wrong in [&[4.0][..], &[-1.0], &[2.0, 1.0], &[1.0, 1.0], &[f64::NAN]] {
        let raw = RawScore {
            sections: wrong.iter().copied().map(section).collect(),
            ..RawScore::default()
        };
        assert!(Score::new(raw).is_err(), "{wrong:?}");
    }
    let score = Score::repaired(RawScore {
        sections: [3.0, 0.0, 3.0, 4.0, f64::NAN].map(section).to_vec(),
        ..RawScore::default()
    });
    assert_eq!(score.sections(), [section(0.0), section(3.0)]);
}

#[test]
fn a_score_lasts_as_long_as_its_bars_at_its_tempi() {
    let change = |at, tempo_bpm| TempoChange {
        at: Beats(at),
        tempo: Tempo::new(tempo_bpm).unwrap(),
    };
    let score = Score::new(RawScore {
        bars: Bars(4),
        metre: "6/8".parse().unwrap(),
        tempo_map: TempoMap::new(vec![change(0.0, 120.0), change(6.0, 60.0)]).unwrap(),
        ..RawScore::default()
    });
    let score = score.unwrap();
    assert_eq!(
        (score.length(), score.duration()),
        (Beats(12.0), Seconds(9.0))
    );
}
