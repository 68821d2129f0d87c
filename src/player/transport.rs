//! The host's transport on the score's timeline.

use crate::music::tempo_map::TempoMap;
use crate::time::{Beats, Seconds, Tempo};

/// The share of a frame by which a position may be late and still count as on the frame, because hosts round.
const FRAME_SLACK: f64 = 1e-3;
/// Tempi that differ by a smaller share are the same.
const SAME_TEMPO: f64 = 1e-6;

/// What a host reports at the start of a block; `None` for what it does not.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HostTransport {
    /// Whether the transport is running.
    pub playing: bool,
    /// The tempo, in quarter notes per minute.
    pub tempo_bpm: Option<f64>,
    /// The position of the block's first frame, in quarter notes.
    pub position_beats: Option<f64>,
    /// The position of the block's first frame, in seconds.
    pub position_seconds: Option<f64>,
    /// Whether the host reported both positions itself. Otherwise one may be computed from the other, as if the tempo had
    /// never changed.
    pub tells_both_positions: bool,
    /// The start and end of the loop in quarter notes, while looping.
    pub loop_beats: Option<(f64, f64)>,
    /// The upper and lower number of the time signature.
    pub time_signature: Option<(u8, u8)>,
}

/// Where the score starts on the host's timeline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Anchor {
    /// At a beat; the score follows the host's tempo.
    Beat(Beats),
    /// At the time at which that beat would be if the score's first tempo held before it; the score keeps its own tempo.
    OwnTempo(Beats),
}

/// The transport on the score's timeline.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Transport {
    /// Whether the transport is running.
    pub playing: bool,
    /// The tempo, in quarter notes per minute.
    pub tempo_bpm: Option<f64>,
    /// The position of the block's first frame.
    pub position: Option<Beats>,
    /// The start and end of the loop, while looping.
    pub loop_range: Option<(Beats, Beats)>,
}

/// A block of audio to fill.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    /// The number of frames.
    pub frames: u32,
    /// Frames per second.
    pub rate_hz: f64,
}

impl HostTransport {
    /// Returns the transport on the timeline of a score at `anchor`, whose own tempo is `tempo_map`, and the number of frames
    /// for which it goes on at one tempo, at most those of `block` from `first_frame` on.
    pub(super) fn on_score(
        &self,
        anchor: Anchor,
        tempo_map: &TempoMap,
        block: Block,
        first_frame: u32,
    ) -> (Transport, u32) {
        let left = block.frames - first_frame;
        let passed = Seconds(f64::from(first_frame) / block.rate_hz);
        // Where a loop goes back within the block, what comes after it is elsewhere.
        let is_straight = self.loop_beats.is_none();
        let frames_at = |position: Beats| match tempo_map.next_change(position) {
            Some(change) if is_straight => {
                let until = tempo_map.seconds_between(position, change.at);
                // The conversion saturates.
                ((until.0 * block.rate_hz - FRAME_SLACK).ceil() as u32).clamp(1, left)
            }
            _ => left,
        };
        match anchor {
            Anchor::Beat(start) => {
                let position = self.position_beats.map(|beats| Beats(beats) - start);
                let mut transport = Transport {
                    playing: self.playing,
                    tempo_bpm: self.tempo_bpm,
                    position,
                    loop_range: (self.loop_beats)
                        .map(|(first, end)| (Beats(first) - start, Beats(end) - start)),
                };
                let own = position.filter(|&at| is_straight && self.is_at(tempo_map.tempo_at(at)));
                let Some(position) = own else {
                    return (transport, left);
                };
                // The score was made for this tempo, so it knows of changes within the block, which the host does not report.
                let position = tempo_map.beat_after(position, passed);
                transport.position = Some(position);
                transport.tempo_bpm = Some(tempo_map.tempo_at(position).bpm());
                (transport, frames_at(position))
            }
            Anchor::OwnTempo(start) => {
                let start = tempo_map.initial_tempo().seconds_in(start);
                let beat_at = |seconds| tempo_map.beat_at(Seconds(seconds) - start);
                let position = (self.position_seconds).map(|seconds| beat_at(seconds + passed.0));
                let at = position.unwrap_or_default();
                let transport = Transport {
                    playing: self.playing,
                    tempo_bpm: Some(tempo_map.tempo_at(at).bpm()),
                    position,
                    loop_range: (self.loop_seconds())
                        .map(|(first, end)| (beat_at(first), beat_at(end))),
                };
                (transport, frames_at(at))
            }
        }
    }

    /// Returns whether the host reports this tempo.
    fn is_at(&self, tempo: Tempo) -> bool {
        let ratio = self.tempo_bpm.map(|bpm| bpm / tempo.bpm());
        ratio.is_some_and(|ratio| (ratio - 1.0).abs() < SAME_TEMPO)
    }

    /// Returns the loop in seconds, extrapolated from the current position at the current tempo.
    fn loop_seconds(&self) -> Option<(f64, f64)> {
        let (first, end) = self.loop_beats?;
        let (beats, seconds) = (self.position_beats?, self.position_seconds?);
        let seconds_per_beat = 60.0 / self.tempo_bpm?;
        let seconds_at = |beat: f64| seconds + (beat - beats) * seconds_per_beat;
        Some((seconds_at(first), seconds_at(end)))
    }
}

