//! A host that plays under a tempo map, for tests.

use std::f64::consts::TAU;
use std::ops::Range;

use super::{Block, HostTransport, Sighting, TempoWatch};
use crate::music::tempo_map::TempoMap;
use crate::time::Seconds;

/// A host whose position at a second of its timeline is a beat and a tempo in BPM.
pub(crate) struct TestHost<'a> {
    pub(crate) place_at: Box<dyn Fn(f64) -> (f64, f64) + 'a>,
    pub(crate) block: Block,
    /// The grid in beats to which it rounds positions, if it does.
    pub(crate) tick_beats: Option<f64>,
}

impl<'a> TestHost<'a> {
    pub(crate) fn of_places(place_at: impl Fn(f64) -> (f64, f64) + 'a) -> Self {
        Self {
            place_at: Box::new(place_at),
            block: Block {
                frames: 512,
                rate_hz: 48_000.0,
            },
            tick_beats: None,
        }
    }

    pub(crate) fn of_map(map: &'a TempoMap) -> Self {
        Self::of_places(|second| {
            let beat = map.beat_at(Seconds(second));
            (beat.0, map.tempo_at(beat).bpm())
        })
    }

    /// From 60 to 180 BPM within a minute, in time.
    pub(crate) fn of_ramp() -> Self {
        Self::of_places(|second| (second + second * second / 60.0, 60.0 + 2.0 * second))
    }

    /// A tempo that sways between 80 and 120 BPM.
    pub(crate) fn of_rubato() -> Self {
        Self::of_places(|second| {
            let turn = second / 8.0;
            let beat = (100.0 * second - 20.0 * 8.0 / TAU * ((TAU * turn).cos() - 1.0)) / 60.0;
            (beat, 100.0 + 20.0 * (TAU * turn).sin())
        })
    }

    /// From one tempo to another within eight beats, evenly in beats. It reports the first until it has arrived, as Ardour does.
    pub(crate) fn of_untold_ramp(from_bpm: f64, to_bpm: f64) -> Self {
        let growth = (to_bpm - from_bpm) / 8.0 / 60.0;
        let arrival = (to_bpm / from_bpm).ln() / growth;
        Self::of_places(move |second| {
            let within = from_bpm / 60.0 * (growth * second.min(arrival)).exp_m1() / growth;
            let after = (second - arrival).max(0.0) * to_bpm / 60.0;
            let told = if second < arrival { from_bpm } else { to_bpm };
            (within + after, told)
        })
    }

    pub(crate) fn standing_at(&self, second: f64) -> HostTransport {
        let (beat, tempo_bpm) = (self.place_at)(second);
        let rounded = |tick: f64| (beat / tick).round() * tick;
        HostTransport {
            tempo_bpm: Some(tempo_bpm),
            position_beats: Some(self.tick_beats.map_or(beat, rounded)),
            position_seconds: Some(second),
            tells_both_positions: true,
            ..HostTransport::default()
        }
    }

    /// Returns the transport of each block.
    pub(crate) fn blocks(&self, seconds: Range<f64>) -> impl Iterator<Item = HostTransport> {
        let length = f64::from(self.block.frames) / self.block.rate_hz;
        let count = ((seconds.end - seconds.start) / length).ceil() as u32;
        (0..count).map(move |block| HostTransport {
            playing: true,
            ..self.standing_at(seconds.start + f64::from(block) * length)
        })
    }

    /// Plays some seconds, stops, and returns what is seen of its tempo.
    pub(crate) fn play(&self, watch: &mut TempoWatch, seconds: Range<f64>) -> Vec<Sighting> {
        let stopped = self.standing_at(seconds.end);
        let all = self.blocks(seconds).chain([stopped, stopped]);
        self.seen(watch, all)
    }

    /// Stands still at a second, and returns what is seen of its tempo.
    pub(crate) fn stand(&self, watch: &mut TempoWatch, second: f64) -> Vec<Sighting> {
        self.seen(watch, [self.standing_at(second); 3])
    }

    fn seen(
        &self,
        watch: &mut TempoWatch,
        blocks: impl IntoIterator<Item = HostTransport>,
    ) -> Vec<Sighting> {
        let mut all = Vec::new();
        for transport in blocks {
            watch.watch(&transport, self.block, |sighting| {
                all.push(sighting);
                true
            });
        }
        all
    }
}
