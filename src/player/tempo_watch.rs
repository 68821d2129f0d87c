//! What the host's transport says of its tempo map while it plays, stops and moves.

use super::COARSEST_TICK_BEATS;
use super::transport::{Block, HostTransport};
use crate::time::{Beats, Seconds, Tempo};

/// The longest time between two sightings while the host plays.
const LONGEST_GAP: Seconds = Seconds(1.0);
/// How far a host may round its seconds.
const ROUNDED_SECONDS: f64 = 2e-5;

/// A position that the host reported in beats and in seconds, and its tempo there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sighting {
    /// The position in quarter notes, from 0.
    pub at: Beats,
    /// The same position in time.
    pub time: Seconds,
    /// The tempo there.
    pub tempo: Tempo,
    /// Whether the host played on to here from the sighting before: unless the tempo changed in the last block, it is where
    /// that one's tempo leads.
    pub continues: bool,
}

impl Sighting {
    /// Returns the time at which its tempo comes to a beat.
    pub fn time_at(&self, beat: Beats) -> Seconds {
        self.time + self.tempo.seconds_in(beat - self.at)
    }

    /// Returns whether its tempo leads to `other`, as closely as hosts report positions.
    pub fn leads_to(&self, other: &Self) -> bool {
        let off = (self.time_at(other.at) - other.time).0.abs();
        off <= self.tempo.seconds_in(Beats(COARSEST_TICK_BEATS)).0 + ROUNDED_SECONDS
    }
}

/// Watches the host's transport on the audio thread, and passes on only what is new about its tempo map.
#[derive(Debug, Default)]
pub struct TempoWatch {
    /// The last sighting that was passed on, if the host has only played since.
    passed_on: Option<Sighting>,
    before: Option<SeenBlock>,
}

/// A block whose position was known.
#[derive(Clone, Copy, Debug)]
struct SeenBlock {
    start: Sighting,
    playing: bool,
    length: Seconds,
}

impl SeenBlock {
    fn of(transport: &HostTransport, block: Block) -> Option<Self> {
        let (beats, seconds) = (transport.position_beats?, transport.position_seconds?);
        let is_told = transport.tells_both_positions && beats >= 0.0 && seconds.is_finite();
        let start = Sighting {
            at: Beats(beats),
            time: Seconds(seconds),
            tempo: Tempo::new(transport.tempo_bpm?).ok()?,
            continues: false,
        };
        (is_told && beats.is_finite()).then_some(Self {
            start,
            playing: transport.playing,
            length: Seconds(f64::from(block.frames) / block.rate_hz),
        })
    }

    /// Returns whether the host played on from this block to the next.
    fn goes_on_to(&self, next: &Self) -> bool {
        let passed = (next.start.time - self.start.time).0;
        let most = 1.5 * self.length.0 + 0.01;
        let goes_on = passed > 0.0 && passed < most && next.start.at > self.start.at;
        self.playing && next.playing && goes_on
    }
}

impl TempoWatch {
    /// Watches a block. Calls `pass_on` with each sighting that is news; it returns false if it has no room, and what it did
    /// not take is not missed but unknown.
    pub fn watch(
        &mut self,
        transport: &HostTransport,
        block: Block,
        mut pass_on: impl FnMut(Sighting) -> bool,
    ) {
        if block.frames == 0 {
            return;
        }
        let before = self.before.take();
        self.before = SeenBlock::of(transport, block);
        let Some(now) = self.before else {
            self.end(before, &mut pass_on);
            self.passed_on = None;
            return;
        };
        match (before, self.passed_on) {
            (Some(before), Some(last)) if before.goes_on_to(&now) => {
                if !last.leads_to(&now.start) {
                    self.end(Some(before), &mut pass_on);
                    self.pass_on(now.start, true, &mut pass_on);
                } else if now.start.time - last.time >= LONGEST_GAP {
                    self.pass_on(now.start, true, &mut pass_on);
                }
            }
            _ => {
                self.end(before, &mut pass_on);
                // Some hosts report a new position before the new time.
                let is_settled = now.playing || before.is_some_and(|it| it.start == now.start);
                let place = |it: Sighting| (it.at, it.time, it.tempo);
                let is_known = (self.passed_on).is_some_and(|it| place(it) == place(now.start));
                if is_settled && !is_known {
                    self.pass_on(now.start, false, &mut pass_on);
                }
            }
        }
    }

    /// Passes on where the host had played to, unless that was passed on.
    fn end(&mut self, before: Option<SeenBlock>, pass_on: &mut impl FnMut(Sighting) -> bool) {
        let (Some(before), Some(last)) = (before, self.passed_on) else {
            return;
        };
        if before.playing && before.start.at > last.at {
            self.pass_on(before.start, true, pass_on);
        }
    }

