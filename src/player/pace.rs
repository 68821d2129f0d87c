//! How fast the host's position moves, where that is not the tempo that it reports.
//!
//! Some hosts report one tempo all along a ramp (Ardour, the one at its start). Their position tells the true one.

use super::COARSEST_TICK_BEATS;
use super::transport::{Block, HostTransport};

/// How far a position that the host rounds can be off from where its tempo leads.
const ROUNDED_BEATS: f64 = 2.0 * COARSEST_TICK_BEATS;
/// The share by which the pace of one block may differ from that of the block before. What differs more is a jump.
const MOST_CHANGE: f64 = 0.25;

/// Follows the host's position from block to block.
#[derive(Debug, Default)]
pub(super) struct Pace {
    run: Option<Run>,
}

/// What a host has played at one reported tempo without a jump. Paces are in beats per frame.
#[derive(Clone, Copy, Debug)]
struct Run {
    told: f64,
    first_beats: f64,
    /// The frames since then, without the last block.
    frames_before: f64,
    /// The last block.
    position_beats: f64,
    frames: f64,
    /// The pace of the block before.
    measured: Option<f64>,
    /// The pace of the next block, if it is not `told`.
    pace: Option<f64>,
}

impl Pace {
    /// Returns the transport of the next block, at the tempo at which its position moves.
    pub(super) fn follow(&mut self, host: &HostTransport, block: Block) -> HostTransport {
        let before = self.run.take();
        let (true, Some(tempo_bpm), Some(position_beats)) =
            (host.playing, host.tempo_bpm, host.position_beats)
        else {
            return *host;
        };
        let frames_per_minute = 60.0 * block.rate_hz;
        let told = tempo_bpm / frames_per_minute;
        let run = before
            .filter(|run| run.told == told)
            .and_then(|run| run.go_on_to(position_beats))
            .unwrap_or(Run {
                told,
                first_beats: position_beats,
                frames_before: 0.0,
                position_beats,
                frames: 0.0,
                measured: None,
                pace: None,
            });
        self.run = Some(Run {
            frames: f64::from(block.frames),
            ..run
        });
        HostTransport {
            tempo_bpm: Some(run.pace.map_or(tempo_bpm, |pace| pace * frames_per_minute)),
            ..*host
        }
    }
}

impl Run {
    /// Returns the run up to the start of the next block, or `None` if the host jumped there.
    fn go_on_to(self, position_beats: f64) -> Option<Self> {
        let measured = (position_beats - self.position_beats) / self.frames;
        let before = self.measured.unwrap_or(measured);
        let most_off = MOST_CHANGE * before + ROUNDED_BEATS / self.frames;
        if !(measured > 0.0 && (measured - before).abs() <= most_off) {
            return None;
        }
        let frames_before = self.frames_before + self.frames;
        let off_beats = position_beats - self.first_beats - self.told * frames_before;
        // One block alone may be a jump.
        let is_told = off_beats.abs() <= ROUNDED_BEATS || self.measured.is_none();
        // The mean halves what rounding adds.
        let pace = self.pace.map_or(measured, |pace| 0.5 * (pace + measured));
        Some(Self {
            frames_before,
            position_beats,
            measured: Some(measured),
            pace: (!is_told).then_some(pace),
            ..self
        })
    }
}
