use proptest::prelude::*;

use super::*;

fn map(changes: &[(f64, f64)]) -> Result<TempoMap, Fault> {
    let change = |&(at, tempo_bpm)| TempoChange {
        at: Beats(at),
        tempo: Tempo::new(tempo_bpm).unwrap(),
    };
    TempoMap::new(changes.iter().map(change).collect())
}

fn any_map() -> impl Strategy<Value = TempoMap> {
    let later = prop::collection::vec((0.01f64..50.0, 20.0f64..400.0), 0..8);
    (20.0f64..400.0, later).prop_map(|(initial, later)| {
        let mut changes = vec![(0.0, initial)];
        for (gap, tempo_bpm) in later {
            changes.push((changes[changes.len() - 1].0 + gap, tempo_bpm));
        }
        map(&changes).unwrap()
    })
}

#[test]
fn each_tempo_holds_until_the_next() {
    let map = map(&[(0.0, 120.0), (4.0, 60.0), (6.0, 240.0)]).unwrap();
    let times = [-2.0, 3.0, 4.0, 5.0, 6.0, 10.0].map(|at| map.seconds_at(Beats(at)).0);
    assert_eq!(times, [-1.0, 1.5, 2.0, 3.0, 4.0, 5.0]);
    let tempi = [-1.0, 3.9, 4.0, 6.0, 9.0].map(|at| map.tempo_at(Beats(at)).bpm());
    assert_eq!(tempi, [120.0, 120.0, 60.0, 240.0, 240.0]);
    assert_eq!(map.initial_tempo().bpm(), 120.0);
}

#[test]
fn the_map_of_a_piece_counts_from_where_the_piece_starts() {
    let project = map(&[(0.0, 120.0), (4.0, 60.0), (6.0, 240.0)]).unwrap();
    for (start, changes) in [
        (0.0, &[(0.0, 120.0), (4.0, 60.0), (6.0, 240.0)][..]),
        (3.0, &[(0.0, 120.0), (1.0, 60.0), (3.0, 240.0)]),
        (4.0, &[(0.0, 60.0), (2.0, 240.0)]),
        (8.0, &[(0.0, 240.0)]),
    ] {
        let piece = project.starting_at(Beats(start));
        assert_eq!(piece, map(changes).unwrap());
        let end = Beats(start + 9.0);
        let passed = project.seconds_between(Beats(start), end);
        assert_eq!(piece.seconds_at(Beats(9.0)), passed);
        assert_eq!(project.beat_after(Beats(start), passed), end);
    }
    assert_eq!(project.constant_tempo(), None);
    assert_eq!(project.fastest_tempo().bpm(), 240.0);
}

#[test]
fn the_mean_tempo_takes_as_long_as_the_tempi_do() {
    let map = map(&[(0.0, 120.0), (4.0, 60.0)]).unwrap();
    let mean = |from, to| map.mean_tempo(Beats(from), Beats(to)).bpm();
    assert_eq!((mean(0.0, 4.0), mean(4.0, 8.0)), (120.0, 60.0));
    // Half a second and a second for two beats.
    assert_eq!(mean(3.0, 5.0), 80.0);
}

#[test]
fn a_map_begins_at_beat_0_and_ascends() {
    for wrong in [
        &[][..],
        &[(1.0, 120.0)],
        &[(0.0, 120.0), (0.0, 90.0)],
        &[(0.0, 120.0), (8.0, 90.0), (4.0, 100.0)],
        &[(0.0, 120.0), (f64::NAN, 90.0)],
        &[(0.0, 120.0), (f64::INFINITY, 90.0)],
    ] {
        assert!(map(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_constant_tempo_is_saved_as_a_number() {
    let constant = TempoMap::constant(Tempo::new(96.5).unwrap());
    assert_eq!(serde_json::to_string(&constant).unwrap(), "96.5");
    let changing = map(&[(0.0, 120.0), (4.0, 60.0)]).unwrap();
    for map in [constant, changing] {
        let text = serde_json::to_string(&map).unwrap();
        assert_eq!(serde_json::from_str::<TempoMap>(&text).unwrap(), map);
    }
    for wrong in ["1000", "[]", "[{\"at\": 1, \"tempo\": 120}]"] {
        assert!(serde_json::from_str::<TempoMap>(wrong).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn beats_and_seconds_are_inverse(map in any_map(), at in -10.0f64..500.0) {
        let beats = map.beat_at(map.seconds_at(Beats(at)));
        prop_assert!((beats.0 - at).abs() < 1e-9, "{} for {at}", beats.0);
        let seconds = map.seconds_at(map.beat_at(Seconds(at)));
        prop_assert!((seconds.0 - at).abs() < 1e-9, "{} for {at}", seconds.0);
    }

    #[test]
    fn time_always_goes_forward(map in any_map(), at in -10.0f64..500.0, later in 0.001f64..100.0) {
        prop_assert!(map.seconds_at(Beats(at)) < map.seconds_at(Beats(at + later)));
    }

    #[test]
    fn a_constant_map_counts_as_its_tempo_does(tempo_bpm in 20.0f64..400.0, at in 0.0f64..500.0) {
        let tempo = Tempo::new(tempo_bpm).unwrap();
        let map = TempoMap::constant(tempo);
        prop_assert!((map.seconds_at(Beats(at)) - tempo.seconds_in(Beats(at))).0.abs() < 1e-9);
        prop_assert!((map.beat_at(Seconds(at)) - tempo.beats_in(Seconds(at))).0.abs() < 1e-9);
    }

    #[test]
    fn a_change_of_tempo_is_where_the_slope_changes(map in any_map(), at in 0.0f64..500.0) {
        let step = 1e-3;
        let inside = map.changes().iter().all(|change| !(at..at + step).contains(&change.at.0));
        prop_assume!(inside);
        let slope = (map.seconds_at(Beats(at + step)) - map.seconds_at(Beats(at))).0 / step;
        prop_assert!((60.0 / slope - map.tempo_at(Beats(at)).bpm()).abs() < 1e-3);
    }
}
