//! Which takes were made under another tempo than the host's, computed anew only if something of it changes.

use std::sync::Arc;

use crate::editor::contents::Scene;
use crate::generator::Draft;
use crate::instance::{HostNow, HostTempo, Take};
use crate::time::{Beats, Tempo};

/// What is known of the takes under one state of the host.
#[derive(Default)]
pub(super) struct Marks {
    host: Option<Host>,
    /// The tempo that each draft meets, if it was made under another.
    known: Vec<(Arc<Draft>, Option<String>)>,
}

/// What the marks depend on besides the takes.
#[derive(PartialEq)]
struct Host {
    map: HostTempo,
    tempo: Option<Tempo>,
    start: Beats,
}

impl Marks {
    /// Returns the tempo that a take meets, if it was made under another.
    pub(super) fn of(&mut self, take: &Take, scene: Scene<'_>) -> Option<String> {
        let params = scene.params.values();
        // A draft that keeps its own tempo is right under any.
        if !params.follow_host {
            return None;
        }
        let at_the_moment = scene.desk.session.live.tempo();
        let tempo = at_the_moment.filter(|_| scene.host_tempo.is_empty());
        let start = params.start();
        let same = |host: &Host| {
            host.map == *scene.host_tempo && host.tempo == tempo && host.start == start
        };
        if !self.host.as_ref().is_some_and(same) {
            self.known.clear();
            self.host = Some(Host {
                map: scene.host_tempo.clone(),
                tempo,
                start,
            });
        }
        let of_draft = |known: &&(Arc<Draft>, _)| Arc::ptr_eq(&known.0, &take.draft);
        if let Some((_, other)) = self.known.iter().find(of_draft) {
            return other.clone();
        }
        let host = HostNow {
            map: scene.host_tempo,
            tempo,
        };
        let other = host.other_tempo(take, start);
        self.known.push((Arc::clone(&take.draft), other.clone()));
        other
    }

    /// Forgets drafts that only it still holds.
    pub(super) fn forget_deleted(&mut self) {
        self.known.retain(|(draft, _)| Arc::strong_count(draft) > 1);
    }
}
