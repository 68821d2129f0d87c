use super::*;

fn planned(seed: u64, major_shares: &[Option<f32>], key: Option<Key>) -> Vec<Chord> {
    let mut state = seed;
    plan(major_shares, key, false, &mut || uniform(&mut state))
}

/// Returns the next number of SplitMix64 (Steele, Lea and Flood, 2014), in 0…1.
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((word ^ (word >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

fn share_of_major(chords: &[Chord]) -> f64 {
    let major = chords
        .iter()
        .filter(|chord| chord.mode == MAJOR_LIKE)
        .count();
    major as f64 / chords.len() as f64
}

#[test]
fn chords_are_major_or_minor_as_asked() {
    let asked: Vec<Option<f32>> = (0..64)
        .map(|beat| Some(if beat < 32 { 0.95 } else { 0.05 }))
        .collect();
    let (mut first_mean, mut second_mean) = (0.0, 0.0);
    for seed in 0..32 {
        let chords = planned(seed, &asked, None);
        let (first, second) = chords.split_at(32);
        let (first, second) = (share_of_major(first), share_of_major(second));
        assert!(
            first > 0.8 && second < 0.3,
            "seed {seed}: {first}, {second}"
        );
        first_mean += first / 32.0;
        second_mean += second / 32.0;
    }
    assert!(
        first_mean > 0.9 && second_mean < 0.1,
        "{first_mean}, {second_mean}"
    );
}

#[test]
fn chords_belong_to_the_key_and_end_on_its_tonic() {
    let key: Key = "Em".parse().unwrap();
    for seed in 0..8 {
        let chords = planned(seed, &[None; 32], Some(key));
        let of_the_scale = chords.iter().filter(|chord| {
            (0..12).all(|class| !chord.classes[class] || [7, 9, 11, 0, 2, 4, 6].contains(&class))
        });
        assert!(of_the_scale.count() >= 22, "seed {seed}");
    }
    let ends = (0..32).filter(|&seed| planned(seed, &[None; 32], Some(key))[31].bass == 4);
    assert!(ends.count() > 20);
}

#[test]
fn phrases_return() {
    let alike = |seed| {
        let chords = planned(seed, &[None; 64], None);
        (16..32)
            .filter(|&beat| chords[beat] == chords[beat - 16])
            .count()
    };
    let mean = (0..32).map(alike).sum::<usize>() as f64 / 32.0;
    // In the training music 4.8 of them do.
    assert!((4.0..7.0).contains(&mean), "{mean} of 16 beats");
}

#[test]
fn repeated_bars_have_the_chords_of_the_earlier_ones_and_the_end_its_own() {
    let key: Key = "G".parse().unwrap();
    let mut repeated = vec![None; 12];
    repeated[6..10].copy_from_slice(&[Some(0), Some(1), Some(2), Some(3)]);
    for seed in 0..8 {
        let mut state = seed;
        let numbers = &mut || uniform(&mut state);
        let tune = Tune::default();
        let chords = plan_under(
            &tune,
            &[None; 48],
            &repeated,
            Some(key.into()),
            true,
            numbers,
        );
        assert_eq!(chords[24..40], chords[..16], "seed {seed}");
        assert!(
            chords[44..].iter().all(|chord| chord.bass == 7),
            "seed {seed}"
        );
    }
}

#[test]
fn a_piece_that_ends_comes_home_to_a_chord_that_rests() {
    for (first, last) in [(0.9, 0.3), (0.2, 0.8), (0.1, 0.1)] {
        let shares: Vec<Option<f32>> = (0..48)
            .map(|beat| Some(if beat < 28 { first } else { last }))
            .collect();
        let mut at_home = 0;
        for seed in 0..16 {
            let mut state = seed;
            let chords = plan(&shares, None, true, &mut || uniform(&mut state));
            let (begin, end) = (chords[0], chords[47]);
            let has = |semitones: u8| end.classes[usize::from((end.bass + semitones) % 12)];
            assert!(has(7) && (has(3) || has(4)), "seed {seed}: {end:?}");
            at_home += usize::from(end.bass == begin.bass);
        }
        // The first chord is most often, but not always, the tonic.
        assert!(at_home >= 10, "{at_home} of 16, {first} to {last}");
    }
}

#[test]
fn planned_chords_keep_to_a_scale() {
    let scale: Scale = "D dorian".parse().unwrap();
    for seed in 0..8 {
        let mut state = seed;
        let chords = plan_under(
            &Tune::default(),
            &[None; 32],
            &[],
            Some(Home::Scale(scale)),
            true,
            &mut || uniform(&mut state),
        );
        let inside = scale.classes();
        let outside = |chord: &&Chord| (0..12).any(|class| chord.classes[class] && !inside[class]);
        assert_eq!(chords.iter().filter(outside).count(), 0, "seed {seed}");
        assert_eq!(chords[31].bass, 2);
    }
}

#[test]
fn the_same_numbers_give_the_same_plan_and_others_another() {
    assert_eq!(planned(3, &[None; 32], None), planned(3, &[None; 32], None));
    assert_ne!(planned(3, &[None; 32], None), planned(4, &[None; 32], None));
    assert!(planned(3, &[], None).is_empty());
    assert_eq!(planned(3, &[Some(0.5); 3], None).len(), 3);
}
