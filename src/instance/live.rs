//! A few numbers that cross between the audio thread and the others without waiting.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use crate::player::HostTransport;
use crate::time::{Seconds, Tempo};

/// The host's transport a moment ago, and the tempo of what is played.
#[derive(Debug)]
pub struct Live {
    playing: AtomicBool,
    /// Bits of an `f64`; not a number where the host does not say.
    tempo_bpm: AtomicU64,
    position_beats: AtomicU64,
    position_seconds: AtomicU64,
    draft_tempo_bpm: AtomicU64,
    loads: AtomicU32,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            playing: AtomicBool::new(false),
            tempo_bpm: AtomicU64::new(f64::NAN.to_bits()),
            position_beats: AtomicU64::new(f64::NAN.to_bits()),
            position_seconds: AtomicU64::new(f64::NAN.to_bits()),
            draft_tempo_bpm: AtomicU64::new(f64::NAN.to_bits()),
            loads: AtomicU32::new(0),
        }
    }
}

impl Live {
    /// Notes what the host says; called by the audio thread.
    pub fn note(&self, transport: &HostTransport) {
        self.playing.store(transport.playing, Ordering::Relaxed);
        store(&self.tempo_bpm, transport.tempo_bpm);
        store(&self.position_beats, transport.position_beats);
        store(&self.position_seconds, transport.position_seconds);
    }

    /// Notes that the host has opened a project, whose parameters are in place already.
    pub fn note_load(&self) {
        self.loads.fetch_add(1, Ordering::Release);
    }

    /// How many projects the host has opened in this instance.
    pub fn loads(&self) -> u32 {
        self.loads.load(Ordering::Acquire)
    }

    /// Notes the tempo that the played draft was made for.
    pub fn note_draft_tempo(&self, tempo: Option<Tempo>) {
        store(&self.draft_tempo_bpm, tempo.map(Tempo::bpm));
    }

    /// The tempo that the played draft was made for, if one is played.
    pub fn draft_tempo(&self) -> Option<Tempo> {
        Tempo::new(known(&self.draft_tempo_bpm)?).ok()
    }

    /// Whether the host plays.
    pub fn is_playing(&self) -> bool {
        self.playing.load(Ordering::Relaxed)
    }

    /// The host's tempo in quarter notes a minute, if it said one.
    pub fn tempo_bpm(&self) -> Option<f64> {
        known(&self.tempo_bpm)
    }

    /// The host's tempo where it said one and it is one that music has.
    pub fn tempo(&self) -> Option<Tempo> {
        Tempo::new(self.tempo_bpm()?).ok()
    }

    /// Where the host is, in quarter notes, if it said so.
    pub fn position_beats(&self) -> Option<f64> {
        known(&self.position_beats)
    }

    /// Where the host is in time, if it said so.
    pub fn position_seconds(&self) -> Option<Seconds> {
        known(&self.position_seconds).map(Seconds)
    }
}

fn store(cell: &AtomicU64, value: Option<f64>) {
    cell.store(value.unwrap_or(f64::NAN).to_bits(), Ordering::Relaxed);
}

fn known(cell: &AtomicU64) -> Option<f64> {
    let value = f64::from_bits(cell.load(Ordering::Relaxed));
    value.is_finite().then_some(value)
}
