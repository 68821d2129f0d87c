//! What lies on the timeline of a DAWproject.

use std::fmt::Display;
use std::path::Path;

use super::{METRE_ID, Project, TEMPO_ID, VIDEO_ID, hex, part_id};
use crate::error::Result;
use crate::export::Arrangement;
use crate::export::colours;
use crate::export::video::{PlacedVideo, Video};
use crate::export::xml::XmlWriter;
use crate::music::controls::Controller;
use crate::music::midi_file::part_messages::{RELEASE_VELOCITY, track_name};
use crate::music::part::Part;
use crate::time::{Beats, Seconds};

/// The largest value of a MIDI message's data, which is 1 in a DAWproject.
const MAX_DATA: f64 = 127.0;

/// The video as a clip of the timeline.
pub(super) struct VideoClip {
    /// Where its file lies.
    reference: String,
    /// The length of the whole file.
    file_length: Seconds,
    place: PlacedVideo,
    /// The beats from which to which it is seen.
    start: Beats,
    end: Beats,
}

impl VideoClip {
    /// Returns the clip of `video` in a project at `path`.
    pub(super) fn new(video: &Video, arrangement: &Arrangement, path: &Path) -> Result<Self> {
        let map = arrangement.score.tempo_map();
        let place = video.placed(map.seconds_at(arrangement.picture_start))?;
        Ok(Self {
            reference: video.reference_from(path)?,
            file_length: video.length,
            place,
            start: map.beat_at(place.at),
            end: map.beat_at(place.at + place.length),
        })
    }

    fn write(&self, xml: &mut XmlWriter) {
        let clip: [(&str, &dyn Display); 6] = [
            ("time", &self.start.0),
            ("duration", &(self.end - self.start).0),
            ("contentTimeUnit", &"seconds"),
            ("playStart", &self.place.skipped.0),
            ("playStop", &self.file_length.0),
            ("name", &"Video"),
        ];
        xml.element("Clip", &clip, |xml| {
            // Of its sound nothing is known; 0 is what the format's own library writes then.
            let video: [(&str, &dyn Display); 5] = [
                ("id", &"video-file"),
                ("timeUnit", &"seconds"),
                ("duration", &self.file_length.0),
                ("channels", &0),
                ("sampleRate", &0),
            ];
            xml.element("Video", &video, |xml| {
                xml.empty("File", &[("path", &self.reference), ("external", &true)]);
            });
        });
    }
}

