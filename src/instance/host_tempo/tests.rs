use super::*;
use crate::music::tempo_map::TempoChange;
use crate::player::testing::TestHost;
use crate::player::{Block, TempoWatch};
use crate::time::Seconds;

fn map(changes: &[(f64, f64)]) -> TempoMap {
    let change = |&(at, bpm): &(f64, f64)| TempoChange {
        at: Beats(at),
        tempo: Tempo::new(bpm).unwrap(),
    };
    TempoMap::new(changes.iter().map(change).collect()).unwrap()
}

/// 60 to 180 BPM in steps, two of them off the beat.
fn steps() -> TempoMap {
    map(&[(0.0, 60.0), (16.0, 90.5), (33.37, 120.0), (60.25, 180.0)])
}

/// Someone who learns a host's tempo.
#[derive(Default)]
struct Learner {
    watch: TempoWatch,
    known: HostTempo,
}

impl Learner {
    fn learn(&mut self, sightings: Vec<Sighting>) {
        sightings.into_iter().for_each(|it| self.known.learn(it));
    }

    fn play(&mut self, host: &TestHost<'_>, from: f64, to: f64) {
        let sightings = host.play(&mut self.watch, from..to);
        self.learn(sightings);
    }

    fn stand(&mut self, host: &TestHost<'_>, second: f64) {
        let sightings = host.stand(&mut self.watch, second);
        self.learn(sightings);
    }

    fn map(&self) -> TempoMap {
        self.known.map(None).unwrap()
    }
}

/// Returns how far the map is off the host's seconds at most, in seconds.
fn error(map: &TempoMap, host: &TestHost<'_>, seconds: std::ops::Range<u32>) -> f64 {
    let tenths =
        (seconds.start * 10..seconds.end * 10).map(|tenth| f64::from(tenth) / 10.0 + 0.013);
    let off = |second: f64| {
        let (beat, tempo_bpm) = (host.place_at)(second);
        let in_time = (map.seconds_at(Beats(beat)).0 - second).abs();
        let in_beats = (map.beat_at(Seconds(second)).0 - beat).abs() * 60.0 / tempo_bpm;
        in_time.max(in_beats)
    };
    tenths.map(off).fold(0.0, f64::max)
}

#[test]
fn after_the_host_has_played_every_beat_lies_on_its_second_to_a_millisecond() {
    let steps = steps();
    for tick_beats in [None, Some(1.0 / 1920.0), Some(1.0 / 960.0)] {
        for frames in [64, 512, 4096] {
            for host in [
                TestHost::of_map(&steps),
                TestHost::of_ramp(),
                TestHost::of_rubato(),
            ] {
                let host = TestHost {
                    block: Block {
                        frames,
                        rate_hz: 48_000.0,
                    },
                    tick_beats,
                    ..host
                };
                let mut learner = Learner::default();
                learner.play(&host, 0.0, 61.0);
                let error = error(&learner.map(), &host, 0..60);
                assert!(
                    error < 1e-3,
                    "{error} s off: {frames} frames, {tick_beats:?}"
                );
                let end = (host.place_at)(61.0).0;
                let known = learner.known.known_until(Beats(0.0)).0;
                assert!((end - known).abs() < 0.3, "{known} of {end}");
            }
        }
    }
}

#[test]
fn a_map_in_steps_is_learnt_as_it_is() {
    let steps = map(&[(0.0, 60.0), (16.0, 90.5), (33.5, 120.0), (60.25, 180.0)]);
    let mut learner = Learner::default();
    learner.play(&TestHost::of_map(&steps), 0.0, 61.0);
    assert_eq!(learner.map(), steps);
    let constant = map(&[(0.0, 93.25)]);
    let mut learner = Learner::default();
    learner.play(&TestHost::of_map(&constant), 0.0, 61.0);
    assert_eq!(learner.map(), constant);
    let places = learner.known.points.len();
    assert!(places <= 3, "{places} places");
}

#[test]
fn loops_and_jumps_teach_as_much_as_one_run() {
    let ramp = TestHost::of_ramp();
    let mut learner = Learner::default();
    for (from, to) in [
        (20.0, 40.0),
        (30.0, 35.0),
        (0.0, 25.0),
        (50.0, 61.0),
        (38.0, 52.0),
    ] {
        learner.play(&ramp, from, to);
        learner.stand(&ramp, 10.0);
    }
    assert!(error(&learner.map(), &ramp, 0..60) < 1e-3);
    assert!(learner.known.known_until(Beats(0.0)) > Beats(120.0));
}

#[test]
fn a_ramp_whose_tempo_the_host_does_not_report_is_learnt_from_its_positions() {
    for (frames, to_bpm) in [(64, 160.0), (1024, 160.0), (1024, 60.0)] {
        let host = TestHost {
            block: Block {
                frames,
                rate_hz: 48_000.0,
            },
            tick_beats: Some(1.0 / 1920.0),
            ..TestHost::of_untold_ramp(100.0, to_bpm)
        };
        let mut learner = Learner::default();
        learner.play(&host, 0.0, 12.0);
        let known = learner.known.known_until(Beats(0.0));
        learner.play(&host, 2.0, 9.0);
        assert_eq!(learner.known.known_until(Beats(0.0)), known, "forgotten");
        let error = error(&learner.map(), &host, 0..11);
        assert!(error < 2e-3, "{error} s off: {frames} frames to {to_bpm}");
    }
}

