mod parts;

use super::*;
use crate::diffusion::noise::{NoiseSource, NoiseUse};
use candle_core::Device;

const PITCHES: usize = 24;

/// Returns a roll `[2, 32, 24]` from pitch 48 with onsets of 1 at the given steps and pitches.
fn roll(onsets: &[(usize, usize)]) -> Vec<f32> {
    let mut roll = vec![0.0; 2 * 32 * PITCHES];
    for &(step, pitch) in onsets {
        roll[step * PITCHES + pitch - 48] = 1.0;
    }
    roll
}

/// Returns `values` of the given parts after `corrections`.
fn corrected(corrections: Corrections, mut values: Vec<f32>, noise: f32) -> Vec<f32> {
    corrections.correct(&mut values, 2 * 32 * PITCHES, PITCHES, noise);
    values
}

/// Corrections by `coherence` alone, in bars of 16 steps.
fn by(coherence: Coherence) -> Corrections<'static> {
    Corrections {
        coherence,
        chords: &[],
        scale: None,
        hits: &[],
        pitch_min: 48,
        bar_steps: 16,
    }
}

#[test]
fn only_pitches_outside_the_key_are_lowered() {
    let before = roll(&[
        (0, 48),
        (1, 50),
        (2, 52),
        (3, 53),
        (4, 55),
        (5, 57),
        (6, 59),
        (7, 54),
    ]);
    let coherence = Coherence {
        key: 0.25,
        ..Coherence::NONE
    };
    let corrected = corrected(by(coherence), before, 1.0);
    assert_eq!(corrected[7 * PITCHES + 6], 0.75);
    assert_eq!(corrected.iter().sum::<f32>(), 7.75);
}

#[test]
fn onsets_on_sixteenths_that_both_bars_use_are_favoured() {
    let coherence = Coherence {
        groove: 0.6,
        ..Coherence::NONE
    };
    let corrected = corrected(by(coherence), roll(&[(0, 48), (16, 50), (3, 52)]), 1.0);
    assert_eq!(corrected[0], 1.3);
    assert_eq!(corrected[3 * PITCHES + 4], 1.0);
}

#[test]
fn chord_tones_are_favoured_only_in_beats_with_a_chord() {
    let coherence = Coherence {
        chord: 1.0,
        ..Coherence::NONE
    };
    let chords = [Chord::parse("C:maj").unwrap(), None];
    let corrections = Corrections {
        chords: &chords,
        ..by(coherence)
    };
    let corrected = corrected(corrections, roll(&[(0, 48), (3, 49), (4, 49)]), 0.5);
    assert_eq!(corrected[0], 1.25);
    assert_eq!(corrected[3 * PITCHES + 1], 0.75);
    assert_eq!(corrected[4 * PITCHES + 1], 1.0);
}

/// A consonance of 0.5, so that one and two corrections give different values.
const CONSONANT: Coherence = Coherence {
    consonance: 0.5,
    ..Coherence::NONE
};

#[test]
fn the_weaker_of_two_tones_a_semitone_or_a_minor_ninth_apart_is_lowered() {
    for (faint, strong) in [(48, 49), (49, 48), (48, 61), (61, 48)] {
        let mut before = roll(&[(0, strong), (1, strong)]);
        before[faint - 48] = 0.5;
        let corrected = corrected(by(CONSONANT), before, 1.0);
        assert_eq!(corrected[faint - 48], 0.25, "{faint} beside {strong}");
        assert_eq!(corrected[strong - 48], 1.0);
        assert_eq!(corrected.iter().sum::<f32>(), 2.25);
    }
}

#[test]
fn a_held_note_is_lowered_by_a_stronger_onset_a_semitone_away() {
    let mut before = roll(&[(4, 50)]);
    let held = 32 * PITCHES + 4 * PITCHES + 1;
    before[held] = 0.8;
    let corrected = corrected(by(CONSONANT), before, 1.0);
    assert_eq!(corrected[held], 0.4);
    assert_eq!(corrected[4 * PITCHES + 2], 1.0);
}

