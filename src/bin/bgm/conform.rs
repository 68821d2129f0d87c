//! `bgm conform`: a draft for another cut of its clip.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use diff_bgm::Result;
use diff_bgm::counted::counted;
use diff_bgm::features::ClipFeatures;
use diff_bgm::features::recut::{Basis, Recut};
use diff_bgm::formats::atomic_file::expect_writable;
use diff_bgm::generator::{Conforming, Draft, Freedom, conform, cuts};

use crate::clip;
use crate::midi_input;
use crate::output::{expect_extension, expect_other_than, say, warn};
use crate::progress::Progress;
use crate::work::{self, WorkArgs, with_progress};

/// Cuts further apart than this, in beats, are not the same.
const SAME_CUT_BEATS: f64 = 0.1;

/// Fit a draft to another cut of its clip
///
/// Finds every shot of the new cut in the old one and prints what was kept, moved, shortened, removed, or is new. Bars whose picture
/// is unchanged stay exactly as they are and move with it, hits and quiet stretches too; the other bars are painted again and join
/// what is around them. Needs a draft, and a model, of the family `parts`.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The draft, a MIDI file that `bgm generate` or the plugin wrote
    draft: PathBuf,
    /// The clip that the draft was made for: a clip file, or a video to analyse
    #[arg(long, value_name = "OLD")]
    from: PathBuf,
    /// The new cut of it: a clip file, or a video to analyse
    #[arg(long, value_name = "NEW")]
    to: PathBuf,
    /// How far a kept bar may lie from its picture, in sixteenths, 0 to 8
    #[arg(long, value_name = "STEPS", default_value_t = Freedom::USUAL.tolerance_steps)]
    tolerance: f64,
    /// How far the tempo of painted bars may change, in percent, so that the bars after them are on their picture; 0 keeps the tempo
    #[arg(long, value_name = "PERCENT", default_value_t = 100.0 * Freedom::USUAL.tempo_change)]
    tempo_change: f64,
    /// Only print what would become of the shots and the bars
    #[arg(long)]
    dry_run: bool,
    /// Seed of the new notes [default: the draft's seed plus 1]
    #[arg(long)]
    seed: Option<u64>,
    /// The MIDI file to write
    #[arg(
        short,
        long,
        value_name = "NEW.mid",
        required_unless_present = "dry_run"
    )]
    output: Option<PathBuf>,
    #[command(flatten)]
    work: WorkArgs,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let started = Instant::now();
    let output = arguments.output.as_deref().filter(|_| !arguments.dry_run);
    if let Some(output) = output {
        expect_extension(output, &["mid", "midi"])?;
        expect_other_than(&arguments.draft, output)?;
        expect_writable(output)?;
    }
    let draft = midi_input::draft(&arguments.draft)?;
    let old = clip::read(&arguments.from)?.features;
    let new = clip::read(&arguments.to)?.features;
    check_clip(arguments, &draft, &old);
    let mut progress = Progress::new();
    let recut = Recut::find_with(&old, &new, &mut |share| {
        progress.set(share, "comparing the pictures");
        ControlFlow::Continue(())
    });
    progress.finish();
    let recut = recut?;
    if recut.basis == Basis::Measures {
        let both = [(&arguments.from, &old), (&arguments.to, &new)];
        for (path, _) in both.iter().filter(|(_, clip)| clip.fingerprint.is_none()) {
            warn(format!(
                "{}: it has no fingerprints, so shots are told apart by motion, light and colour alone. Analyse the video again \
                 with `bgm features` to be sure.",
                path.display()
            ));
        }
    }
    if let Some(speed) = recut.speed() {
        let bpm = speed * draft.score.tempo_map().initial_tempo().bpm();
        warn(format!(
            "The new clip looks like the whole old one at {:.2} % of its speed. Then nothing need be painted: the draft as it is fits \
             at {:.2} % of its tempo, which begins with {bpm:.3} BPM.",
            100.0 * speed,
            100.0 * speed
        ));
    }
    let freedom = Freedom {
        tolerance_steps: arguments.tolerance,
        tempo_change: arguments.tempo_change / 100.0,
    };
    let conforming = Conforming::plan(&draft, &recut, &new, freedom)?;
    print(&recut, &conforming)?;
    let Some(output) = output else { return Ok(()) };
    let seed = (arguments.seed).unwrap_or_else(|| draft.recipe.settings.seed.wrapping_add(1));
    let new = if conforming.is_identity() {
        draft
    } else {
        let model = arguments.work.load()?;
        with_progress(|on_progress| conform(&model, &draft, &conforming, &new, seed, on_progress))?
    };
    work::write(&new, output, started.elapsed().as_secs_f64())
}

/// Prints what became of the shots, the bars and the hits.
fn print(recut: &Recut, conforming: &Conforming) -> Result<()> {
    for piece in recut.pieces() {
        say(piece.to_string().trim_end())?;
    }
    say(recut.summary())?;
    for line in conforming.lines(1) {
        say(line)?;
    }
    let hits = conforming.settings.hits.len();
    let lost = &conforming.lost_hits;
    if hits + lost.len() > 0 {
        let at: Vec<String> = lost
            .iter()
            .map(|hit| format!("{:.2} s", hit.at.0))
            .collect();
        let gone = match at.is_empty() {
            true => String::new(),
            false => format!(
                "; the picture of {} is gone: {}",
                counted(lost.len(), "hit"),
                at.join(", ")
            ),
        };
        say(format!("{} with their picture{gone}", counted(hits, "hit")))?;
    }
    say(format!(
        "{} kept, {} to paint",
        counted(conforming.kept_bars(), "bar"),
        conforming.painted_bars()
    ))
}

/// Warns if the draft cuts elsewhere than `old`, as one that was made for another clip does.
fn check_clip(arguments: &Arguments, draft: &Draft, old: &ClipFeatures) {
    let of_clip = cuts(old, &draft.recipe.settings);
    let of_draft = draft.score.cuts();
    let is_same = of_clip.len() == of_draft.len()
        && (of_clip.iter().zip(of_draft))
            .all(|(one, other)| (one.0 - other.0).abs() < SAME_CUT_BEATS);
    if !is_same {
        let name = |path: &Path| path.display().to_string();
        warn(format!(
            "The cuts of {} are not those that {} was made for. Is it the right clip?",
            name(&arguments.from),
            name(&arguments.draft)
        ));
    }
}
