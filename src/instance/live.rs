//! What the audio thread shares with the others, without locks.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use crossbeam::queue::ArrayQueue;

use crate::player::{HostTransport, Sighting};
use crate::time::{Seconds, Tempo};

/// The most sightings that wait to be learnt from: those of two hours, at one tempo.
const MOST_SIGHTINGS: usize = 8192;

/// The host's transport in the last block, and what it has shown of its tempo map.
#[derive(Debug)]
pub struct Live {
    playing: AtomicBool,
    /// The bits of an `f64`, as are the next two; NaN if unknown.
    tempo_bpm: AtomicU64,
    position_beats: AtomicU64,
    position_seconds: AtomicU64,
    /// The upper number of the time signature times 256, plus the lower; 0 if unknown.
    time_signature: AtomicU32,
    loads: AtomicU32,
    sightings: ArrayQueue<Sighting>,
    /// The pitch of the note to be auditioned times 256, plus its velocity; 0 if there is none.
    audition: AtomicU32,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            playing: AtomicBool::new(false),
            tempo_bpm: AtomicU64::new(f64::NAN.to_bits()),
            position_beats: AtomicU64::new(f64::NAN.to_bits()),
            position_seconds: AtomicU64::new(f64::NAN.to_bits()),
            time_signature: AtomicU32::new(0),
            loads: AtomicU32::new(0),
            sightings: ArrayQueue::new(MOST_SIGHTINGS),
            audition: AtomicU32::new(0),
        }
    }
}

impl Live {
    /// Stores the host's transport. Called by the audio thread.
    pub fn set_transport(&self, transport: &HostTransport) {
        self.playing.store(transport.playing, Ordering::Relaxed);
        store(&self.tempo_bpm, transport.tempo_bpm);
        store(&self.position_beats, transport.position_beats);
        store(&self.position_seconds, transport.position_seconds);
        let (beats, unit) = transport.time_signature.unwrap_or_default();
        let packed = u32::from(u16::from_be_bytes([beats, unit]));
        self.time_signature.store(packed, Ordering::Relaxed);
    }

    /// Counts a project that the host has loaded. Its parameters are set already.
    pub fn count_load(&self) {
        self.loads.fetch_add(1, Ordering::Release);
    }

    /// Returns how many projects the host has loaded into this instance.
    pub fn loads(&self) -> u32 {
        self.loads.load(Ordering::Acquire)
    }

    /// Stores a sighting of the host's tempo map. Returns false if there is no room. Called by the audio thread.
    pub fn sight(&self, sighting: Sighting) -> bool {
        self.sightings.push(sighting).is_ok()
    }

    /// Asks for a note to be heard. Of several that are asked for in one block, only the last one is.
    pub fn audition(&self, pitch: u8, velocity: u8) {
        let bytes = [pitch.min(127), velocity.clamp(1, 127)];
        let packed = u32::from(u16::from_be_bytes(bytes));
        self.audition.store(packed, Ordering::Relaxed);
    }

    /// Returns the pitch and velocity of the note that is to be heard, once, or `None` if there is none.
    pub fn take_audition(&self) -> Option<(u8, u8)> {
        let packed = self.audition.swap(0, Ordering::Relaxed);
        let [pitch, velocity] = (packed as u16).to_be_bytes();
        (packed != 0).then_some((pitch, velocity))
    }

    /// Takes the oldest sighting that nobody has learnt from.
    pub(super) fn next_sighting(&self) -> Option<Sighting> {
        self.sightings.pop()
    }

    /// Returns whether the host is playing.
    pub fn is_playing(&self) -> bool {
        self.playing.load(Ordering::Relaxed)
    }

    /// Returns the host's tempo in quarter notes per minute, or `None` if the host has not reported one.
    pub fn tempo_bpm(&self) -> Option<f64> {
        known(&self.tempo_bpm)
    }

    /// Returns the host's tempo, or `None` if it is unknown or not a tempo for music.
    pub fn tempo(&self) -> Option<Tempo> {
        Tempo::new(self.tempo_bpm()?).ok()
    }

    /// Returns the upper and lower number of the host's time signature, or `None` if the host has not reported one.
    pub fn time_signature(&self) -> Option<(u8, u8)> {
        let packed = self.time_signature.load(Ordering::Relaxed);
        let [beats, unit] = (packed as u16).to_be_bytes();
        (packed != 0).then_some((beats, unit))
    }

    /// Returns the host's position in quarter notes, or `None` if unknown.
    pub fn position_beats(&self) -> Option<f64> {
        known(&self.position_beats)
    }

    /// Returns the host's position in time, or `None` if unknown.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_note_that_was_asked_for_is_heard_once() {
        let live = Live::default();
        assert_eq!(live.take_audition(), None);
        live.audition(60, 90);
        live.audition(0, 0);
        assert_eq!(live.take_audition(), Some((0, 1)));
        assert_eq!(live.take_audition(), None);
    }
}
