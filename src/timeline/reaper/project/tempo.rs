//! The tempo map of a project.

use std::ffi::c_int;

use super::Project;

/// A point of the project's tempo map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::timeline::reaper) struct TempoPoint {
    pub(in crate::timeline::reaper) at_seconds: f64,
    pub(in crate::timeline::reaper) bpm: f64,
    /// Numerator and denominator; `None` if the metre does not change there.
    pub(in crate::timeline::reaper) metre: Option<(i32, i32)>,
    /// Whether the tempo moves in a line to that of the next point.
    pub(in crate::timeline::reaper) is_linear: bool,
}

impl Project {
    /// Returns the beat at a time.
    pub(in crate::timeline::reaper) fn beat_at(&self, seconds: f64) -> f64 {
        // SAFETY: by the promise of `new`.
        unsafe { (self.functions.TimeMap2_timeToQN)(self.project, seconds) }
    }

    /// Returns the time of a beat.
    pub(in crate::timeline::reaper) fn seconds_at(&self, beat: f64) -> f64 {
        // SAFETY: by the promise of `new`.
        unsafe { (self.functions.TimeMap2_QNToTime)(self.project, beat) }
    }

    /// Returns the beat at which the bar begins that a beat is in.
    pub(in crate::timeline::reaper) fn bar_start(&self, beat: f64) -> f64 {
        let (mut start, mut end) = (beat, beat);
        // SAFETY: by the promise of `new`; both places outlive the call.
        unsafe { (self.functions.TimeMap_QNToMeasures)(self.project, beat, &mut start, &mut end) };
        start
    }

    /// Returns the numerator and the denominator of the metre at a time, and the tempo in quarter notes a minute.
    pub(in crate::timeline::reaper) fn metre_and_bpm_at(&self, seconds: f64) -> ((i32, i32), f64) {
        let (mut numerator, mut denominator, mut bpm) = (4, 4, 120.0);
        // SAFETY: by the promise of `new`; the places outlive the call.
        unsafe {
            (self.functions.TimeMap_GetTimeSigAtTime)(
                self.project,
                seconds,
                &mut numerator,
                &mut denominator,
                &mut bpm,
            );
        }
        ((numerator, denominator), bpm)
    }

    /// Returns the points of the tempo map, in order.
    pub(in crate::timeline::reaper) fn tempo_points(&self) -> Vec<TempoPoint> {
        // SAFETY: by the promise of `new`.
        let count = unsafe { (self.functions.CountTempoTimeSigMarkers)(self.project) };
        let point = |index| {
            let (mut at_seconds, mut bar, mut beat, mut bpm) = (0.0, 0, 0.0, 0.0);
            let (mut numerator, mut denominator, mut is_linear) = (0, 0, false);
            // SAFETY: by the promise of `new`; the places outlive the call.
            let is_there = unsafe {
                (self.functions.GetTempoTimeSigMarker)(
                    self.project,
                    index,
                    &mut at_seconds,
                    &mut bar,
                    &mut beat,
                    &mut bpm,
                    &mut numerator,
                    &mut denominator,
                    &mut is_linear,
                )
            };
            is_there.then_some(TempoPoint {
                at_seconds,
                bpm,
                metre: (numerator > 0).then_some((numerator, denominator)),
                is_linear,
            })
        };
        (0..count).filter_map(point).collect()
    }

    /// Adds a point to the tempo map. Returns whether REAPER took it.
    pub(in crate::timeline::reaper) fn add_tempo_point(&self, point: TempoPoint) -> bool {
        let (numerator, denominator) = point.metre.unwrap_or((0, 0));
        // SAFETY: by the promise of `new`.
        unsafe {
            (self.functions.SetTempoTimeSigMarker)(
                self.project,
                -1,
                point.at_seconds,
                -1,
                -1.0,
                point.bpm,
                numerator,
                denominator,
                point.is_linear,
            )
        }
    }

    /// Deletes the point of the tempo map at an index. Returns whether there was one.
    pub(in crate::timeline::reaper) fn delete_tempo_point(&self, index: usize) -> bool {
        // SAFETY: by the promise of `new`.
        unsafe { (self.functions.DeleteTempoTimeSigMarker)(self.project, index as c_int) }
    }
}
