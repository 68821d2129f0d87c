//! `bgm dataset`: a data set in the authors' layout, from pairs of a video and music.

mod pairs;

use std::path::{Path, PathBuf};

use diff_bgm::counted::counted;
use diff_bgm::dataset::bgm909::{BeatGrid, Song, Split, expect_piece, write_piece};
use diff_bgm::features::ClipFeatures;
use diff_bgm::formats::bounded_file::read_bounded;
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::video::ShotFinder;
use diff_bgm::{Error, Result};
use serde_json::{Value, json};

use crate::batch::{self, Item, Made, Work};
use crate::clip_maker::{ClipMaker, Models, expect_output_folder};
use crate::features::folder::facts;
#[cfg(feature = "models")]
use crate::features::models::ModelArgs;
use crate::output::warn;
use pairs::{Pair, Pairs};

/// The largest list of beats that is read, in bytes.
const MAX_BEATS_BYTES: u64 = 16 << 20;
/// Beats by which a clip and its music may differ in length without a word.
const SIMILAR_SECONDS: f64 = 4.0;
/// Names that the authors' code passes over.
const PASSED_OVER: [&str; 6] = ["034", "203", "215", "254", "280", "328"];

/// Make a data set for training the published networks, from videos and their music
///
/// A pair is a video, or a clip file of `bgm features`, and a MIDI file of the same name, anywhere in their folders. Both start
/// together. The beats are those of the MIDI file's tempi and time signatures, or those of a list (--beats). The data set has
/// the layout that `bgm train --preset published` and the authors' own code read; docs/formats.md describes it.
///
/// Clips need the embeddings that the networks follow: in clip files, from --visual and --caption, or from models.
///
/// To go on after a stop, repeat the command: a piece is not made again if its files, their sizes and times of change, and the
/// options are the same. A pair that cannot be used is reported and the others go on; the exit status is then 1.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder of videos and clip files; of both for one name, the clip file is taken
    #[arg(value_name = "VIDEOS")]
    videos: PathBuf,
    /// The folder of MIDI files
    #[arg(value_name = "MIDI")]
    midi: PathBuf,
    /// The folder of the data set
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// A folder with lists of beats, NAME.txt: a line for each with its time in seconds and, after it, its place in the bar
    /// or POP909's two flags; without those, every fourth beat starts a bar. A piece without a list has its MIDI file's beats
    #[arg(long, value_name = "DIR")]
    beats: Option<PathBuf>,
    /// A folder with frame embeddings, NAME.npy or NAME.pth, in folders like the videos'
    #[arg(long, value_name = "DIR")]
    visual: Option<PathBuf>,
    /// A folder with caption embeddings, likewise
    #[arg(long, value_name = "DIR")]
    caption: Option<PathBuf>,
    /// A folder with lists of shots, NAME_scenes.txt
    #[arg(long, value_name = "DIR")]
    scenes: Option<PathBuf>,
    /// How the shots of videos are found: quick or network; see `bgm features`
    #[arg(long, value_name = "HOW", default_value = "quick")]
    shots: ShotFinder,
    /// Share of the pieces that are held out while training, 0 to 1
    #[arg(long, value_name = "SHARE", default_value = "0.1")]
    validation: f64,
    /// Share of the pieces that are kept for `bgm evaluate`, 0 to 1
    #[arg(long, value_name = "SHARE", default_value = "0")]
    test: f64,
    /// Seed of the random choice of those pieces
    #[arg(long, default_value = "1")]
    seed: u64,
    // Last, because its heading would also stand above options that follow it.
    #[cfg(feature = "models")]
    #[command(flatten)]
    models: ModelArgs,
}