impl Transport {
    /// Returns the line of beats over frames at the start of `block`, or `None` if the transport is stopped or incomplete.
    pub(super) fn segment(&self, block: Block) -> Option<Segment> {
        let beats_per_frame = self.tempo_bpm? / 60.0 / block.rate_hz;
        let position_beats = self.position?.0;
        let sound = self.playing
            && position_beats.is_finite()
            && beats_per_frame.is_finite()
            && beats_per_frame > 0.0;
        sound.then_some(Segment {
            position_beats,
            beats_per_frame,
            loop_beats: self.loop_range.and_then(|(first, end)| {
                (end.0 - first.0 >= 2.0 * beats_per_frame).then_some((first.0, end.0))
            }),
        })
    }
}

/// Beats over frames: frame `i` of the block lies at `position_beats + i · beats_per_frame`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Segment {
    pub(super) position_beats: f64,
    pub(super) beats_per_frame: f64,
    /// The loop, if it is at least two frames long.
    loop_beats: Option<(f64, f64)>,
}

/// The part of a block between two jumps to the loop's start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Its line, over the frames of the whole block.
    pub(super) segment: Segment,
    /// Its first frame.
    pub(super) first_frame: u32,
    /// The frame after its last.
    pub(super) end_frame: u32,
}

impl Segment {
    /// Returns the first frame that is not before `beats`; 0 if they are before the block.
    pub(super) fn frame_of(&self, beats: f64) -> u32 {
        let frames = (beats - self.position_beats) / self.beats_per_frame;
        // The conversion saturates: below 0 becomes 0.
        (frames - FRAME_SLACK).ceil() as u32
    }

    /// Returns the beat of `frame`.
    fn beats_at(&self, frame: u32) -> f64 {
        self.position_beats + f64::from(frame) * self.beats_per_frame
    }

    /// Returns the earliest beat that is played at `frame`: after the frame before, and not before the start of the loop.
    pub(super) fn earliest_beats(&self, frame: u32) -> f64 {
        let since_last_frame = self.beats_at(frame) - self.beats_per_frame * (1.0 - FRAME_SLACK);
        match self.loop_beats {
            Some((first, _)) if self.beats_at(frame) >= first => {
                since_last_frame.max(first - self.beats_per_frame * FRAME_SLACK)
            }
            _ => since_last_frame,
        }
    }

    /// Visits the parts of a block of `frames` frames; returns the beat of the frame after it.
    pub(super) fn looped(mut self, frames: u32, mut visit: impl FnMut(Part)) -> f64 {
        let mut first_frame = 0;
        loop {
            let back = self
                .loop_beats
                .filter(|&(_, end)| self.beats_at(first_frame) < end);
            let end_frame = match back {
                Some((_, end)) => self.frame_of(end).max(first_frame + 1).min(frames),
                None => frames,
            };
            visit(Part {
                segment: self,
                first_frame,
                end_frame,
            });
            match back {
                Some((first, end)) if end_frame < frames => self.position_beats -= end - first,
                _ => return self.beats_at(frames),
            }
            first_frame = end_frame;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::tempo_map::TempoChange;

    fn on_score(host: &HostTransport, anchor: Anchor, tempo_map: &TempoMap) -> (Transport, u32) {
        let block = Block {
            frames: 1000,
            rate_hz: 1000.0,
        };
        host.on_score(anchor, tempo_map, block, 0)
    }

    #[test]
    fn a_score_that_follows_the_host_lies_on_its_beats() {
        let host = HostTransport {
            playing: true,
            tempo_bpm: Some(90.0),
            position_beats: Some(20.0),
            loop_beats: Some((16.0, 24.0)),
            ..HostTransport::default()
        };
        let anchor = Anchor::Beat(Beats(16.0));
        let (transport, frames) = on_score(&host, anchor, &TempoMap::default());
        assert_eq!(transport.position, Some(Beats(4.0)));
        assert_eq!(transport.loop_range, Some((Beats(0.0), Beats(8.0))));
        assert_eq!((transport.tempo_bpm, frames), (Some(90.0), 1000));
    }

    #[test]
    fn a_score_that_keeps_its_tempo_lies_on_the_hosts_seconds() {
        let host = HostTransport {
            playing: true,
            tempo_bpm: Some(90.0),
            // The host had another tempo before.
            position_beats: Some(100.0),
            position_seconds: Some(11.0),
            loop_beats: Some((98.5, 101.5)),
            ..HostTransport::default()
        };
        // Ten seconds at the score's own tempo.
        let anchor = Anchor::OwnTempo(Beats(20.0));
        let (transport, frames) = on_score(&host, anchor, &TempoMap::default());
        assert_eq!(transport.position, Some(Beats(2.0)));
        assert_eq!(transport.loop_range, Some((Beats(0.0), Beats(4.0))));
        assert_eq!((transport.tempo_bpm, frames), (Some(120.0), 1000));
    }

    #[test]
    fn a_score_that_changes_its_own_tempo_goes_on_until_the_change() {
        let changes = [(0.0, 60.0), (2.0, 180.0)].map(|(at, bpm)| TempoChange {
            at: Beats(at),
            tempo: Tempo::new(bpm).unwrap(),
        });
        let map = TempoMap::new(changes.into()).unwrap();
        let anchor = Anchor::OwnTempo(Beats(4.0));
        let at = |seconds| {
            let host = HostTransport {
                position_seconds: Some(seconds),
                ..HostTransport::default()
            };
            let (transport, frames) = on_score(&host, anchor, &map);
            (transport.position.unwrap().0, transport.tempo_bpm, frames)
        };
        assert_eq!(at(5.75), (1.75, Some(60.0), 250));
        assert_eq!(at(6.0), (2.0, Some(180.0), 1000));
        assert_eq!(at(7.0), (5.0, Some(180.0), 1000));
    }
}
