//! `bgm generate`: drafts music for a clip.

mod report;

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use diff_bgm::conditioning::harmony::Harmony;
use diff_bgm::conditioning::lead::Lead;
use diff_bgm::conditioning::placement::Alignment;
use diff_bgm::diffusion::sampler::{SamplerKind, SamplerSettings};
use diff_bgm::evaluate::parts::draft_candidates;
use diff_bgm::formats::atomic_file::expect_writable;
use diff_bgm::generator::{Settings, length_of};
use diff_bgm::music::key::Key;
use diff_bgm::music::metre::Metre;
use diff_bgm::music::metrics::Metrics;
use diff_bgm::music::roll_picture;
use diff_bgm::music::scale::Scale;
use diff_bgm::time::{Bars, Beats, Tempo};
use diff_bgm::video::ShotFinder;
use diff_bgm::{Fault, Result};

use crate::candidates;
use crate::chords::TypedChords;
use crate::clip;
use crate::coherence::CoherenceArgs;
use crate::controls::ControlArgs;
#[cfg(feature = "models")]
use crate::features::models;
use crate::form::FormArgs;
use crate::hits::HitArgs;
use crate::output::{expect_extension, write_json};
use crate::quiet::QuietArgs;
use crate::steering::{SteeringArgs, expect_followed};
use crate::style::{StyleChoice, style};
use crate::work::{self, WorkArgs, with_progress};
use report::{ModelReport, Report, Timings};

/// Draft music for a clip
///
/// A piece has up to 8192 bars: over 4 hours at 120 BPM in 4/4. Of a longer clip, draft a part with --bars.
///
/// A model of a published kind follows embeddings, which a clip file has, or which the models named below make of the video.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The clip: a video, or a clip file made by `bgm features`
    clip: PathBuf,
    /// The MIDI file to write
    #[arg(short, long, value_name = "DRAFT.mid")]
    output: PathBuf,
    /// Length of the music in bars [default: up to the first bar line at or after the clip's end]
    #[arg(long)]
    bars: Option<u32>,
    /// Tempo in beats per minute, 20 to 400
    #[arg(long, default_value = "120", value_parser = tempo)]
    tempo: Tempo,
    /// Beat of the music at which the clip starts, counted from 0
    #[arg(long, default_value = "0", allow_hyphen_values = true)]
    start: f64,
    /// Seed: the same seed and settings give the same notes, another seed gives another draft
    #[arg(long, default_value = "1")]
    seed: u64,
    /// Metre: 2/4, 3/4, 4/4, 5/4, 6/4, 6/8 or 12/8
    #[arg(long, default_value = "4/4")]
    metre: Metre,
    /// Where the tune plays: on (all through, with rests between phrases), sparse, off, or free (the model decides)
    #[arg(long, default_value = "on")]
    lead: Lead,
    /// Style: pop, song, strings, or free (the model decides)
    #[arg(long, default_value = "pop", value_parser = style)]
    style: StyleChoice,
    /// Let the music go on at the end instead of coming to rest on a last chord
    #[arg(long)]
    open_end: bool,
    #[command(flatten)]
    form: FormArgs,
    #[command(flatten)]
    controls: ControlArgs,
    #[command(flatten)]
    hits: HitArgs,
    #[command(flatten)]
    quiet: QuietArgs,
    /// Make drafts with this many seeds, from --seed on, and keep the most convincing one: the one that best answers the hits,
    /// follows the cues, and comes closest to real music
    #[arg(long, default_value = "1", value_name = "COUNT")]
    candidates: usize,
    /// Sampler: ddpm, ddim, dpm++2m or sde-dpm++2m [default: the model's own]
    #[arg(long)]
    sampler: Option<SamplerKind>,
    /// Sampling steps per segment: fewer are faster, more are finer; ddpm always takes every step of the model's schedule
    /// [default: the model's own]
    #[arg(long)]
    steps: Option<usize>,
    /// Share of fresh noise that sde-dpm++2m adds at each step, 0 to 1
    #[arg(long, default_value = "1")]
    churn: f64,
    /// Share of fresh noise that ddim adds at each step, 0 to 1
    #[arg(long, default_value = "0")]
    eta: f64,
    /// Factor on the noise: below 1 is plainer, above 1 wilder
    #[arg(long, default_value = "1")]
    temperature: f64,
    /// How often weak bars (a tune that breaks off, leaps or is buried, a figure that is dropped) are painted again; with 1, a
    /// draft takes about half as long again
    #[arg(long, default_value = "0")]
    retouches: usize,
    /// How closely the music follows the clip; 1 is without guidance [default: the model's own]
    #[arg(long)]
    guidance: Option<f64>,
    /// The chords, bar by bar and repeated to the end, such as "Am | F G | C/E" [default: a planned progression]
    #[arg(long, value_name = "CHORDS", conflicts_with_all = ["key", "free_harmony"])]
    chords: Option<TypedChords>,
    /// The key of the planned progression, such as C or F#m [default: drawn from the seed]
    #[arg(long, conflicts_with = "free_harmony")]
    key: Option<Key>,
    /// The scale that every note and every planned chord keeps to, such as "D dorian" or "A minor pentatonic"
    #[arg(long, conflicts_with_all = ["key", "free_harmony"])]
    scale: Option<Scale>,
    /// Let the model choose the harmony
    #[arg(long)]
    free_harmony: bool,
    /// How the clip is matched to the beats: time (by the tempo), or stretch (the whole clip over the whole piece)
    #[arg(long, default_value = "time")]
    align: Alignment,
    #[command(flatten)]
    work: WorkArgs,
    /// Also write a picture of the piano roll, of up to 1024 bars
    #[arg(long, value_name = "ROLL.png")]
    roll: Option<PathBuf>,
    /// Also write a report: settings, timings and statistics of the music
    #[arg(long, value_name = "REPORT.json")]
    json: Option<PathBuf>,
    // Options below have headings of their own, which would also stand above any that follow them.
    #[cfg(feature = "models")]
    #[command(flatten)]
    models: models::ModelArgs,
    #[command(flatten)]
    coherence: CoherenceArgs,
    #[command(flatten)]
    steering: SteeringArgs,
}

