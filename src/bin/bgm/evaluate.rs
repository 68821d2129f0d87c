//! `bgm evaluate`: compares generated music with held-out music.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use diff_bgm::dataset::pop909::{self, Song, Window, choose_windows};
use diff_bgm::diffusion::coherence::Coherence;
use diff_bgm::diffusion::device::DeviceKind;
use diff_bgm::diffusion::model::Model;
use diff_bgm::diffusion::sampler::{SamplerKind, SamplerSettings};
use diff_bgm::evaluate::{CANDIDATES, Harmony, Report, generate_segments};
use diff_bgm::formats::atomic_file::expect_writable;
use diff_bgm::generator::{Settings, default_guidance_scale};
use diff_bgm::music::piano_roll::PianoRoll;
use diff_bgm::music::roll_picture::{SHEET_COLUMNS, write_contact_sheet};
use diff_bgm::{Error, Result};
use serde::Serialize;

use crate::coherence::CoherenceArgs;
use crate::output::{expect_extension, say, write_json};
use crate::progress::Progress;
use crate::threads::ThreadCount;

/// The most segments.
const MAX_SEGMENTS: usize = 10_000;
/// The most pairs on a contact sheet.
const MAX_SHEET_PAIRS: usize = 32;

/// Compare generated music with real music
///
/// Takes a fixed choice of 8-bar windows from the songs of POP909 that are never trained on, generates a segment for the
/// cues of each, and measures both. docs/experiments.md explains the figures.
#[derive(Args)]
pub(crate) struct Arguments {
    /// POP909, as published (one folder a song) or as a cache file
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Cache file for POP909: read instead of the folder, or written if missing
    #[arg(long, value_name = "MUSIC.safetensors")]
    cache: Option<PathBuf>,
    /// Number of segments to generate
    #[arg(long, default_value = "64")]
    segments: usize,
    /// The model file, of the kind cues [default: the built-in model]
    #[arg(long, value_name = "MODEL.safetensors")]
    model: Option<PathBuf>,
    /// Sampler: ddpm, ddim or dpm++2m
    #[arg(long, default_value_t)]
    sampler: SamplerKind,
    /// Sampling steps per segment; ddpm always takes every step of the model's schedule
    #[arg(long, default_value_t = SamplerSettings::default().steps)]
    steps: usize,
    /// How closely the music follows the cues; 1 is without guidance [default: the model's own]
    #[arg(long)]
    guidance: Option<f64>,
    /// Seed of the first segment; each further segment adds 1
    #[arg(long, default_value = "1")]
    seed: u64,
    /// Chords for the model: planned, given (those of the real music) or free (none)
    #[arg(long, default_value = "planned")]
    harmony: Harmony,
    /// Also write the figures as JSON
    #[arg(long, value_name = "FIGURES.json")]
    json: Option<PathBuf>,
    /// Also write a picture of pairs of rolls, one real and one generated, with a key to which is which (`.key.json`)
    #[arg(long, value_name = "SHEET.png")]
    sheet: Option<PathBuf>,
    /// The device that runs the network: cpu, cuda or metal
    #[arg(long, default_value = "cpu")]
    device: DeviceKind,
    /// Threads; 0 uses one per core
    #[arg(long, default_value = "0")]
    threads: ThreadCount,
    #[command(flatten)]
    coherence: CoherenceArgs,
}

