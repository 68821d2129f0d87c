//! Evaluation of a model of a published family on the held-out pieces of its data set.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use diff_bgm::dataset::bgm909::{HeldOutPieces, held_out_pieces};
use diff_bgm::diffusion::model::Model;
use diff_bgm::evaluate::published::{Compared, PublishedReport, compare};
use diff_bgm::evaluate::{Harmony, MusicFeatures};
use diff_bgm::generator::Settings;
use diff_bgm::music::decode::decode;
use diff_bgm::music::metre::Metre;
use diff_bgm::music::piano_roll::PianoRoll;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::time::{Bars, STEPS_PER_BAR, STEPS_PER_SEGMENT, Steps};
use diff_bgm::{Error, Result};
use serde::Serialize;

use super::sheet::{self, Couple};
use super::{Arguments, Figures, print_heading};
use crate::clip_maker::expect_output_folder;
use crate::output::{say, write_json};
use crate::progress::Progress;

/// The velocity of written notes, that of the published networks.
const VELOCITY: u8 = 80;

/// Options that only published models have.
#[derive(Args)]
#[command(next_help_heading = "Published models")]
pub(super) struct PublishedArgs {
    /// Take the pieces for validation, even if the data set has some for tests
    #[arg(long)]
    validation: bool,
    /// Also write the pieces as MIDI files, to render them: DIR/real/NAME.mid and DIR/generated/NAME.mid
    #[arg(long, value_name = "DIR")]
    midi: Option<PathBuf>,
    /// Only compare features of rendered music, files NAME.npy of rows in two folders: that of the real and that of the
    /// generated music
    #[arg(long, num_args = 2, value_names = ["REAL", "GENERATED"])]
    pub(super) music_features: Option<Vec<PathBuf>>,
}

impl PublishedArgs {
    /// Returns an error if an option is given beside `model`, which is of another kind.
    pub(super) fn refuse(&self, model: &Model) -> Result<()> {
        let options = [
            ("--validation", self.validation),
            ("--midi", self.midi.is_some()),
        ];
        match options.into_iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => Err(Error::Usage(format!(
                "{option} is for models of the published kinds, and {} is not one. Leave it out, or give another --model.",
                model.name()
            ))),
            None => Ok(()),
        }
    }
}

/// Where a window on the contact sheet comes from.
#[derive(Serialize)]
struct Origin<'a> {
    piece: &'a str,
}

pub(super) fn run(arguments: &Arguments, model: &Model, settings: &Settings) -> Result<()> {
    let data = data(arguments, model)?;
    let options = &arguments.published;
    if let Some(folder) = &options.midi {
        expect_output_folder(folder)?;
    }
    let which = match options.validation {
        true => HeldOutPieces::Validation,
        false => HeldOutPieces::Test,
    };
    let pieces = held_out_pieces(data, which)?;
    let start = Instant::now();
    let mut progress = Progress::new();
    let compared = compare(
        model,
        &pieces,
        arguments.segments,
        settings,
        &mut |share, piece| {
            progress.set(share, &format!("generating {piece}"));
            ControlFlow::Continue(())
        },
    );
    progress.finish();
    let compared = compared?;
    let seconds = start.elapsed().as_secs_f64();

    let report = PublishedReport::new(&compared, settings.seed);
    print_heading(model, Harmony::Free, settings, seconds)?;
    say(report.to_string().trim_end())?;
    if let Some(folder) = &options.midi {
        write_midi(folder, &compared)?;
    }
    if let Some(path) = &arguments.json {
        let figures = Figures::new(model, Harmony::Free, settings, &report, seconds);
        write_json(path, &figures)?;
    }
    if let Some(path) = &arguments.sheet {
        let first = |roll: &PianoRoll| roll.window(Steps(0), Steps(STEPS_PER_SEGMENT));
        let pairs: Vec<_> = (compared.iter())
            .map(|piece| (first(&piece.real), first(&piece.generated), &piece.name))
            .collect();
        let couples: Vec<Couple<Origin>> = (pairs.iter())
            .map(|(real, generated, piece)| Couple {
                real,
                generated,
                metre: Metre::COMMON,
                origin: Origin { piece },
            })
            .collect();
        sheet::write(path, &couples)?;
    }
    Ok(())
}

/// Returns the data set, after refusing options that mean nothing here.
fn data<'a>(arguments: &'a Arguments, model: &Model) -> Result<&'a Path> {
    let parts = &arguments.parts;
    let options = [
        ("--tasks", parts.tasks.is_some()),
        ("--style", parts.style.is_some()),
        ("--metre", parts.metre.is_some()),
        ("--development", parts.development),
        ("--cache", arguments.cache.is_some()),
        ("--harmony", arguments.harmony.is_some()),
    ];
    if let Some((option, _)) = options.into_iter().find(|(_, is_given)| *is_given) {
        return Err(Error::Usage(format!(
            "{option} is not for models of the published kinds, and {} is one. Leave it out.",
            model.name()
        )));
    }
    let data = arguments.data()?;
    if !data.is_dir() {
        return Err(Error::Usage(format!(
            "{} is not a folder. Models of the published kinds are evaluated on a data set in the authors' layout, as `bgm dataset` writes it.",
            data.display()
        )));
    }
    Ok(data)
}

/// Writes both sides of each piece as MIDI files in folders of `folder`.
fn write_midi(folder: &Path, compared: &[Compared]) -> Result<()> {
    for piece in compared {
        let name = &piece.name;
        for (side, roll, what) in [
            ("real", &piece.real, "held-out music"),
            ("generated", &piece.generated, "generated music"),
        ] {
            let folder = folder.join(side);
            fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
            let notes = decode(roll);
            let score = Score::new(RawScore {
                notes: (notes.into_iter())
                    .map(|note| note.with_velocity(VELOCITY))
                    .collect(),
                bars: Bars(roll.steps().0 / STEPS_PER_BAR),
                ..RawScore::default()
            })?;
            score.write_midi(
                folder.join(format!("{name}.mid")),
                &format!("{name}, {what}"),
            )?;
        }
    }
    Ok(())
}

/// Compares features of rendered music.
pub(super) fn compare_features(folders: &[PathBuf], arguments: &Arguments) -> Result<()> {
    if arguments.data.is_some() {
        return Err(Error::Usage(
            "--music-features compares two folders of features and generates nothing. Leave out --data.".to_owned(),
        ));
    }
    let [real, generated] = folders else {
        return Err(Error::value("other than two folders", "two"));
    };
    let figures = MusicFeatures::of_folders(real, generated, arguments.seed)?;
    say(figures.to_string().trim_end())?;
    match &arguments.json {
        Some(path) => write_json(path, &figures),
        None => Ok(()),
    }
}