fn tempo(text: &str) -> Result<Tempo, Fault> {
    let tempo_bpm = text.parse().map_err(|_| {
        Fault::new(
            format!("a tempo of `{text}`"),
            "a number of beats per minute",
        )
    })?;
    Tempo::new(tempo_bpm)
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    expect_extension(&arguments.output, &["mid", "midi"])?;
    if let Some(path) = &arguments.roll {
        expect_extension(path, &["png"])?;
    }
    let steering = arguments.steering.steering()?;
    for path in [
        Some(&arguments.output),
        arguments.roll.as_ref(),
        arguments.json.as_ref(),
    ] {
        path.map_or(Ok(()), |path| expect_writable(path))?;
    }
    let theme = arguments.form.theme(arguments.metre)?;
    let device = arguments.work.start()?;

    let (model, load_model) = timed(|| arguments.work.model(&device))?;
    let usual = Settings::for_family(model.config().cond_type);
    let settings = Settings {
        tempo_map: arguments.tempo.into(),
        clip_start: Beats(arguments.start),
        bars: arguments.bars.map(Bars),
        alignment: arguments.align,
        seed: arguments.seed,
        sampler: SamplerSettings {
            kind: arguments.sampler.unwrap_or(usual.sampler.kind),
            steps: arguments.steps.unwrap_or(usual.sampler.steps),
            eta: arguments.eta,
            churn: arguments.churn,
            temperature: arguments.temperature,
        },
        guidance_scale: arguments.guidance,
        retouches: arguments.retouches,
        steering,
        harmony: match arguments.chords {
            Some(chords) => Harmony::Chords(chords.lane()),
            None if arguments.free_harmony => Harmony::Free,
            None => Harmony::Planned(arguments.key),
        },
        coherence: arguments.coherence.over(usual.coherence),
        metre: arguments.metre,
        lead: arguments.lead,
        style: arguments.style.0,
        scale: arguments.scale,
        quiet: arguments.quiet.quiet(),
        harmony_seed: None,
        ends: !arguments.open_end,
        ..usual
    };
    let settings = arguments.form.over(settings, theme.as_ref())?;
    let mut settings = arguments.controls.over(settings, &model)?;

    let accepts = |duration| {
        let bars = length_of(duration, &settings)?;
        match arguments.roll {
            Some(_) => roll_picture::check_bars(bars),
            None => Ok(()),
        }
    };
    #[cfg(feature = "models")]
    let embedder = models::load_for(&arguments.models, &arguments.clip)?;
    let (mut analysis, load_clip) = timed(|| {
        let analysis = clip::read_if(&arguments.clip, ShotFinder::Quick, &accepts)?;
        #[cfg(feature = "models")]
        let analysis = match &embedder {
            Some(embedder) => diff_bgm::video::Analysis {
                features: models::embed(embedder, &arguments.clip, analysis.features)?,
                ..analysis
            },
            None => analysis,
        };
        Ok(analysis)
    })?;
    let clip = std::mem::take(&mut analysis.features);
    expect_followed(&settings.steering, &arguments.clip, &clip)?;
    settings.hits = arguments.hits.hits(&clip);
    let (candidates, generate_seconds) = timed(|| {
        with_progress(|on_progress| {
            draft_candidates(&model, &clip, &settings, arguments.candidates, on_progress)
        })
    })?;
    let (draft, candidates) = candidates::best(candidates);

    candidates::say_ranking(&candidates)?;
    work::write(&draft, &arguments.output, generate_seconds)?;
    if let Some(path) = &arguments.roll {
        draft.write_roll_picture(path)?;
    }
    if let Some(path) = &arguments.json {
        let report = Report {
            clip: &arguments.clip,
            warnings: &analysis.warnings,
            model: ModelReport {
                name: model.name(),
                kind: model.config().cond_type.name(),
                parameters: model.parameters(),
            },
            settings: &settings,
            guidance_scale: draft.recipe.guidance_scale,
            bars: draft.score.bars().0,
            music: Metrics::of(&draft.score),
            cuts_beats: draft.score.cuts(),
            sections: draft.score.sections(),
            chords: draft.score.chords(),
            candidates: &candidates,
            seconds: Timings {
                load_model,
                load_clip,
                generate: generate_seconds,
            },
        };
        write_json(path, &report)?;
    }
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, f64)> {
    let start = Instant::now();
    let value = work()?;
    Ok((value, start.elapsed().as_secs_f64()))
}