/// Makes the pieces of a data set.
struct Pieces<'a> {
    maker: ClipMaker,
    pairs: Pairs,
    output: &'a Path,
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    #[cfg(feature = "models")]
    (arguments.models).check(
        arguments.visual.is_some(),
        arguments.caption.is_some(),
        true,
    )?;
    let maker = ClipMaker {
        shots: arguments.shots,
        visual: arguments.visual,
        caption: arguments.caption,
        scenes: arguments.scenes,
        models: Models::default(),
    };
    maker.check()?;
    expect_output_folder(&arguments.output)?;
    Split::draw(&[], arguments.validation, arguments.test, arguments.seed)?;
    let pairs = Pairs::find(
        &arguments.videos,
        &arguments.midi,
        arguments.beats.as_deref(),
    )?;
    for line in pairs.without_partner() {
        warn(line);
    }
    #[cfg(feature = "models")]
    let maker = ClipMaker {
        models: Models::load(&arguments.models)?,
        ..maker
    };
    let items: Vec<Item> = (pairs.pairs.iter())
        .map(|(name, pair)| Item {
            name: name.clone(),
            sources: (maker.sources(&pair.clip).into_iter())
                .chain([pair.midi.path.clone()])
                .chain(pair.beats.clone())
                .collect(),
            output: format!("{name}.npz"),
        })
        .collect();
    let output = arguments.output.as_path();
    let mut pieces = Pieces {
        maker,
        pairs,
        output,
    };
    let outcome = batch::run(output, &items, &mut pieces)?;
    let names: Vec<String> = (items.iter())
        .filter(|item| !outcome.has_failed(item))
        .map(|item| item.name.clone())
        .collect();
    let split = Split::draw(&names, arguments.validation, arguments.test, arguments.seed)?;
    if !names.is_empty() {
        split.write(output)?;
    }
    let more = format!(
        "; {} to train on, {} for validation, {} for tests",
        counted(split.training.len(), "piece"),
        split.validation.len(),
        split.test.len()
    );
    outcome.close(output, &more)
}

impl Work for Pieces<'_> {
    const KIND: &'static str = "piece";

    fn options(&self) -> Value {
        self.maker.options()
    }

    fn is_whole(&self, item: &Item) -> bool {
        expect_piece(self.output, &item.name).is_ok()
    }

    fn make(&mut self, item: &Item, on_progress: &mut dyn FnMut(f64)) -> Result<Made> {
        let pair = &self.pairs.pairs[&item.name];
        let midi = MidiFile::open(&pair.midi.path)?;
        let beats = beats(pair, &midi)?;
        let (clip, mut warnings) = self.maker.make(&pair.clip, on_progress)?;
        let music_end = beats.end();
        let of_midi = |fault: diff_bgm::Fault| fault.in_file(&pair.midi.path);
        let song =
            Song::new(&midi, beats.until(clip.duration).map_err(of_midi)?).map_err(of_midi)?;
        write_piece(self.output, &item.name, &song, &clip)?;
        warnings.extend(warnings_about(&item.name, &clip, music_end.0));
        warnings.extend(midi.warnings);
        let mut facts = facts(&clip);
        for (key, value) in [
            ("video", json!(pair.clip.name)),
            ("midi", json!(pair.midi.name)),
            ("beats", json!(song.beats())),
            ("notes", json!(song.notes())),
            ("segments", json!(song.segments())),
        ] {
            facts.insert(key.to_owned(), value);
        }
        Ok(Made {
            summary: format!(
                "{:.2} s, {}, {}, {}",
                clip.duration.0,
                counted(song.beats(), "beat"),
                counted(song.notes(), "note"),
                counted(song.segments(), "segment start")
            ),
            warnings,
            facts,
        })
    }
}

/// Returns the beats of a pair: those of its list, or of its MIDI file.
fn beats(pair: &Pair, midi: &MidiFile) -> Result<BeatGrid> {
    match &pair.beats {
        Some(path) => {
            let bytes = read_bounded(path, MAX_BEATS_BYTES)?;
            BeatGrid::parse(&bytes).map_err(|fault| fault.in_file(path))
        }
        None => BeatGrid::of_midi(midi).map_err(|fault| fault.in_file(&pair.midi.path)),
    }
}

fn warnings_about(name: &str, clip: &ClipFeatures, music_end: f64) -> Vec<String> {
    let mut warnings = Vec::new();
    let difference = clip.duration.0 - music_end;
    if difference.abs() > SIMILAR_SECONDS {
        let longer = if difference > 0.0 { "clip" } else { "music" };
        warnings.push(format!(
            "The clip lasts {:.1} s and its music {music_end:.1} s; the rest of the {longer} is left out.",
            clip.duration.0
        ));
    }
    for (what, track, families) in [
        ("frame", &clip.visual, "visual, v_c and c_v"),
        ("caption", &clip.caption, "caption, v_c and c_v"),
    ] {
        if track.is_none() {
            warnings.push(format!(
                "The clip has no {what} embeddings: models of the kinds {families}, and the authors' code, cannot be trained on it."
            ));
        }
    }
    if PASSED_OVER.contains(&name) {
        warnings.push("The authors' code passes over a piece of this name.".to_owned());
    }
    warnings
}

/// An error about folders in which nothing can be paired.
fn nothing_to_pair(videos: &Path, midi: &Path) -> Error {
    Error::Usage(format!(
        "No video or clip file in {} has a MIDI file of the same name in {}. Name them alike, such as film.mp4 and film.mid.",
        videos.display(),
        midi.display()
    ))
}
