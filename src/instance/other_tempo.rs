//! Whether a take lies where the picture does under the host's tempo.

use super::host_tempo::HostTempo;
use super::made_with::tempo_words;
use super::state::Take;
use crate::music::tempo_map::TempoMap;
use crate::time::{Beats, Seconds, Tempo};

/// Tempi closer than this are the same to a user, in quarter notes per minute: hosts show one digit after the point.
const SAME_BPM: f64 = 0.05;
/// How far a take may be off the host's time: half a frame at 25 frames per second.
const SAME_TIME: Seconds = Seconds(0.02);
/// The beats before and after a place within which a tempo that changes all the time is that of the place.
const NEAR_BEATS: f64 = 0.5;

/// What is known of the host's tempo.
#[derive(Clone, Copy, Debug)]
pub struct HostNow<'a> {
    /// What it has shown of its tempo map.
    pub map: &'a HostTempo,
    /// Its tempo at the moment, if it has reported one.
    pub tempo: Option<Tempo>,
}

impl HostNow<'_> {
    /// Returns the tempo that a take that starts at beat `start` of the project meets, as in `90 BPM` or `60–180 BPM`, if the
    /// take was made under another: its cuts and accents are elsewhere then. What is not known of the host counts for nothing.
    pub fn other_tempo(&self, take: &Take, start: Beats) -> Option<String> {
        let score = &take.draft.score;
        let own = score.tempo_map();
        let Some(project) = self.map.map(None) else {
            let now = self.tempo?;
            let is_now = |tempo: Tempo| (tempo.bpm() - now.bpm()).abs() < SAME_BPM;
            let is_met = own.changes().iter().any(|change| is_now(change.tempo));
            let host = TempoMap::constant(now);
            return (!is_met).then(|| tempo_words(&host, score.length()));
        };
        let host = project.starting_at(start);
        let is_met = |(from, to): (Beats, Beats)| {
            let from = Beats((from - start).0.max(0.0));
            let to = Beats((to - start).0.min(score.length().0));
            if from < to {
                takes_as_long(own, &host, from, to)
            } else {
                from > to || is_at_tempo(own, &host, from)
            }
        };
        let is_met = self.map.known_stretches().into_iter().all(is_met);
        (!is_met).then(|| tempo_words(&host, score.length()))
    }
}

/// Returns whether a piece of a length lies at the same time under both maps.
pub(super) fn is_same_time(one: &TempoMap, other: &TempoMap, length: Beats) -> bool {
    takes_as_long(one, other, Beats(0.0), length)
}

/// Returns whether both maps put every beat of a stretch at the same time after its start.
fn takes_as_long(own: &TempoMap, host: &TempoMap, from: Beats, to: Beats) -> bool {
    let changes = own.changes().iter().chain(host.changes());
    let inside = changes.map(|change| change.at);
    let mut places = inside.filter(|at| from < *at && *at < to).chain([to]);
    places.all(|at| {
        let off = own.seconds_between(from, at) - host.seconds_between(from, at);
        off.0.abs() <= SAME_TIME.0
    })
}

