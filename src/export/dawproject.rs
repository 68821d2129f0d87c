//! DAWproject 1.0: a zip archive of `project.xml` and `metadata.xml`.
//!
//! The schemas, and the meaning of every element, are at <https://github.com/bitwig/dawproject>. All times are in beats except
//! those inside the video, which are in seconds.

mod lanes;

use std::path::Path;

use super::colours;
use super::xml::XmlWriter;
use super::{Arrangement, ExportChoices};
use crate::error::Result;
use crate::formats::zip_file;
use crate::music::midi_file::part_messages::track_name;
use crate::music::part::Part;
use crate::palette::Colour;
use crate::time::Tempo;
use lanes::VideoClip;

/// The version of the format.
const VERSION: &str = "1.0";
/// The ids of the parameters that are automated.
const TEMPO_ID: &str = "tempo";
const METRE_ID: &str = "metre";
/// The id of the channel that every other one leads to.
const MASTER_CHANNEL_ID: &str = "master-channel";
/// The id of the video's track.
const VIDEO_ID: &str = "video";

/// Returns the bytes of a project that is to lie at `path`.
///
/// # Errors
/// As for [`write`](super::write).
pub(super) fn encode(
    arrangement: &Arrangement,
    choices: &ExportChoices,
    path: &Path,
) -> Result<Vec<u8>> {
    let video = (choices.video.as_ref())
        .map(|video| VideoClip::new(video, arrangement, path))
        .transpose()?;
    let project = Project {
        arrangement,
        parts: arrangement.parts(choices.part)?,
        chord_markers: choices.chord_markers,
        video,
    };
    let metadata = metadata(arrangement, path);
    let members = [("project.xml", project.xml()), ("metadata.xml", metadata)];
    let members = members
        .each_ref()
        .map(|(name, xml)| (*name, xml.as_bytes()));
    Ok(zip_file::encode(&members)?)
}

/// What `project.xml` holds.
struct Project<'a> {
    arrangement: &'a Arrangement,
    parts: Vec<Part>,
    chord_markers: bool,
    video: Option<VideoClip>,
}

impl Project<'_> {
    fn xml(&self) -> String {
        XmlWriter::document("Project", &[("version", &VERSION)], |xml| {
            let version = env!("CARGO_PKG_VERSION");
            xml.empty(
                "Application",
                &[("name", &"Diff-BGM"), ("version", &version)],
            );
            self.write_transport(xml);
            self.write_structure(xml);
            self.write_arrangement(xml);
            xml.empty("Scenes", &[]);
        })
    }

    fn write_transport(&self, xml: &mut XmlWriter) {
        let score = &self.arrangement.score;
        xml.element("Transport", &[], |xml| {
            let tempo_bpm = score.tempo_map().initial_tempo().bpm();
            xml.empty(
                "Tempo",
                &[
                    ("id", &TEMPO_ID),
                    ("name", &"Tempo"),
                    ("unit", &"bpm"),
                    ("min", &Tempo::MIN),
                    ("max", &Tempo::MAX),
                    ("value", &tempo_bpm),
                ],
            );
            let metre = score.metre();
            xml.empty(
                "TimeSignature",
                &[
                    ("id", &METRE_ID),
                    ("numerator", &metre.beats()),
                    ("denominator", &metre.unit()),
                ],
            );
        });
    }

    fn write_structure(&self, xml: &mut XmlWriter) {
        xml.element("Structure", &[], |xml| {
            if self.video.is_some() {
                write_track(xml, VIDEO_ID, "Video", "video", colours::VIDEO);
            }
            for part in &self.parts {
                let colour = colours::of_part(*part);
                write_track(xml, part_id(*part), track_name(*part), "notes", colour);
            }
            let master = [
                ("id", &"master" as &dyn std::fmt::Display),
                ("name", &"Master"),
                ("contentType", &"audio notes"),
                ("loaded", &true),
            ];
            xml.element("Track", &master, |xml| {
                xml.empty(
                    "Channel",
                    &[
                        ("id", &MASTER_CHANNEL_ID),
                        ("role", &"master"),
                        ("audioChannels", &2),
                    ],
                );
            });
        });
    }
}

fn write_track(xml: &mut XmlWriter, id: &str, name: &str, content: &str, colour: Colour) {
    let attributes: [(&str, &dyn std::fmt::Display); 5] = [
        ("id", &id),
        ("name", &name),
        ("contentType", &content),
        ("loaded", &true),
        ("color", &hex(colour)),
    ];
    xml.element("Track", &attributes, |xml| {
        xml.empty(
            "Channel",
            &[
                ("id", &format!("{id}-channel")),
                ("role", &"regular"),
                ("audioChannels", &2),
                ("destination", &MASTER_CHANNEL_ID),
            ],
        );
    });
}

/// Returns the id of a part's track.
fn part_id(part: Part) -> &'static str {
    match part {
        Part::All => "all",
        Part::Lead => "lead",
        Part::Chords => "chords",
        Part::Bass => "bass",
    }
}

fn hex([red, green, blue]: Colour) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Returns `metadata.xml`: the file's name as the title, and as a comment what has no place in a project.
fn metadata(arrangement: &Arrangement, path: &Path) -> String {
    let made = arrangement.description.lines().next().unwrap_or_default();
    let key = arrangement.key.map(|key| format!("Key: {key}"));
    let comment: Vec<&str> = [Some(made), key.as_deref()].into_iter().flatten().collect();
    XmlWriter::document("MetaData", &[], |xml| {
        if let Some(title) = path.file_stem() {
            xml.words("Title", &title.to_string_lossy());
        }
        xml.words("Comment", &comment.join("\n"));
    })
}

#[cfg(test)]
mod tests;
