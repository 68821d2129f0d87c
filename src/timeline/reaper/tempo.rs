//! The project's tempo map.

use super::project::{Project, TempoPoint};
use super::refused;
use crate::error::Result;
use crate::music::metre::Metre;
use crate::music::tempo_map::TempoMap;
use crate::time::Beats;

/// Places this close, in seconds, are one.
const SAME_PLACE: f64 = 1e-6;

/// Makes the project's tempo that of `map`, and its metre `metre`, from beat `start` on for `length`. After that, the tempo and
/// the metre go on that were there before.
///
/// # Errors
/// Returns an error if REAPER refuses a change.
pub(super) fn write(
    project: &Project,
    map: &TempoMap,
    metre: Metre,
    start: f64,
    length: Beats,
) -> Result<()> {
    let begin = project.seconds_at(start);
    let end = begin + map.seconds_at(length).0;
    let last = end.max(project.seconds_at(start + length.0));
    let points = project.tempo_points();
    let goes_on = (points.iter()).any(|point| (point.at_seconds - last).abs() < SAME_PLACE);
    let (metre_after, bpm_after) = project.metre_and_bpm_at(last);
    let is_inside =
        |point: &TempoPoint| (begin - SAME_PLACE..last - SAME_PLACE).contains(&point.at_seconds);
    for (index, _) in (points.iter().enumerate().rev()).filter(|(_, point)| is_inside(point)) {
        if !project.delete_tempo_point(index) {
            return Err(refused("would not delete a change of tempo"));
        }
    }
    let add = |at_seconds, bpm, metre| {
        let point = TempoPoint {
            at_seconds,
            bpm,
            metre,
            is_linear: false,
        };
        let is_added = project.add_tempo_point(point);
        is_added
            .then_some(())
            .ok_or_else(|| refused("would not insert a change of tempo"))
    };
    for change in map.changes() {
        if change.at < length {
            let metre = (change.at == Beats(0.0))
                .then(|| (i32::from(metre.beats()), i32::from(metre.unit())));
            let at = begin + map.seconds_at(change.at).0;
            add(at, change.tempo.bpm(), metre)?;
        }
    }
    if !goes_on || end < last - SAME_PLACE {
        add(end, bpm_after, Some(metre_after))?;
    }
    Ok(())
}
