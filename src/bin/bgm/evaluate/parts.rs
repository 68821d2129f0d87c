//! Evaluation of a model of the family `parts`, by part and task.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Instant;

use clap::Args;
use diff_bgm::dataset::parts_cache::{PartsCache, Window};
use diff_bgm::diffusion::model::Model;
use diff_bgm::evaluate::parts::{Choice, Painted, PartsReport, Task, choose, generate};
use diff_bgm::evaluate::{CANDIDATES, Harmony, HeldOut, Report, merged};
use diff_bgm::generator::Settings;
use diff_bgm::music::metre::Metre;
use diff_bgm::music::piano_roll::PianoRoll;
use diff_bgm::music::style::Style;
use diff_bgm::{Error, Result};
use serde::Serialize;

use super::sheet::{self, Couple};
use super::{Arguments, Figures, print_heading};
use crate::output::{say, write_json};
use crate::progress::Progress;

/// Options that only models in parts have.
#[derive(Args)]
#[command(next_help_heading = "Models in parts")]
pub(super) struct PartsArgs {
    /// What to paint: free (all), continue (4 bars are kept), fill (bars 4 and 5), accompany (the lead is kept), tune (the
    /// accompaniment is kept); with commas between [default: all of them]
    #[arg(long, value_delimiter = ',')]
    pub(super) tasks: Option<Vec<Task>>,
    /// Only windows of this style: pop, song or strings [default: all in turn]
    #[arg(long)]
    pub(super) style: Option<Style>,
    /// Only windows in this metre [default: any that does not change]
    #[arg(long)]
    pub(super) metre: Option<Metre>,
    /// Take the half of the held-out pieces that figures are chosen by, not the half that they are reported on
    #[arg(long)]
    pub(super) development: bool,
}

/// What the JSON file has besides the figures of all families.
#[derive(Serialize)]
struct PartsFigures<'a> {
    development: bool,
    churn: f64,
    #[serde(flatten)]
    report: &'a Report,
    #[serde(flatten)]
    parts: &'a PartsReport,
}

/// Where a window on the contact sheet comes from, and what was painted of it.
#[derive(Serialize)]
struct Origin {
    task: Task,
    piece: usize,
    start_beat: usize,
    style: Style,
    metre: Metre,
}

pub(super) fn run(arguments: &Arguments, model: &Model, settings: &Settings) -> Result<()> {
    let cache = read(arguments, model)?;
    let options = &arguments.parts;
    let choice = Choice {
        style: options.style,
        metre: options.metre,
        development: options.development,
    };
    let count = arguments.segments.max(CANDIDATES);
    let windows = choose(&cache, choice, count, model.pitches());
    if windows.is_empty() {
        return Err(Error::Usage(format!(
            "No held-out window of {} is of that style and metre. Ask for another --style or --metre, or for none.",
            arguments.data()?.display()
        )));
    }
    let harmony = arguments.harmony.unwrap_or(Harmony::Given);
    let chosen = &windows[..arguments.segments];
    let tasks = options.tasks.as_deref().unwrap_or(&Task::ALL);
    let start = Instant::now();
    let mut painted = BTreeMap::new();
    for &task in tasks {
        painted.insert(task, paint(model, chosen, task, harmony, settings)?);
    }
    let seconds = start.elapsed().as_secs_f64();

    let Some((first, parts)) =
        (painted.keys().next().copied()).zip(PartsReport::new(chosen, &painted))
    else {
        return Err(Error::value("no task", "at least one"));
    };
    let held_out: Vec<HeldOut> = windows.iter().map(HeldOut::from).collect();
    let rolls: Vec<PianoRoll> = (painted[&first].iter())
        .map(|painted| merged(&painted.roll))
        .collect();
    let report = Report::new(model, &held_out, &rolls)?;
    print_heading(model, harmony, settings, seconds)?;
    say(format!("{parts}task {first}, both parts in one:\n{report}").trim_end())?;
    if let Some(path) = &arguments.json {
        let figures = PartsFigures {
            development: options.development,
            churn: settings.sampler.churn,
            report: &report,
            parts: &parts,
        };
        write_json(
            path,
            &Figures::new(model, harmony, settings, &figures, seconds),
        )?;
    }
    if let Some(path) = &arguments.sheet {
        sheet::write(path, &couples(chosen, &painted))?;
    }
    Ok(())
}

/// Reads the music, with messages for what `cues` models are evaluated on.
fn read(arguments: &Arguments, model: &Model) -> Result<PartsCache> {
    let data = arguments.data()?;
    arguments.published.refuse(model)?;
    if data.is_dir() || arguments.cache.is_some() {
        return Err(Error::Usage(format!(
            "The model {} is of the family `parts`, which is evaluated on an archive of music in parts (--data MUSIC.npz, see docs/formats.md), without --cache. POP909's folder is for models of the family `cues`.",
            model.name()
        )));
    }
    PartsCache::read(data)
}

fn paint(
    model: &Model,
    windows: &[Window],
    task: Task,
    harmony: Harmony,
    settings: &Settings,
) -> Result<Vec<Painted>> {
    let mut progress = Progress::new();
    let mut on_progress = |share, window| {
        let message = format!("{task}, segment {} of {}", window + 1, windows.len());
        progress.set(share, &message);
        ControlFlow::Continue(())
    };
    let painted = generate(model, windows, task, harmony, settings, &mut on_progress);
    progress.finish();
    painted
}

/// Returns the pairs of the contact sheet, as many of every task.
fn couples<'a>(
    windows: &'a [Window],
    painted: &'a BTreeMap<Task, Vec<Painted>>,
) -> Vec<Couple<'a, Origin>> {
    let of_each = (sheet::MAX_PAIRS / painted.len()).min(windows.len());
    let of_task = |(&task, painted): (&Task, &'a Vec<Painted>)| {
        let pairs = windows.iter().zip(painted).take(of_each);
        let couple = move |(window, painted): (&'a Window, &'a Painted)| Couple {
            real: &window.roll,
            generated: &painted.roll,
            metre: window.metre.unwrap_or_default(),
            origin: Origin {
                task,
                piece: window.place.piece,
                start_beat: window.place.start_beat,
                style: window.place.style,
                metre: window.metre.unwrap_or_default(),
            },
        };
        pairs.map(couple)
    };
    painted.iter().flat_map(of_task).collect()
}