#[test]
fn sevenths_octaves_and_chord_tones_are_left_unchanged() {
    for semitones in [2, 11, 12] {
        let mut before = roll(&[(0, 48), (0, 48 + semitones)]);
        before[0] = 0.5;
        let after = corrected(by(CONSONANT), before.clone(), 1.0);
        assert_eq!(after, before, "{semitones} semitones");
    }
    let mut before = roll(&[(0, 59), (0, 60), (4, 59), (4, 60)]);
    before[11] = 0.5;
    before[4 * PITCHES + 11] = 0.5;
    let chords = [
        Chord::parse("C:maj7").unwrap(),
        Chord::parse("C:maj").unwrap(),
    ];
    let corrections = Corrections {
        chords: &chords,
        ..by(CONSONANT)
    };
    let corrected = corrected(corrections, before, 1.0);
    assert_eq!(corrected[11], 0.5);
    assert_eq!(corrected[4 * PITCHES + 11], 0.25);
}

#[test]
fn shares_of_zero_and_a_silent_roll_change_nothing() {
    let before = roll(&[(0, 49), (7, 54)]);
    assert_eq!(corrected(by(Coherence::NONE), before.clone(), 1.0), before);
    let all = Coherence {
        line: 2.0,
        ..Coherence::default()
    };
    for silent in [roll(&[]), [roll(&[]), roll(&[])].concat()] {
        assert_eq!(corrected(by(all), silent.clone(), 1.0), silent);
    }
}

/// Always estimates 4, far outside the range of a roll.
struct FarOut;

impl Denoiser for FarOut {
    fn x0(&self, x_t: &Tensor, _: usize) -> Result<Tensor> {
        Ok((x_t.ones_like()? * 4.0)?)
    }
}

#[test]
fn estimates_are_clamped_only_if_corrected_and_a_range_is_given() {
    let x_t = Tensor::zeros((1, 2, 32, PITCHES), candle_core::DType::F32, &Device::Cpu);
    let x_t = x_t.unwrap();
    let largest = |coherence, x0_range| {
        let coherent = Coherent {
            denoiser: &FarOut,
            corrections: by(coherence),
            last_diffusion_step: 999,
            x0_range,
        };
        let x0 = coherent.x0(&x_t, 500).unwrap().max_all().unwrap();
        x0.to_scalar::<f32>().unwrap()
    };
    let range = Some((-0.1, 1.1));
    assert_eq!(largest(Coherence::NONE, range), 4.0);
    assert_eq!(largest(Coherence::default(), range), 1.1);
    assert!(largest(Coherence::default(), None) > 4.0);
}

#[test]
fn phrases_of_noise_correlate_by_the_repetition_share_and_keep_their_variance() {
    let source = NoiseSource::new(3, 0);
    let noise = source
        .normal(NoiseUse::Start, (1, 2, 128, 80), &Device::Cpu)
        .unwrap();
    let phrase = source
        .normal(NoiseUse::CommonPhrase, (1, 2, 64, 80), &Device::Cpu)
        .unwrap();
    let coherence = Coherence {
        repetition: 0.25,
        ..Coherence::NONE
    };
    let mixed = coherence.repeat_phrases(&noise, &phrase).unwrap();
    let mean_product = |a: &Tensor, b: &Tensor| {
        (a * b)
            .unwrap()
            .mean_all()
            .unwrap()
            .to_scalar::<f32>()
            .unwrap()
    };
    let bar_of = |bar: usize| mixed.narrow(2, 16 * bar, 16).unwrap();
    assert!((mean_product(&mixed, &mixed) - 1.0).abs() < 0.05);
    let correlation = mean_product(&bar_of(1), &bar_of(5));
    assert!((correlation - 0.25).abs() < 0.06, "{correlation}");
    let within_a_phrase = mean_product(&bar_of(1), &bar_of(2));
    assert!(within_a_phrase.abs() < 0.06, "{within_a_phrase}");
}