#[test]
fn what_the_host_has_not_played_is_not_known() {
    let steps = steps();
    let host = TestHost::of_map(&steps);
    let mut learner = Learner::default();
    assert!(learner.known.is_empty() && learner.known.map(None).is_none());
    learner.stand(&host, 0.0);
    assert_eq!(learner.map(), map(&[(0.0, 60.0)]));
    assert_eq!(learner.known.known_until(Beats(0.0)), Beats(0.0));
    learner.play(&host, 0.0, 8.0);
    let known = learner.known.known_until(Beats(0.0)).0;
    assert!((7.9..=8.0).contains(&known), "{known}");
    assert_eq!(learner.known.known_until(Beats(4.0)).0, known);
    assert_eq!(learner.known.known_until(Beats(12.0)).0, 12.0);
    // A tempo that is assumed holds from there on.
    let assumed = learner.known.map(Tempo::new(150.0).ok()).unwrap();
    assert_eq!(assumed.tempo_at(Beats(known - 0.1)).bpm(), 60.0);
    assert_eq!(assumed.tempo_at(Beats(known + 0.1)).bpm(), 150.0);
}

#[test]
fn two_tempi_that_one_change_explains_change_there_but_that_is_not_known() {
    let two = map(&[(0.0, 60.0), (16.0, 180.0)]);
    let host = TestHost::of_map(&two);
    let mut learner = Learner::default();
    learner.stand(&host, 0.0);
    learner.stand(&host, 40.0);
    assert_eq!(learner.map(), two);
    assert_eq!(learner.known.known_until(Beats(0.0)), Beats(0.0));
    // The same tempo that takes as long is known.
    learner.stand(&host, 10.0);
    assert_eq!(learner.known.known_until(Beats(0.0)), Beats(10.0));
    // What begins late lies at its second nevertheless.
    let mut late = Learner::default();
    late.play(&host, 30.0, 40.0);
    let off = late.map().seconds_at(Beats(58.0)) - two.seconds_at(Beats(58.0));
    assert!(off.0.abs() < 1e-6, "{off:?}");
}

#[test]
fn a_map_that_was_changed_is_forgotten_and_learnt_again() {
    let (old, new) = (steps(), map(&[(0.0, 60.0), (20.0, 90.0)]));
    let (before, after) = (TestHost::of_map(&old), TestHost::of_map(&new));
    let mut learner = Learner::default();
    learner.play(&before, 0.0, 40.0);
    learner.play(&after, 30.0, 40.0);
    assert_eq!(learner.known.known_stretches().len(), 1);
    learner.play(&after, 0.0, 31.0);
    assert_eq!(learner.map(), new);
    // Another tempo where the host stands is news even if nothing plays.
    let fast = map(&[(0.0, 120.0)]);
    learner.stand(&TestHost::of_map(&fast), 0.0);
    assert_eq!(learner.map(), fast);
}

#[test]
fn what_is_known_is_saved_and_impossible_places_are_not_believed() {
    let ramp = TestHost::of_ramp();
    let mut learner = Learner::default();
    learner.play(&ramp, 0.0, 61.0);
    let text = serde_json::to_string(&learner.known).unwrap();
    let back: HostTempo = serde_json::from_str(&text).unwrap();
    assert!(error(&back.map(None).unwrap(), &ramp, 0..60) < 1e-3);
    let until = |known: &HostTempo| known.known_until(Beats(0.0));
    assert!((until(&back) - until(&learner.known)).0.abs() < 1e-9);
    assert!(learner.known.has_seen_host() && !back.has_seen_host());
    for wrong in [
        "[[0.0, 0.0, 1e9, true]]",
        "[[-1.0, 0.0, 120.0, true]]",
        "[[4.0, 2.0, 120.0, true], [4.0, 2.0, 120.0, true]]",
        "[[4.0, 2.0, 120.0, true], [8.0, 1.0, 120.0, true]]",
    ] {
        let known: HostTempo = serde_json::from_str(wrong).unwrap();
        assert!(known.is_empty(), "{wrong}");
    }
    assert!(serde_json::from_str::<HostTempo>("[[0.0, null, 120.0, true]]").is_err());
}

proptest::proptest! {
    #[test]
    fn no_sighting_makes_a_map_impossible(
        sightings in proptest::collection::vec(
            (0.0..1e4_f64, -10.0..1e4_f64, 20.0..400.0_f64, proptest::bool::ANY), 0..40,
        ),
    ) {
        let mut known = HostTempo::default();
        for (beat, second, bpm, continues) in sightings {
            known.learn(Sighting {
                at: Beats(beat),
                time: Seconds(second),
                tempo: Tempo::new(bpm).unwrap(),
                continues,
            });
            proptest::prop_assert!(known.map(None).is_some());
            let until = known.known_until(Beats(8.0));
            proptest::prop_assert!(until.0 >= 8.0 || known.known_stretches().is_empty());
        }
    }
}

#[test]
fn the_map_is_made_again_only_when_something_new_was_learnt() {
    let project = steps();
    let host = TestHost::of_map(&project);
    let mut learner = Learner::default();
    learner.play(&host, 0.0, 12.0);
    let short = learner.map();
    assert!(learner.known.map.get().is_some());
    learner.play(&host, 2.0, 8.0);
    assert!(learner.known.map.get().is_some(), "nothing was new");
    assert_eq!(learner.map(), short);

    learner.play(&host, 12.0, 30.0);
    let long = learner.map();
    assert_ne!(long, short);
    let saved = serde_json::to_string(&learner.known).unwrap();
    let fresh: HostTempo = serde_json::from_str(&saved).unwrap();
    assert_eq!(fresh.map(None), Some(long));
}