impl Project<'_> {
    pub(super) fn write_arrangement(&self, xml: &mut XmlWriter) {
        xml.element("Arrangement", &[("id", &"arrangement")], |xml| {
            xml.element(
                "Lanes",
                &[("id", &"lanes"), ("timeUnit", &"beats")],
                |xml| {
                    if let Some(video) = &self.video {
                        let lanes: [(&str, &dyn Display); 2] =
                            [("id", &"video-lanes"), ("track", &VIDEO_ID)];
                        xml.element("Lanes", &lanes, |xml| {
                            xml.element("Clips", &[("id", &"video-clips")], |xml| video.write(xml));
                        });
                    }
                    for part in &self.parts {
                        self.write_part(xml, *part);
                    }
                },
            );
            self.write_markers(xml);
            self.write_tempo(xml);
            self.write_metre(xml);
        });
    }

    /// The control changes lie beside the clip, not in it: a reader that does not know them still finds the notes.
    fn write_part(&self, xml: &mut XmlWriter, part: Part) {
        let id = part_id(part);
        let lanes: [(&str, &dyn Display); 2] = [("id", &format!("{id}-lanes")), ("track", &id)];
        xml.element("Lanes", &lanes, |xml| {
            xml.element("Clips", &[("id", &format!("{id}-clips"))], |xml| {
                let clip: [(&str, &dyn Display); 5] = [
                    ("time", &0),
                    ("duration", &self.arrangement.end().0),
                    ("playStart", &0),
                    ("name", &track_name(part)),
                    ("color", &hex(colours::of_part(part))),
                ];
                xml.element("Clip", &clip, |xml| self.write_notes(xml, part));
            });
            for controller in Controller::ALL {
                self.write_controller(xml, part, controller);
            }
        });
    }

    fn write_notes(&self, xml: &mut XmlWriter, part: Part) {
        let leaving = self.arrangement.leaving();
        let notes = leaving.notes().iter();
        let id = format!("{}-notes", part_id(part));
        xml.element("Notes", &[("id", &id)], |xml| {
            for note in notes.filter(|note| note.part == part) {
                let note: [(&str, &dyn Display); 6] = [
                    ("time", &note.start.0),
                    ("duration", &note.length.0),
                    ("channel", &self.arrangement.outputs.channel(part)),
                    ("key", &note.pitch),
                    ("vel", &normalised(note.velocity)),
                    ("rel", &normalised(RELEASE_VELOCITY)),
                ];
                xml.empty("Note", &note);
            }
        });
    }

    fn write_controller(&self, xml: &mut XmlWriter, part: Part, controller: Controller) {
        let changes = self.arrangement.controls.changes().iter();
        let mut changes = changes
            .filter(|change| change.part == part && change.controller == controller)
            .peekable();
        if changes.peek().is_none() {
            return;
        }
        let number = controller.number();
        let id = format!("{}-controller-{number}", part_id(part));
        let points: [(&str, &dyn Display); 2] = [("id", &id), ("unit", &"normalized")];
        xml.element("Points", &points, |xml| {
            let target: [(&str, &dyn Display); 3] = [
                ("expression", &"channelController"),
                ("channel", &self.arrangement.outputs.channel(part)),
                ("controller", &number),
            ];
            xml.empty("Target", &target);
            for change in changes {
                write_point(xml, change.at, normalised(change.value));
            }
        });
    }

    fn write_markers(&self, xml: &mut XmlWriter) {
        let markers = self.arrangement.markers(self.chord_markers);
        if markers.is_empty() {
            return;
        }
        let attributes: [(&str, &dyn Display); 2] = [("id", &"markers"), ("timeUnit", &"beats")];
        xml.element("Markers", &attributes, |xml| {
            for marker in &markers {
                let marker: [(&str, &dyn Display); 3] = [
                    ("time", &marker.at.0),
                    ("name", &marker.name),
                    ("color", &hex(colours::of_marker(marker.kind))),
                ];
                xml.empty("Marker", &marker);
            }
        });
    }

    fn write_tempo(&self, xml: &mut XmlWriter) {
        let attributes: [(&str, &dyn Display); 3] = [
            ("id", &"tempo-automation"),
            ("timeUnit", &"beats"),
            ("unit", &"bpm"),
        ];
        xml.element("TempoAutomation", &attributes, |xml| {
            xml.empty("Target", &[("parameter", &TEMPO_ID)]);
            for change in self.arrangement.score.tempo_map().changes() {
                write_point(xml, change.at, change.tempo.bpm());
            }
        });
    }

    fn write_metre(&self, xml: &mut XmlWriter) {
        let attributes: [(&str, &dyn Display); 2] =
            [("id", &"metre-automation"), ("timeUnit", &"beats")];
        xml.element("TimeSignatureAutomation", &attributes, |xml| {
            xml.empty("Target", &[("parameter", &METRE_ID)]);
            let metre = self.arrangement.score.metre();
            let point: [(&str, &dyn Display); 3] = [
                ("time", &0),
                ("numerator", &metre.beats()),
                ("denominator", &metre.unit()),
            ];
            xml.empty("TimeSignaturePoint", &point);
        });
    }
}

/// Writes a value that holds until the next point.
fn write_point(xml: &mut XmlWriter, at: Beats, value: f64) {
    let point: [(&str, &dyn Display); 3] = [
        ("time", &at.0),
        ("value", &value),
        ("interpolation", &"hold"),
    ];
    xml.empty("RealPoint", &point);
}

fn normalised(data: u8) -> f64 {
    f64::from(data) / MAX_DATA
}
