//! What a session keeps of the host's timeline.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Session;
use crate::player::Sighting;
use crate::timeline::HostTempoPoint;

impl Session {
    /// Returns the owner of what this instance inserts into the host's timeline: a random number, saved with the project.
    pub fn insertion_owner(&self) -> u64 {
        let mut shared = self.lock();
        if let Some(owner) = shared.insertion_owner {
            return owner;
        }
        let owner = RandomState::new().build_hasher().finish();
        shared.insertion_owner = Some(owner);
        self.revision.fetch_add(1, Ordering::Relaxed);
        owner
    }

    /// Learns the host's tempo map as it is on the host's timeline.
    pub fn learn_tempo_points(&self, points: &[HostTempoPoint]) {
        let mut shared = self.lock();
        shared.learn_tempo(&self.live);
        let host_tempo = Arc::make_mut(&mut shared.host_tempo);
        for (index, point) in points.iter().enumerate() {
            host_tempo.learn(Sighting {
                at: point.at,
                time: point.time,
                tempo: point.tempo,
                continues: index > 0,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::State;
    use crate::player::Player;
    use crate::time::{Beats, Seconds, Tempo};

    #[test]
    fn the_owner_is_saved_with_the_project_and_outlives_a_state_without_one() {
        let session = Session::new(Player::new().1);
        assert_eq!(session.state_to_save().insertion_owner, None);
        let owner = session.insertion_owner();
        assert_eq!(session.insertion_owner(), owner);
        let saved = session.state_to_save().to_text().unwrap();

        let again = Session::new(Player::new().1);
        again.load(&saved);
        assert_eq!(again.insertion_owner(), owner);
        again.load(&State::default().to_text().unwrap());
        assert_eq!(again.insertion_owner(), owner);
        assert_ne!(Session::new(Player::new().1).insertion_owner(), owner);
    }

    #[test]
    fn a_tempo_map_that_was_read_is_known_as_if_the_host_had_played_it() {
        let session = Session::new(Player::new().1);
        let point = |at, time, bpm| HostTempoPoint {
            at: Beats(at),
            time: Seconds(time),
            tempo: Tempo::new(bpm).unwrap(),
        };
        session.learn_tempo_points(&[
            point(0.0, 0.0, 60.0),
            point(8.0, 8.0, 120.0),
            point(12.0, 10.0, 120.0),
        ]);
        let map = session.state_to_save().host_tempo.map(None).unwrap();
        for (beat, seconds) in [(0.0, 0.0), (7.0, 7.0), (8.0, 8.0), (16.0, 12.0)] {
            let found = map.seconds_at(Beats(beat)).0;
            assert!((found - seconds).abs() < 1e-9, "beat {beat} at {found} s");
        }
    }
}
