//! The tempo map and the metre.

use std::ffi::{c_int, c_void};

use super::{Pointer, functions, give};
use crate::reaper::model::{Model, Tempo};
use crate::reaper::{call, fault};

functions! {
    fn CountTempoTimeSigMarkers(model, name, project: Pointer) -> c_int {
        model.expect_project(project, name);
        Some(model.tempo.len() as c_int)
    }

    fn GetTempoTimeSigMarker(
        model, name, project: Pointer, index: c_int, at: *mut f64, bar: *mut c_int, beat: *mut f64,
        bpm: *mut f64, numerator: *mut c_int, denominator: *mut c_int, is_linear: *mut bool,
    ) -> bool {
        model.expect_project(project, name);
        let change = *model.tempo.get(usize::try_from(index).ok()?)?;
        give(at, change.at);
        give(bar, 0);
        give(beat, 0.0);
        give(bpm, change.bpm);
        let (above, below) = change.metre.unwrap_or((0, 0));
        give(numerator, above);
        give(denominator, below);
        give(is_linear, change.is_linear);
        Some(true)
    }

    fn SetTempoTimeSigMarker(
        model, name, project: Pointer, index: c_int, at: f64, bar: c_int, beat: f64, bpm: f64,
        numerator: c_int, denominator: c_int, is_linear: bool,
    ) -> bool {
        model.expect_project(project, name);
        model.expect_step(name);
        if index != -1 || bar != -1 || beat != -1.0 || at < 0.0 {
            fault("only new changes of tempo at a time are expected");
            return None;
        }
        let metre = (numerator > 0).then_some((numerator, denominator));
        model.tempo.push(Tempo { at, bpm, metre, is_linear });
        model.tempo.sort_by(|a, b| a.at.total_cmp(&b.at));
        Some(true)
    }

    fn DeleteTempoTimeSigMarker(model, name, project: Pointer, index: c_int) -> bool {
        model.expect_project(project, name);
        model.expect_step(name);
        let index = usize::try_from(index).ok().filter(|index| *index < model.tempo.len())?;
        model.tempo.remove(index);
        Some(true)
    }

    fn TimeMap2_timeToQN(model, name, project: Pointer, at: f64) -> f64 {
        model.expect_project(project, name);
        Some(model.beat_at(at))
    }

    fn TimeMap2_QNToTime(model, name, project: Pointer, beat: f64) -> f64 {
        model.expect_project(project, name);
        Some(model.seconds_at(beat))
    }

    fn TimeMap_GetTimeSigAtTime(
        model, name, project: Pointer, at: f64, numerator: *mut c_int, denominator: *mut c_int,
        bpm: *mut f64,
    ) -> () {
        model.expect_project(project, name);
        let ((above, below), tempo) = model.metre_and_bpm_at(at);
        give(numerator, above);
        give(denominator, below);
        give(bpm, tempo);
        Some(())
    }

    fn TimeMap_QNToMeasures(
        model, name, project: Pointer, beat: f64, start: *mut f64, end: *mut f64,
    ) -> c_int {
        model.expect_project(project, name);
        let (from, to) = model.bar_around(beat);
        give(start, from);
        give(end, to);
        Some((beat / 4.0) as c_int + 1)
    }
}
