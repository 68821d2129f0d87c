//! The tempo of the project: what the host has shown of it, and what is assumed of the rest.

use std::sync::Arc;

use super::{Session, Shared, Snapshot};
use crate::instance::host_tempo::HostTempo;
use crate::instance::live::Live;
use crate::instance::state::State;
use crate::music::tempo_map::TempoMap;
use crate::time::{Beats, Tempo};

impl Session {
    /// Returns the tempo of a draft for `state` that begins at beat `start` of the project; see [`Snapshot::tempo_map`].
    pub fn tempo_map_for_drafts(&self, state: &State, start: Beats) -> TempoMap {
        let host_tempo = {
            let mut shared = self.lock();
            shared.learn_tempo(&self.live);
            Arc::clone(&shared.host_tempo)
        };
        tempo_map(&host_tempo, &self.live, state, start)
    }

    /// Returns the state to be saved, with what is known of the host's tempo map.
    pub fn state_to_save(&self) -> State {
        let mut shared = self.lock();
        shared.learn_tempo(&self.live);
        State {
            host_tempo: HostTempo::clone(&shared.host_tempo),
            ..State::clone(&shared.state)
        }
    }
}

impl Shared {
    /// Learns from what the audio thread has seen.
    pub(super) fn learn_tempo(&mut self, live: &Live) {
        while let Some(sighting) = live.next_sighting() {
            Arc::make_mut(&mut self.host_tempo).learn(sighting);
        }
    }
}

impl Shared {
    /// Returns what is known of the host's tempo map after a state with `saved` was loaded. A host that has shown its tempo
    /// is believed: it may load a state in the middle of a project, as a preset or to undo something.
    pub(super) fn host_tempo_after(&mut self, saved: HostTempo, live: &Live) -> Arc<HostTempo> {
        self.learn_tempo(live);
        if self.host_tempo.has_seen_host() {
            Arc::clone(&self.host_tempo)
        } else {
            Arc::new(saved)
        }
    }
}

impl Snapshot {
    /// Returns the tempo that drafts are made and shown at if they begin at beat `start` of the project: the host's map as
    /// far as it has shown it, else the tempo that the user set, else the host's at the moment, else that of the current take,
    /// else the default.
    ///
    /// Drafts and the window follow this one rule, so the next draft fits the cuts where the window shows them. Until the
    /// host reports a tempo, which may take until it first plays, the current take is the best evidence of the project's tempo.
    pub fn tempo_map(&self, live: &Live, start: Beats) -> TempoMap {
        tempo_map(&self.host_tempo, live, &self.state, start)
    }
}

fn tempo_map(host_tempo: &HostTempo, live: &Live, state: &State, start: Beats) -> TempoMap {
    let learnt = host_tempo.map(state.tempo_ahead);
    let of_host = learnt.map(|project| project.starting_at(start));
    let constant = |tempo: Tempo| TempoMap::constant(tempo);
    let of_take = || Some(state.current_take()?.draft.score.tempo_map().clone());
    (of_host)
        .or_else(|| state.tempo_ahead.map(constant))
        .or_else(|| live.tempo().map(constant))
        .or_else(of_take)
        .unwrap_or_default()
}
