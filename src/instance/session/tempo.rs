//! The tempo of the project: what the host has shown of it, and what is assumed of the rest.

use std::sync::Arc;

use super::{Session, Shared, Snapshot};
use crate::instance::host_tempo::HostTempo;
use crate::instance::live::Live;
use crate::instance::state::State;
use crate::music::tempo_map::TempoMap;
use crate::time::Beats;

impl Session {
    /// Returns the tempo of a draft for `state` that begins at beat `start` of the project; see [`Snapshot::tempo_map`].
    pub fn tempo_map_for(&self, state: &State, follows_host: bool, start: Beats) -> TempoMap {
        let host_tempo = {
            let mut shared = self.lock();
            shared.learn_tempo(&self.live);
            Arc::clone(&shared.host_tempo)
        };
        let project = Project {
            host_tempo: &host_tempo,
            live: &self.live,
            state,
        };
        project.tempo_map(follows_host, start)
    }

    /// Returns the state to be saved, with what is known of the host.
    pub fn state_to_save(&self) -> State {
        let mut shared = self.lock();
        shared.learn_tempo(&self.live);
        State {
            host_tempo: HostTempo::clone(&shared.host_tempo),
            insertion_owner: shared.insertion_owner,
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
    /// Returns the tempo that drafts are made and shown at if they begin at beat `start` of the project: the host's map as far
    /// as it has shown it, else its tempo at the moment, else the one that the user chose, else that of the current take, else
    /// the default. The user's comes first unless the draft `follows_host`.
    ///
    /// Drafts and the window follow this one rule, so the next draft fits the cuts where the window shows them. Until the
    /// host reports a tempo, which may take until it first plays, the current take is the best evidence of the project's tempo.
    pub fn tempo_map(&self, live: &Live, follows_host: bool, start: Beats) -> TempoMap {
        let project = Project {
            host_tempo: &self.host_tempo,
            live,
            state: &self.state,
        };
        project.tempo_map(follows_host, start)
    }
}

/// What a project's tempo follows from.
struct Project<'a> {
    host_tempo: &'a HostTempo,
    live: &'a Live,
    state: &'a State,
}

impl Project<'_> {
    fn tempo_map(&self, follows_host: bool, start: Beats) -> TempoMap {
        let Self {
            host_tempo,
            live,
            state,
        } = self;
        let of_user = || Some(TempoMap::constant(state.tempo?));
        let of_host = || {
            let learnt = host_tempo.map(state.tempo_ahead.filter(|_| follows_host));
            let learnt = learnt.map(|project| project.starting_at(start));
            learnt.or_else(|| Some(TempoMap::constant(live.tempo()?)))
        };
        let of_take = || Some(state.current_take()?.draft.score.tempo_map().clone());
        let chosen = if follows_host {
            of_host().or_else(of_user)
        } else {
            of_user().or_else(of_host)
        };
        chosen.or_else(of_take).unwrap_or_default()
    }
}
