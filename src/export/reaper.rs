//! REAPER projects: text of nested blocks, times in seconds, notes in ticks.
//!
//! What each line means is described at <https://github.com/ReaTeam/Doc> (State Chunk Definitions). Blocks and lines that
//! REAPER can do without are left out; it fills them in when it saves the project.

mod item;
mod text;

use std::path::Path;

use super::colours;
use super::{Arrangement, ExportChoices};
use crate::error::Result;
use crate::music::marker::ScoreMarker;
use crate::music::midi_file::part_messages::track_name;
use crate::palette::Colour;
use item::{MidiItem, VideoItem};
use text::{ProjectText, quoted};

/// Positions in seconds, whatever the tempo.
const BY_TIME: u8 = 0;
/// Positions, lengths and rates in beats.
const BY_BEATS: u8 = 1;
/// A point of the tempo envelope that holds until the next.
const SQUARE: u8 = 1;

/// Returns the text of a project that is to lie at `path`.
///
/// # Errors
/// As for [`write`](super::write).
pub(super) fn encode(
    arrangement: &Arrangement,
    choices: &ExportChoices,
    path: &Path,
) -> Result<String> {
    let parts = arrangement.parts(choices.part)?;
    let video = (choices.video.as_ref())
        .map(|video| VideoItem::new(video, arrangement, path))
        .transpose()?;
    let header = r#"<REAPER_PROJECT 0.1 "7.0" 0"#;
    Ok(ProjectText::of_block(header, |text| {
        // Markers are places in the picture: they stay there if the tempo is changed later. Tracks say otherwise.
        text.line(format!("TIMELOCKMODE {BY_TIME}"));
        write_tempo(text, arrangement);
        let markers = arrangement.markers(choices.chord_markers);
        for (marker, number) in markers.iter().zip(1..) {
            write_marker(text, arrangement, marker, number);
        }
        if let Some(video) = &video {
            write_track(text, "Video", colours::VIDEO, BY_TIME, |text| {
                video.write(text);
            });
        }
        for part in parts {
            let (name, colour) = (track_name(part), colours::of_part(part));
            write_track(text, name, colour, BY_BEATS, |text| {
                MidiItem { arrangement, part }.write(text);
            });
        }
    }))
}

/// The tempo at the start is in a line of its own; the envelope overrides it.
fn write_tempo(text: &mut ProjectText, arrangement: &Arrangement) {
    let score = &arrangement.score;
    let (map, metre) = (score.tempo_map(), score.metre());
    let (beats, unit) = (metre.beats(), metre.unit());
    let initial_bpm = map.initial_tempo().bpm();
    text.line(format!("TEMPO {initial_bpm} {beats} {unit}"));
    if map.changes().len() < 2 {
        return;
    }
    text.block("<TEMPOENVEX", |text| {
        text.line("ACT 1 -1");
        text.line("VIS 0 1 1");
        text.line("ARM 0");
        text.line(format!("DEFSHAPE {SQUARE} -1 -1"));
        for (index, change) in map.changes().iter().enumerate() {
            let (seconds, bpm) = (map.seconds_at(change.at).0, change.tempo.bpm());
            let metre = match index {
                // The metre, that the point is not selected, and that it sets the metre.
                0 => format!(" {} 0 1", u32::from(unit) << 16 | u32::from(beats)),
                _ => String::new(),
            };
            text.line(format!("PT {seconds} {bpm} {SQUARE}{metre}"));
        }
    });
}

fn write_marker(
    text: &mut ProjectText,
    arrangement: &Arrangement,
    marker: &ScoreMarker,
    number: usize,
) {
    let seconds = arrangement.score.tempo_map().seconds_at(marker.at).0;
    let colour = custom_colour(colours::of_marker(marker.kind));
    let name = quoted(&marker.name);
    text.line(format!("MARKER {number} {seconds} {name} 0 {colour} 1 R"));
}

fn write_track(
    text: &mut ProjectText,
    name: &str,
    colour: Colour,
    timebase: u8,
    write: impl FnOnce(&mut ProjectText),
) {
    text.block("<TRACK", |text| {
        text.line(format!("NAME {}", quoted(name)));
        text.line(format!("PEAKCOL {} R", custom_colour(colour)));
        text.line(format!("BEAT {timebase}"));
        // Not a folder, which ProjectConverter does not take for granted.
        text.line("ISBUS 0 0");
        write(text);
    });
}

/// Returns the number of a colour with red in its lowest byte, and the bit that says that it was chosen.
fn custom_colour([red, green, blue]: Colour) -> u32 {
    u32::from_le_bytes([red, green, blue, 1])
}

#[cfg(test)]
mod tests;
