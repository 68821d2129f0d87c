//! `bgm tempo`: finds tempi at which the cuts or hits of a clip fall on strong beats, in a table or as JSON.

use std::path::PathBuf;

use diff_bgm::conditioning::hits::Hit;
use diff_bgm::conditioning::tempo_finder::{
    Candidate, MAX_RANGE, MetHit, TempoSearch, USUAL_RANGE,
};
use diff_bgm::music::metre::Metre;
use diff_bgm::time::Tempo;
use diff_bgm::{Error, Result};
use serde::Serialize;

use crate::hits::HitArgs;
use crate::output::{json, say};

/// The most hits of a line.
const MOST_HITS: usize = 12;

/// Find tempi at which the cuts or hits of a clip fall on strong beats
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The clip: a video, which is analysed, or a clip file (.safetensors)
    clip: PathBuf,
    #[command(flatten)]
    hits: HitArgs,
    /// The tempo to start from, in quarter notes per minute
    #[arg(long, default_value_t = 120.0)]
    tempo: f64,
    /// How much slower or faster the music may be, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 100.0 * USUAL_RANGE)]
    within: f64,
    /// The metre of the music
    #[arg(long, default_value_t = Metre::COMMON)]
    metre: Metre,
    /// How many tempi to print
    #[arg(long, value_name = "COUNT", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=100))]
    count: u16,
    /// Print JSON: frame_rate_hz and, for each tempo, tempo_bpm, start_beats (how far into a bar the clip starts), mean_frames
    /// and its hits, each with at_seconds, weight, beat, strength and frames (above 0 if the beat is late)
    #[arg(long)]
    json: bool,
}

/// What was found.
#[derive(Serialize)]
struct Found {
    frame_rate_hz: f64,
    tempi: Vec<FoundTempo>,
}

#[derive(Serialize)]
struct FoundTempo {
    tempo_bpm: f64,
    start_beats: f64,
    mean_frames: f64,
    hits: Vec<FoundHit>,
}

#[derive(Serialize)]
struct FoundHit {
    at_seconds: f64,
    weight: u8,
    /// Counted from the start of the bar in which the clip starts.
    beat: f64,
    strength: &'static str,
    frames: f64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let tempo = Tempo::new(arguments.tempo)?;
    let most = 100.0 * MAX_RANGE;
    if !(0.0..=most).contains(&arguments.within) {
        return Err(Error::Usage(format!(
            "--within {}: give a number of per cent from 0 to {most}.",
            arguments.within
        )));
    }
    let clip = crate::clip::read(&arguments.clip)?.features;
    let mut hits = arguments.hits.hits(&clip);
    if hits.is_empty() {
        hits = Hit::on_cuts(&clip.shots, 1);
    }
    if hits.is_empty() {
        return Err(Error::Usage(format!(
            "{} has no cuts. Name the moments that matter with --hit SECONDS.",
            arguments.clip.display()
        )));
    }
    let search = TempoSearch {
        hits,
        metre: arguments.metre,
        tempo,
        range: arguments.within / 100.0,
        frame_rate_hz: clip.frame_rate_hz,
    };
    let found = search.find(usize::from(arguments.count));
    if arguments.json {
        return say(json(&Found {
            frame_rate_hz: search.frames_per_second(),
            tempi: found.iter().map(FoundTempo::of).collect(),
        })?);
    }
    lines(&search, &found).into_iter().try_for_each(say)
}

impl FoundTempo {
    fn of(found: &Candidate) -> Self {
        let hit = |met: &MetHit| FoundHit {
            at_seconds: met.at.0,
            weight: met.weight,
            beat: met.beat.0,
            strength: met.strength.name(),
            frames: thousandths(met.frames),
        };
        Self {
            tempo_bpm: found.tempo.bpm(),
            start_beats: found.start.0,
            mean_frames: thousandths(found.mean_frames()),
            hits: found.met.iter().map(hit).collect(),
        }
    }
}

/// Returns the table.
fn lines(search: &TempoSearch, found: &[Candidate]) -> Vec<String> {
    let shown = search.hits.len().min(MOST_HITS);
    let times = search.hits[..shown].iter().map(|hit| hit.at.clock());
    let more = match search.hits.len() - shown {
        0 => String::new(),
        more => format!("  and {more} more"),
    };
    let cells =
        |cells: Vec<String>| -> String { cells.iter().map(|cell| format!("{cell:>8}")).collect() };
    let mut lines = vec![format!(
        "   tempo  start  mean off{}{more}",
        cells(times.collect())
    )];
    lines.extend(found.iter().map(|found| {
        let frames = found.met[..shown].iter().map(|met| signed(met.frames));
        format!(
            "{:>8.2}{:>7.2}{:>10.1}{}",
            found.tempo.bpm(),
            found.start.0,
            found.mean_frames(),
            cells(frames.collect())
        )
    }));
    let rate = search.frames_per_second();
    let assumed = if search.frame_rate_hz > 0.0 {
        ""
    } else {
        " (assumed)"
    };
    lines.push(format!(
        "start: beats into a bar of {} at which the clip starts; distances in frames of {:.3} per second{assumed}, above 0 if the \
         beat is late",
        search.metre, rate
    ));
    lines
}

fn signed(frames: f64) -> String {
    match (frames * 10.0).round() / 10.0 {
        0.0 => "0".to_owned(),
        tenths => format!("{tenths:+.1}"),
    }
}

fn thousandths(frames: f64) -> f64 {
    // Not −0, which JSON would show.
    (frames * 1000.0).round() / 1000.0 + 0.0
}