/// The contents of the JSON file.
#[derive(Serialize)]
struct Figures<'a> {
    model: &'a str,
    sampler: SamplerKind,
    steps: usize,
    guidance_scale: f64,
    seed: u64,
    harmony: &'static str,
    coherence: Coherence,
    #[serde(flatten)]
    report: &'a Report,
    /// Seconds taken to generate the segments.
    seconds: f64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if !(1..=MAX_SEGMENTS).contains(&arguments.segments) {
        let found = format!("{} segments", arguments.segments);
        return Err(Error::value(found, format!("1 to {MAX_SEGMENTS}")));
    }
    let key_path = arguments
        .sheet
        .as_ref()
        .map(|path| path.with_extension("key.json"));
    for path in [&arguments.json, &arguments.sheet, &key_path]
        .into_iter()
        .flatten()
    {
        expect_writable(path)?;
    }
    if let Some(path) = &arguments.sheet {
        expect_extension(path, &["png"])?;
    }
    arguments.threads.apply()?;
    let device = arguments.device.open()?;
    let model = match &arguments.model {
        Some(path) => Model::load(path, &device),
        None => Model::built_in(&device),
    }?;
    let songs = held_out_songs(&arguments.data, arguments.cache.as_deref())?;
    let windows = choose_windows(&songs, arguments.segments.max(CANDIDATES), model.pitches());
    if windows.is_empty() {
        return Err(Error::Usage(format!(
            "No held-out song (001, 021, 041 …) in {} has eight bars of 4/4 in a row. Evaluate on the whole of POP909.",
            arguments.data.display()
        )));
    }
    let settings = Settings {
        seed: arguments.seed,
        sampler: SamplerSettings {
            kind: arguments.sampler,
            steps: arguments.steps,
            ..SamplerSettings::default()
        },
        guidance_scale: arguments.guidance,
        coherence: (arguments.coherence).over(Coherence::default()),
        ..Settings::default()
    };
    let chosen = &windows[..arguments.segments];
    let start = Instant::now();
    let generated = generate(&model, chosen, arguments.harmony, &settings)?;
    let seconds = start.elapsed().as_secs_f64();

    let report = Report::new(&model, &windows, &generated)?;
    let guidance_scale =
        (arguments.guidance).unwrap_or_else(|| default_guidance_scale(model.config().cond_type));
    let steps = settings.sampler.step_count(model.schedule());
    say(format!(
        "{}, {} of {steps} steps, guidance {guidance_scale}, harmony {}, seed {}, {seconds:.1} s",
        model.name(),
        arguments.sampler,
        arguments.harmony.name(),
        arguments.seed,
    ))?;
    say(report.to_string().trim_end())?;
    if let Some(path) = &arguments.json {
        let figures = Figures {
            model: model.name(),
            sampler: arguments.sampler,
            steps,
            guidance_scale,
            seed: arguments.seed,
            harmony: arguments.harmony.name(),
            coherence: settings.coherence,
            report: &report,
            seconds,
        };
        write_json(path, &figures)?;
    }
    if let (Some(path), Some(key_path)) = (&arguments.sheet, &key_path) {
        write_sheet(path, key_path, chosen, &generated)?;
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

/// The position of a pair on the contact sheet, and which of its sides is real.
#[derive(Serialize)]
struct Placed<'a> {
    row: usize,
    real_column: usize,
    generated_column: usize,
    song: &'a str,
    start_beat: usize,
}

fn write_sheet(
    path: &Path,
    key_path: &Path,
    windows: &[Window],
    rolls: &[PianoRoll],
) -> Result<()> {
    let mut cells = Vec::new();
    let mut key = Vec::new();
    for (index, (window, generated)) in windows.iter().zip(rolls).take(MAX_SHEET_PAIRS).enumerate()
    {
        let left = 2 * index % SHEET_COLUMNS;
        let real_first = is_heads(index);
        key.push(Placed {
            row: 1 + 2 * index / SHEET_COLUMNS,
            real_column: 1 + left + usize::from(!real_first),
            generated_column: 1 + left + usize::from(real_first),
            song: &window.song,
            start_beat: window.start_beat,
        });
        let pair = [&window.roll, generated];
        cells.extend(if real_first { pair } else { [pair[1], pair[0]] });
    }
    write_contact_sheet(path, &cells)?;
    write_json(key_path, &key)
}

/// Flips a deterministic coin for the pair `index`: the bit parity of a scrambled number.
fn is_heads(index: usize) -> bool {
    let scrambled = (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (scrambled ^ (scrambled >> 29))
        .count_ones()
        .is_multiple_of(2)
}
