//! The corrections of rolls in lead and accompaniment, and what both share.

use super::*;

fn silence() -> Vec<f32> {
    roll(&[])
}

/// Returns a lead's roll `[2, 32, 24]` in which each note of `line` starts a beat after the one before, and the last one is
/// undecided between `first` and `second`.
fn undecided(line: &[usize], first: (usize, f32), second: (usize, f32)) -> Vec<f32> {
    let notes: Vec<(usize, usize)> = line
        .iter()
        .copied()
        .enumerate()
        .map(|(i, p)| (4 * i, p))
        .collect();
    let mut roll = roll(&notes);
    for (pitch, value) in [first, second] {
        roll[4 * line.len() * PITCHES + pitch - 48] = value;
        roll[(32 + 4 * line.len() + 1) * PITCHES + pitch - 48] = value;
    }
    roll
}

#[test]
fn an_undecided_note_of_a_line_goes_to_the_pitch_within_reach() {
    let mut roll = undecided(&[60, 62, 64], (65, 0.45), (55, 0.45));
    line::steer(&mut roll, &silence(), PITCHES, 2.0);
    let at = |step: usize, pitch: usize| roll[step * PITCHES + pitch - 48];
    assert!(
        at(12, 65) > 0.5 && at(12, 55) < 0.3,
        "{} {}",
        at(12, 65),
        at(12, 55)
    );
    let both = at(12, 65) + at(12, 55);
    assert!((0.85..1.05).contains(&both), "{both}");
    assert!(at(32 + 13, 65) > 0.5, "its sustain moves with it");
}

#[test]
fn of_two_notes_at_once_the_stronger_one_becomes_the_line() {
    let mut roll = undecided(&[], (60, 0.6), (64, 0.5));
    line::steer(&mut roll, &silence(), PITCHES, 2.0);
    assert!(
        roll[12] > 0.6 && roll[16] < 0.5,
        "{} {}",
        roll[12],
        roll[16]
    );
}

#[test]
fn an_undecided_note_rises_above_the_accompaniment() {
    let accompaniment = roll(&[(0, 62)]);
    let mut lead = undecided(&[], (60, 0.45), (64, 0.45));
    line::steer(&mut lead, &accompaniment, PITCHES, 2.0);
    assert!(
        lead[16] > 0.6 && lead[12] < 0.3,
        "{} {}",
        lead[16],
        lead[12]
    );
}

#[test]
fn the_accompaniment_steps_back_above_the_tune_only() {
    let lead = roll(&[(0, 60)]);
    let mut accompaniment = roll(&[(0, 50), (0, 60), (0, 65), (4, 65)]);
    top::clear(&lead, &mut accompaniment, PITCHES, 0.5);
    assert_eq!(
        [2, 12, 17].map(|pitch| accompaniment[pitch]),
        [1.0, 0.5, 0.5]
    );
    assert_eq!(accompaniment[4 * PITCHES + 17], 1.0);
}

#[test]
fn a_line_of_single_notes_is_left_as_it_is() {
    let before = roll(&[(0, 48), (4, 68), (8, 50)]);
    let mut steered = before.clone();
    line::steer(&mut steered, &silence(), PITCHES, 2.0);
    assert_eq!(steered, before);
}

#[test]
fn only_the_lead_has_a_line_and_only_the_accompaniment_holds_its_figure() {
    let part = roll(&[(0, 50), (4, 53), (16, 50), (20, 53), (26, 57)]);
    let before = [part.clone(), part.clone()].concat();
    let held = Coherence {
        groove: 0.5,
        ..Coherence::NONE
    };
    let after = corrected(by(held), before, 1.0);
    let (lead, accompaniment) = after.split_at(part.len());
    assert_eq!(lead, part);
    // What both bars have stays; what one of two has is a half too strong.
    assert_eq!(accompaniment[4 * PITCHES + 5], 1.0);
    assert_eq!(accompaniment[26 * PITCHES + 9], 0.75);
    let line = Coherence {
        line: 2.0,
        ..Coherence::NONE
    };
    let chord = roll(&[(0, 50), (0, 54)]);
    let after = corrected(by(line), [chord.clone(), chord.clone()].concat(), 1.0);
    assert_eq!(after[chord.len()..], chord);
}

#[test]
fn an_onset_missing_from_the_figure_is_raised() {
    let mut before = roll(&[(0, 50), (16, 50)]);
    before[4 * PITCHES] = 0.9;
    before[20 * PITCHES] = 0.3;
    let mut raised = before.clone();
    groove::hold_figure(&mut raised[..32 * PITCHES], PITCHES, 16, 0.5);
    assert!(raised[20 * PITCHES] > 0.35 && raised[4 * PITCHES] < 0.9);
    assert_eq!(raised[2], 1.0);
}

#[test]
fn a_scale_leaves_no_tone_outside() {
    let corrections = Corrections {
        scale: Some("D dorian".parse().unwrap()),
        ..by(Coherence::NONE)
    };
    let before = roll(&[(0, 50), (1, 51), (2, 53), (3, 54), (4, 59), (5, 58)]);
    let after = corrected(corrections, before, 0.3);
    let kept: Vec<usize> = (0..6)
        .filter(|&step| after[step * PITCHES..][..PITCHES].contains(&1.0))
        .collect();
    assert_eq!(kept, [0, 2, 4]);
}

#[test]
fn onsets_near_a_hit_gather_on_it() {
    let hits = [StepHit {
        step: Steps(9),
        strength: 1.0,
    }];
    let corrections = Corrections {
        hits: &hits,
        ..by(Coherence::NONE)
    };
    let before = roll(&[(8, 50), (10, 55), (9, 60), (2, 48)]);
    let after = corrected(corrections, before, 0.3);
    let onset = |step: usize, pitch: usize| after[step * PITCHES + pitch - 48];
    assert!(onset(9, 50) > onset(8, 50) && onset(9, 55) > onset(10, 55));
    assert!(onset(9, 60) > 1.0);
    assert_eq!(onset(2, 48), 1.0);
    assert!(
        after[(32 + 10) * PITCHES + 7] > 0.5,
        "it sustains where it began"
    );
}
