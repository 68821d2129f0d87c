//! `bgm export`: writes a draft as a file that a DAW opens.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use diff_bgm::counted::counted;
use diff_bgm::export::{Arrangement, ExportChoices, ExportFormat, Video, write};
use diff_bgm::formats::atomic_file::expect_writable;
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::music::part::Part;
use diff_bgm::time::Beats;
use diff_bgm::{Error, Result};

use crate::output::{expect_extension, expect_other_than, say, warn};

/// Write a draft for a DAW: as a MIDI file, a DAWproject or a REAPER project
///
/// The file has a named, coloured track for each part, the tempo map, the metre, and markers at sections, cuts and hits. Notes,
/// tempo and metre that were edited in the draft's MIDI file are exported as they are.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The draft, a MIDI file that `bgm generate` or the plugin wrote
    draft: PathBuf,
    /// The file to write; its ending says which kind: .mid, .dawproject or .rpp
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The video, on a track of its own in a DAWproject or a REAPER project; needs FFmpeg
    #[arg(long, value_name = "CLIP.mp4")]
    video: Option<PathBuf>,
    /// Beat of the music at which the video starts, counted from 0 [default: as drafted]
    #[arg(long, requires = "video", allow_hyphen_values = true)]
    start: Option<f64>,
    /// Only this part
    #[arg(long)]
    part: Option<PartChoice>,
    /// Write chords as markers too, which more DAWs show than the texts of a MIDI file
    #[arg(long)]
    chord_markers: bool,
}

/// The parts by their names on the command line.
#[derive(Clone, Copy, ValueEnum)]
enum PartChoice {
    Lead,
    Chords,
    Bass,
}

impl From<PartChoice> for Part {
    fn from(choice: PartChoice) -> Self {
        match choice {
            PartChoice::Lead => Self::Lead,
            PartChoice::Chords => Self::Chords,
            PartChoice::Bass => Self::Bass,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let output = &arguments.output;
    expect_extension(output, &ExportFormat::EXTENSIONS)?;
    expect_other_than(&arguments.draft, output)?;
    expect_writable(output)?;
    let format = ExportFormat::of_path(output).unwrap_or(ExportFormat::Midi);
    let file = MidiFile::open(&arguments.draft)?;
    let mut arrangement =
        Arrangement::of_midi(&file).map_err(|error| error.in_file(&arguments.draft))?;
    if let Some(start) = arguments.start {
        if !start.is_finite() {
            return Err(Error::value(
                format!("a video that starts at beat {start}"),
                "a number of beats",
            ));
        }
        arrangement.picture_start = Beats(start);
    }
    let mut choices = ExportChoices {
        part: arguments.part.map(Part::from),
        chord_markers: arguments.chord_markers,
        video: None,
    };
    if let Some(path) = &arguments.video {
        format.expect_video()?;
        let (video, warnings) = Video::open(path)?;
        for warning in warnings {
            warn(format!("{}: {warning}", path.display()));
        }
        choices.video = Some(video);
    }
    write(&arrangement, format, &choices, output)?;
    let parts = arrangement.parts(choices.part)?;
    let notes = arrangement.score.notes().iter();
    let notes = notes.filter(|note| parts.contains(&note.part)).count();
    let markers = arrangement.markers(choices.chord_markers).len();
    say(format!(
        "{}: {} with {}, {} and {}",
        output.display(),
        format.label(),
        counted(parts.len(), "part"),
        counted(notes, "note"),
        counted(markers, "marker")
    ))
}