    fn pass_on(
        &mut self,
        sighting: Sighting,
        continues: bool,
        pass_on: &mut impl FnMut(Sighting) -> bool,
    ) {
        let continues = continues && self.passed_on.is_some();
        let sighting = Sighting {
            continues,
            ..sighting
        };
        self.passed_on = pass_on(sighting).then_some(sighting);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: Block = Block {
        frames: 480,
        rate_hz: 48_000.0,
    };

    fn transport(playing: bool, beats: f64, seconds: f64, tempo_bpm: f64) -> HostTransport {
        HostTransport {
            playing,
            tempo_bpm: Some(tempo_bpm),
            position_beats: Some(beats),
            position_seconds: Some(seconds),
            tells_both_positions: true,
            ..HostTransport::default()
        }
    }

    /// Watches blocks of 10 ms and returns what was passed on: beat, second, BPM and whether it continues.
    fn watched(blocks: impl IntoIterator<Item = HostTransport>) -> Vec<(f64, f64, f64, bool)> {
        let mut watch = TempoWatch::default();
        let mut all = Vec::new();
        for transport in blocks {
            watch.watch(&transport, BLOCK, |it| {
                all.push((it.at.0, it.time.0, it.tempo.bpm(), it.continues));
                true
            });
        }
        all
    }

    /// Plays from a beat at a second, at one tempo.
    fn playing(
        (beat, second): (f64, f64),
        blocks: usize,
        tempo_bpm: f64,
    ) -> impl Iterator<Item = HostTransport> {
        (0..blocks).map(move |block| {
            let passed = block as f64 * 0.01;
            let beats = beat + passed * tempo_bpm / 60.0;
            transport(true, beats, second + passed, tempo_bpm)
        })
    }

    #[test]
    fn at_one_tempo_a_sighting_a_second_says_everything() {
        let all = watched(playing((0.0, 0.0), 251, 60.0));
        assert_eq!(all.len(), 3);
        assert_eq!(all[0], (0.0, 0.0, 60.0, false));
        for (sighting, second) in all[1..].iter().zip([1.0, 2.0]) {
            assert!((sighting.1 - second).abs() < 0.011 && sighting.3, "{all:?}");
        }
    }

    #[test]
    fn a_change_of_tempo_is_seen_from_both_sides() {
        let all = watched(playing((0.0, 0.0), 50, 60.0).chain(playing((0.5, 0.5), 50, 180.0)));
        assert_eq!(all.len(), 3, "{all:?}");
        assert_eq!((all[1].0, all[1].1, all[1].2), (0.5, 0.5, 180.0));
        assert!(all[1].3 && all[2].3);
    }

    #[test]
    fn a_stop_and_a_jump_end_what_continues() {
        let stopped = |beats, seconds| transport(false, beats, seconds, 60.0);
        let blocks = (playing((0.0, 0.0), 50, 60.0))
            .chain([stopped(0.5, 0.5), stopped(30.0, 0.5), stopped(30.0, 30.0)])
            .chain([stopped(30.0, 30.0), stopped(30.0, 30.0)])
            .chain(playing((30.0, 30.0), 50, 60.0))
            .chain(playing((8.0, 8.0), 1, 60.0));
        let all = watched(blocks);
        let hundredths = |it: f64| (it * 100.0).round() as u32;
        let places: Vec<_> = (all.iter())
            .map(|it| (hundredths(it.0), hundredths(it.1), it.3))
            .collect();
        let expected = [
            (0, false),
            (49, true),
            (3000, false),
            (3049, true),
            (800, false),
        ];
        assert_eq!(places, expected.map(|(at, continues)| (at, at, continues)));
    }

    #[test]
    fn a_position_that_the_host_did_not_report_itself_says_nothing() {
        let computed = |transport| HostTransport {
            tells_both_positions: false,
            ..transport
        };
        assert_eq!(watched(playing((0.0, 0.0), 200, 60.0).map(computed)), []);
        let odd = [
            transport(true, f64::NAN, 0.0, 60.0),
            transport(true, 0.0, f64::INFINITY, 60.0),
            transport(true, -1.0, 0.0, 60.0),
            transport(true, 0.0, 0.0, 1e9),
            HostTransport::default(),
        ];
        assert_eq!(watched(odd), []);
    }

    #[test]
    fn after_a_sighting_that_found_no_room_nothing_continues() {
        let mut watch = TempoWatch::default();
        let mut all = Vec::new();
        for (block, transport) in playing((0.0, 0.0), 260, 60.0).enumerate() {
            watch.watch(&transport, BLOCK, |it| {
                let has_room = !(90..=110).contains(&block);
                if has_room {
                    all.push(it.continues);
                }
                has_room
            });
        }
        assert_eq!(all, [false, false, true]);
    }
}
