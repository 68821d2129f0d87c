use std::collections::BTreeSet;

use super::*;
use crate::conditioning::hits::Side;
use proptest::prelude::*;

fn tempo(bpm: f64) -> Tempo {
    Tempo::new(bpm).unwrap()
}

fn hit(at: f64, weight: u8) -> Hit {
    Hit {
        at: Seconds(at),
        weight,
        side: Side::Late,
    }
}

fn search(hits: Vec<Hit>, present_bpm: f64, metre: &str) -> TempoSearch {
    TempoSearch {
        hits,
        metre: metre.parse().unwrap(),
        tempo: tempo(present_bpm),
        range: USUAL_RANGE,
        frame_rate_hz: 24.0,
    }
}

/// Hits of weight 1 on beats of a grid, if the picture starts `start` into its first bar.
fn on_grid(bpm: f64, start: f64, beats: &BTreeSet<u32>) -> Vec<Hit> {
    let at = |&beat: &u32| (f64::from(beat) - start) * 60.0 / bpm;
    beats.iter().map(|beat| hit(at(beat), 1)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn cuts_on_the_beats_of_a_tempo_find_it_with_no_frame_off(
        beats in prop::collection::btree_set(4_u32..140, 8..16),
        start in 0_u32..80,
        present in 90.0..110.0_f64,
        steps in 376_u32..400,
    ) {
        let bpm = f64::from(steps) * STEP_BPM;
        let start = f64::from(start) / 20.0;
        let found = search(on_grid(bpm, start, &beats), present, "4/4").find(5);
        prop_assert_eq!(found[0].tempo, tempo(bpm));
        prop_assert!(found[0].mean_frames() < 1e-7, "{}", found[0].mean_frames());
        // Beats of the grid are beats of the candidate, whichever of them is the downbeat.
        let shift = (found[0].start.0 - start).rem_euclid(1.0);
        prop_assert!(shift.min(1.0 - shift) < 1e-9, "{shift}");
    }

    #[test]
    fn candidates_are_sorted_distinct_and_as_good_as_they_say(
        times in prop::collection::vec((0.0..90.0_f64, 1_u8..=3), 1..12),
        present in 40.0..200.0_f64,
        metre in prop::sample::select(vec!["2/4", "3/4", "4/4", "5/4", "6/8", "12/8"]),
    ) {
        let hits = times.iter().map(|&(at, weight)| hit(at, weight)).collect();
        let search = search(hits, present, metre);
        let found = search.find(6);
        prop_assert!(!found.is_empty());
        prop_assert!(found.is_sorted_by(|one, next| one.cost <= next.cost + 1e-6));
        let bar = f64::from(search.metre.bar_beats());
        for (index, candidate) in found.iter().enumerate() {
            prop_assert!((0.0..bar).contains(&candidate.start.0));
            let share = candidate.tempo.bpm() / present;
            prop_assert!((1.0 - USUAL_RANGE - 1e-9..=1.0 + USUAL_RANGE + 1e-9).contains(&share));
            for other in &found[..index] {
                prop_assert!((other.tempo.bpm() - candidate.tempo.bpm()).abs() >= DISTINCT_BPM);
            }
            for met in &candidate.met {
                let at = candidate.start + candidate.tempo.beats_in(met.at);
                let off = candidate.tempo.seconds_in(met.beat - at).0 * 24.0;
                prop_assert!((off - met.frames).abs() < 1e-9);
                // No beat is farther than half a pulse.
                let half = candidate.tempo.seconds_in(search.metre.pulse()).0 * 12.0;
                prop_assert!(met.frames.abs() <= half + 1.0, "{met:?}");
            }
        }
    }
}

#[test]
fn a_film_cut_at_97_25_bpm_is_found_from_100() {
    let beats = BTreeSet::from([8, 13, 20, 32, 46, 60, 83, 96]);
    let found = search(on_grid(97.25, 1.35, &beats), 100.0, "4/4").find(5);
    assert_eq!(found[0].tempo.bpm(), 97.25);
    assert!(found[0].mean_frames() < 1e-9 && found[1].mean_frames() > 0.1);
}

#[test]
fn a_heavy_hit_gets_the_downbeat() {
    // At 120 BPM a beat lasts half a second.
    let hits = vec![hit(1.0, 1), hit(2.5, 1), hit(3.5, 3), hit(5.0, 1)];
    let found = search(hits, 120.0, "4/4").best_start(tempo(120.0));
    assert_eq!(
        (found.met[2].strength, found.start.0),
        (Strength::Downbeat, 1.0)
    );
    assert_eq!(found.met[2].beat, Beats(8.0));
    assert!(found.mean_frames() < 1e-10);
}

#[test]
fn the_beats_of_each_metre_are_those_that_musicians_count() {
    let strengths = |metre: &str| -> Vec<(f64, &str)> {
        strong_beats(metre.parse().unwrap())
            .map(|(place, strength)| (place.0, strength.name()))
            .collect()
    };
    let (down, middle, beat) = ("downbeat", "middle", "beat");
    assert_eq!(strengths("2/4"), [(0.0, down), (1.0, beat)]);
    assert_eq!(strengths("3/4"), [(0.0, down), (1.0, beat), (2.0, beat)]);
    assert_eq!(strengths("4/4")[2], (2.0, middle));
    assert_eq!(strengths("6/8"), [(0.0, down), (1.5, middle)]);
    assert_eq!(
        strengths("12/8"),
        [(0.0, down), (1.5, beat), (3.0, middle), (4.5, beat)]
    );
}

#[test]
fn frames_are_of_25_per_second_if_the_rate_is_unknown_and_early_beats_count_below_zero() {
    let mut search = search(vec![hit(2.04, 1)], 120.0, "4/4");
    search.frame_rate_hz = 0.0;
    let met = search.meet(tempo(120.0), Beats(0.0)).met[0];
    assert!((met.frames + 1.0).abs() < 1e-9, "{}", met.frames);
    assert_eq!((met.beat, met.strength), (Beats(4.0), Strength::Downbeat));
}

#[test]
fn without_hits_there_are_no_candidates_and_the_slowest_tempo_is_kept_to() {
    assert_eq!(search(Vec::new(), 120.0, "4/4").find(5), []);
    let found = search(vec![hit(1.0, 1)], 20.0, "4/4").find(100);
    assert!(found.iter().all(|found| found.tempo.bpm() >= Tempo::MIN));
}
