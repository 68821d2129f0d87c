//! Evaluation of a model of the family `cues` on the songs of POP909.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use diff_bgm::dataset::pop909::{self, Song, Window, choose_windows};
use diff_bgm::diffusion::model::Model;
use diff_bgm::evaluate::{CANDIDATES, Harmony, HeldOut, Report, generate_segments};
use diff_bgm::generator::Settings;
use diff_bgm::music::metre::Metre;
use diff_bgm::music::piano_roll::PianoRoll;
use diff_bgm::{Error, Result};
use serde::Serialize;

use super::sheet::{self, Couple};
use super::{Arguments, Figures, print_heading};
use crate::output::{say, write_json};
use crate::progress::Progress;

/// Where a window on the contact sheet comes from.
#[derive(Serialize)]
struct Origin<'a> {
    song: &'a str,
    start_beat: usize,
}

pub(super) fn run(arguments: &Arguments, model: &Model, settings: &Settings) -> Result<()> {
    refuse_options_of_parts(arguments, model)?;
    let harmony = arguments.harmony.unwrap_or_default();
    let songs = held_out_songs(arguments.data()?, arguments.cache.as_deref())?;
    let windows = choose_windows(&songs, arguments.segments.max(CANDIDATES), model.pitches());
    if windows.is_empty() {
        return Err(Error::Usage(format!(
            "No held-out song (001, 021, 041 …) in {} has eight bars of 4/4 in a row. Evaluate on the whole of POP909.",
            arguments.data()?.display()
        )));
    }
    let chosen = &windows[..arguments.segments];
    let start = Instant::now();
    let generated = generate(model, chosen, harmony, settings)?;
    let seconds = start.elapsed().as_secs_f64();

    let held_out: Vec<HeldOut> = windows.iter().map(HeldOut::from).collect();
    let report = Report::new(model, &held_out, &generated)?;
    print_heading(model, harmony, settings, seconds)?;
    say(report.to_string().trim_end())?;
    if let Some(path) = &arguments.json {
        write_json(
            path,
            &Figures::new(model, harmony, settings, &report, seconds),
        )?;
    }
    if let Some(path) = &arguments.sheet {
        let couples: Vec<Couple<Origin>> = (chosen.iter().zip(&generated))
            .map(|(window, generated)| Couple {
                real: &window.roll,
                generated,
                metre: Metre::COMMON,
                origin: Origin {
                    song: &window.song,
                    start_beat: window.start_beat,
                },
            })
            .collect();
        sheet::write(path, &couples)?;
    }
    Ok(())
}

fn refuse_options_of_parts(arguments: &Arguments, model: &Model) -> Result<()> {
    let parts = &arguments.parts;
    arguments.published.refuse(model)?;
    let options = [
        ("--tasks", parts.tasks.is_some()),
        ("--style", parts.style.is_some()),
        ("--metre", parts.metre.is_some()),
        ("--development", parts.development),
    ];
    if let Some((option, _)) = options.into_iter().find(|(_, is_given)| *is_given) {
        return Err(Error::Usage(format!(
            "{option} is for models of the family `parts`, and {} is not one. Leave it out, or give another --model.",
            model.name()
        )));
    }
    if arguments
        .data()?
        .extension()
        .is_some_and(|end| end == "npz")
    {
        return Err(Error::Usage(format!(
            "{} holds music in parts, and the model {} has none. Evaluate it on the folder of POP909, or give a model of the family `parts`.",
            arguments.data()?.display(),
            model.name()
        )));
    }
    Ok(())
}

fn held_out_songs(data: &Path, cache: Option<&Path>) -> Result<Vec<Song>> {
    if cache.is_none() && !data.is_file() {
        let mut folders = pop909::song_folders(data)?;
        folders.retain(|folder| folder.is_held_out());
        return folders.iter().map(|folder| folder.read()).collect();
    }
    let mut progress = Progress::new();
    let songs = pop909::read_songs(data, cache, &mut |share| {
        progress.set(share, "reading music");
    });
    progress.finish();
    let mut songs = songs?;
    songs.retain(Song::is_held_out);
    Ok(songs)
}

fn generate(
    model: &Model,
    windows: &[Window],
    harmony: Harmony,
    settings: &Settings,
) -> Result<Vec<PianoRoll>> {
    let mut progress = Progress::new();
    let mut on_progress = |share, window| {
        let message = format!("segment {} of {}", window + 1, windows.len());
        progress.set(share, &message);
        ControlFlow::Continue(())
    };
    let rolls = generate_segments(model, windows, harmony, settings, &mut on_progress);
    progress.finish();
    rolls
}
