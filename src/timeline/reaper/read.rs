//! Reading the picture, the markers and the tempo of a project.

use super::markers;
use super::project::{Project, Take};
use crate::error::Result;
use crate::time::{Beats, Seconds, Tempo};
use crate::timeline::{HostMarker, HostPicture, HostProject, HostTempoPoint};

/// What REAPER calls the media of videos.
const VIDEO: &str = "VIDEO";
/// How far apart the tempo is read where it moves in a line, in beats.
const LINE_STEP_BEATS: f64 = 0.25;
/// The most places at which the tempo is read.
const MOST_POINTS: usize = 1 << 14;
/// A place this close before a bar line is on it, in beats.
const SAME_PLACE_BEATS: f64 = 1e-6;
/// The stretch over which a tempo is measured, in beats.
const SLOPE_BEATS: f64 = 1e-3;
/// How far the tempo is read after its last change, in beats: it goes on for as long as the longest piece.
const BEATS_AFTER: f64 = 49_152.0;
/// Tempi this close, as a share, are one.
const SAME_TEMPO: f64 = 1e-4;

/// Reads, as [`HostTimeline::read`](crate::timeline::HostTimeline::read) says.
pub(super) fn read(project: &Project) -> Result<HostProject> {
    let mut pictures: Vec<HostPicture> = Vec::new();
    for item in project.items() {
        let Some(take) = item.take() else { continue };
        let Some(path) = video_of(&take) else {
            continue;
        };
        let at = item.value(c"D_POSITION");
        let at_beat = project.beat_at(at);
        pictures.push(HostPicture {
            path: path.into(),
            at: Seconds(at),
            at_beat: Beats(at_beat),
            bar_start: Beats(project.bar_start(at_beat + SAME_PLACE_BEATS)),
            length: Seconds(item.value(c"D_LENGTH")),
            skipped: Seconds(take.value(c"D_STARTOFFS")),
            rate: take.value(c"D_PLAYRATE"),
            is_selected: item.value(c"B_UISEL") > 0.0,
        });
    }
    pictures.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
    let markers = markers::of_user(project).into_iter();
    let markers = markers.map(|marker| HostMarker {
        at: Seconds(marker.at_seconds),
        name: marker.name,
    });
    Ok(HostProject {
        pictures,
        markers: markers.collect(),
        tempo: tempo_of(project),
    })
}

/// Returns the file of a take that is a video.
fn video_of(take: &Take<'_>) -> Option<String> {
    let (kind, file) = take.media()?;
    (kind == VIDEO && !file.is_empty()).then_some(file)
}

/// Returns the tempo at the start, at each change and along lines from one tempo to another.
fn tempo_of(project: &Project) -> Vec<HostTempoPoint> {
    let changes = project.tempo_points();
    let mut places = vec![0.0];
    for (index, change) in changes.iter().enumerate() {
        let at = project.beat_at(change.at_seconds);
        places.push(at);
        let next = changes.get(index + 1);
        if let Some(next) = next.filter(|_| change.is_linear) {
            let steps = ((project.beat_at(next.at_seconds) - at) / LINE_STEP_BEATS).ceil();
            let inside = (1..steps as usize).take(MOST_POINTS);
            places.extend(inside.map(|step| at + step as f64 * LINE_STEP_BEATS));
        }
    }
    places.push(places.iter().fold(0.0, |last, &at| at.max(last)) + BEATS_AFTER);
    places.sort_by(f64::total_cmp);
    places.dedup_by(|a, b| (*a - *b).abs() < 1e-6);
    places.retain(|at| *at >= 0.0);
    places.truncate(MOST_POINTS);
    let seconds: Vec<f64> = places.iter().map(|at| project.seconds_at(*at)).collect();
    let point = |index: usize| {
        let (at, time) = (places[index], seconds[index]);
        let next = (index + 1).min(places.len() - 1);
        let mean = bpm(places[next] - at, seconds[next] - time);
        let here = bpm(SLOPE_BEATS, project.seconds_at(at + SLOPE_BEATS) - time);
        // The mean is exact where the tempo does not move.
        let is_steady = (here - mean).abs() < SAME_TEMPO * here;
        Some(HostTempoPoint {
            at: Beats(at),
            time: Seconds(time),
            tempo: Tempo::new(if is_steady { mean } else { here }).ok()?,
        })
    };
    (0..places.len()).filter_map(point).collect()
}

fn bpm(beats: f64, seconds: f64) -> f64 {
    beats / seconds * 60.0
}