/// Returns whether both maps have the same tempo at a beat, or `own` changes to it there.
fn is_at_tempo(own: &TempoMap, host: &TempoMap, at: Beats) -> bool {
    let near = |by: f64| own.tempo_at(Beats((at.0 + by).max(0.0))).bpm();
    let (before, here, after) = (near(-NEAR_BEATS), near(0.0), near(NEAR_BEATS));
    let least = before.min(here).min(after) - SAME_BPM;
    let most = before.max(here).max(after) + SAME_BPM;
    (least..=most).contains(&host.tempo_at(at).bpm())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::Draft;
    use crate::instance::State;
    use crate::music::score::{RawScore, Score};
    use crate::music::tempo_map::TempoChange;
    use crate::player::TempoWatch;
    use crate::player::testing::TestHost;
    use crate::time::Bars;

    fn map(changes: &[(f64, f64)]) -> TempoMap {
        let change = |&(at, bpm): &(f64, f64)| TempoChange {
            at: Beats(at),
            tempo: Tempo::new(bpm).unwrap(),
        };
        TempoMap::new(changes.iter().map(change).collect()).unwrap()
    }

    fn take(tempo_map: &TempoMap) -> Take {
        let score = RawScore {
            bars: Bars(20),
            tempo_map: tempo_map.clone(),
            ..RawScore::default()
        };
        let draft = Draft {
            score: Score::new(score).unwrap(),
            ..Draft::default()
        };
        let mut state = State::default();
        state.add_take(draft, 0);
        state.takes.remove(0)
    }

    fn learnt(host: &TestHost<'_>, to: f64) -> HostTempo {
        let mut known = HostTempo::default();
        let sightings = if to > 0.0 {
            host.play(&mut TempoWatch::default(), 0.0..to)
        } else {
            host.stand(&mut TempoWatch::default(), 0.0)
        };
        sightings.into_iter().for_each(|it| known.learn(it));
        known
    }

    fn other(own: &TempoMap, known: &HostTempo, start: f64) -> Option<String> {
        let host = HostNow {
            map: known,
            tempo: None,
        };
        host.other_tempo(&take(own), Beats(start))
    }

    #[test]
    fn without_a_map_the_tempo_at_the_moment_counts() {
        let is_other = |own: &[(f64, f64)], host| {
            let host = HostNow {
                map: &HostTempo::default(),
                tempo: Tempo::new(host).ok(),
            };
            host.other_tempo(&take(&map(own)), Beats(0.0))
        };
        assert_eq!(is_other(&[(0.0, 96.5)], 96.52), None);
        assert_eq!(is_other(&[(0.0, 96.5)], 96.6), Some("96.6 BPM".to_owned()));
        assert_eq!(is_other(&[(0.0, 60.0), (8.0, 180.0)], 180.0), None);
        assert_eq!(is_other(&[(0.0, 60.0)], 1e9), None);
    }

    #[test]
    fn only_what_is_known_of_the_host_counts() {
        let two = map(&[(0.0, 60.0), (16.0, 180.0)]);
        let host = TestHost::of_map(&two);
        let slow = map(&[(0.0, 60.0)]);
        for to in [0.0, 8.0] {
            let known = learnt(&host, to);
            assert_eq!(other(&two, &known, 0.0), None, "{to}");
            assert_eq!(other(&slow, &known, 0.0), None, "{to}");
            assert!(other(&map(&[(0.0, 90.0)]), &known, 0.0).is_some(), "{to}");
        }
        let known = learnt(&host, 30.0);
        assert_eq!(other(&two, &known, 0.0), None);
        let words = Some("60–180 BPM".to_owned());
        assert_eq!(other(&slow, &known, 0.0), words);
        assert_eq!(
            other(&map(&[(0.0, 60.0), (17.0, 180.0)]), &known, 0.0),
            words
        );
        // From beat 8 on it would have to change at beat 8.
        assert_eq!(other(&two, &known, 8.0), words);
        assert_eq!(other(&two.starting_at(Beats(8.0)), &known, 8.0), None);
    }

    #[test]
    fn a_take_made_under_a_ramp_fits_it_however_it_is_learnt() {
        let ramp = TestHost::of_ramp();
        let own = learnt(&ramp, 61.0).map(None).unwrap();
        let large = TestHost {
            block: crate::player::Block {
                frames: 2000,
                rate_hz: 44_100.0,
            },
            ..TestHost::of_ramp()
        };
        for to in [0.0, 20.0, 61.0] {
            assert_eq!(other(&own, &learnt(&large, to), 0.0), None, "{to}");
        }
        assert!(other(&own, &learnt(&TestHost::of_rubato(), 61.0), 0.0).is_some());
    }
}
