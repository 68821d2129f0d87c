//! `bgm repaint` and `bgm continue`: work on a draft that `bgm generate` wrote.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Instant;

use clap::{Args, ValueEnum};
use diff_bgm::diffusion::model::Model;
use diff_bgm::formats::atomic_file::expect_writable;
use diff_bgm::generator::{Draft, Progress, Region, extend, inpaint, repaint};
use diff_bgm::music::piano_roll::RollPart;
use diff_bgm::time::Bars;
use diff_bgm::{Error, Fault, Result};

use crate::clip;
use crate::mask::{MaskArgs, MaskChoice};
use crate::midi_input;
use crate::output::expect_extension;
use crate::work::{self, WorkArgs, with_progress};

/// Paint some bars of a draft again and keep everything else
///
/// Needs a draft, and a model, of the family `parts`. Notes that do not start in the bars stay exactly as they are. A published
/// model paints over any MIDI file in 4/4 instead, and keeps what --mask says.
#[derive(Args)]
pub(crate) struct RepaintArguments {
    #[command(flatten)]
    of_draft: OfDraft,
    /// The bars to paint, counted from 1, such as 9-12 or 5
    #[arg(long, required_unless_present = "mask")]
    bars: Option<BarRange>,
    /// Only this part [default: both]
    #[arg(long)]
    parts: Option<PartChoice>,
    #[command(flatten)]
    masked: MaskArgs,
}

/// Make a draft longer
///
/// Needs a draft, and a model, of the family `parts`. A last chord gives way to what follows.
#[derive(Args)]
pub(crate) struct ContinueArguments {
    #[command(flatten)]
    of_draft: OfDraft,
    /// How many bars to add
    #[arg(long)]
    bars: u32,
}

/// The options of both.
#[derive(Args)]
struct OfDraft {
    /// The draft, a MIDI file written by `bgm generate`
    draft: PathBuf,
    /// Seed of the new notes [default: the draft's seed plus 1, or 1 if the file does not say how it was drafted]
    #[arg(long)]
    seed: Option<u64>,
    /// The MIDI file to write
    #[arg(short, long, value_name = "NEW.mid")]
    output: PathBuf,
    #[command(flatten)]
    work: WorkArgs,
}

impl OfDraft {
    /// Checks that the output can be written.
    fn check_output(&self) -> Result<()> {
        expect_extension(&self.output, &["mid", "midi"])?;
        expect_writable(&self.output)
    }

    /// Reads the draft, if the output can be written.
    fn read(&self) -> Result<Draft> {
        self.check_output()?;
        midi_input::draft(&self.draft)
    }

    /// Returns the seed to paint `draft` with.
    fn seed(&self, draft: &Draft) -> u64 {
        (self.seed).unwrap_or_else(|| draft.recipe.settings.seed.wrapping_add(1))
    }

    /// Does `work` with the model, and writes its draft.
    fn run(
        &self,
        started: Instant,
        work: impl FnOnce(&Model, &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Result<Draft>,
    ) -> Result<()> {
        let model = self.work.load()?;
        let new = with_progress(|on_progress| work(&model, on_progress))?;
        work::write(&new, &self.output, started.elapsed().as_secs_f64())
    }
}

/// A part that can be painted alone.
#[derive(Clone, Copy, ValueEnum)]
enum PartChoice {
    /// The tune
    Lead,
    /// Chords and bass
    Accompaniment,
}

/// Bars from the first to the last, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BarRange {
    pub(crate) first: u32,
    pub(crate) last: u32,
}

impl FromStr for BarRange {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let bar = |text: &str| text.trim().parse::<u32>().ok().filter(|&bar| bar > 0);
        match (bar(first), bar(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Self { first, last }),
            _ => Err(Fault::new(
                format!("the bars `{text}`"),
                "one bar or a range, counted from 1, such as 5 or 9-12",
            )),
        }
    }
}

pub(crate) fn run_repaint(arguments: &RepaintArguments) -> Result<()> {
    match (
        arguments.masked.mask,
        &arguments.masked.clip,
        arguments.bars,
    ) {
        (Some(mask), Some(clip), _) => repaint_masked(arguments, mask, clip),
        (_, _, Some(bars)) => repaint_bars(arguments, bars),
        // The command line is not accepted without both.
        _ => Err(Error::Usage("Name the bars with --bars.".to_owned())),
    }
}

fn repaint_masked(arguments: &RepaintArguments, mask: MaskChoice, clip: &Path) -> Result<()> {
    let started = Instant::now();
    let (of_draft, masked) = (&arguments.of_draft, &arguments.masked);
    of_draft.check_output()?;
    let (file, tempo_map, metre) = midi_input::read(&of_draft.draft)?;
    if !metre.is_common() {
        return Err(Error::Usage(format!(
            "{} is in {metre}, and published models know only 4/4.",
            of_draft.draft.display()
        )));
    }
    let bars = metre.bars_covering(file.length);
    let inpainting = masked.inpainting(mask, arguments.bars, bars)?;
    let seed = match (of_draft.seed, Draft::of_midi(&file)) {
        (Some(seed), _) => seed,
        (None, Ok(draft)) => of_draft.seed(&draft),
        (None, Err(_)) => 1,
    };
    let settings = masked.settings(tempo_map, bars, seed);
    let clip = clip::read(clip)?.features;
    let notes = file.notes();
    of_draft.run(started, |model, on_progress| {
        inpaint(model, &clip, &notes, &inpainting, &settings, on_progress)
    })
}

fn repaint_bars(arguments: &RepaintArguments, range: BarRange) -> Result<()> {
    let started = Instant::now();
    let of_draft = &arguments.of_draft;
    let draft = of_draft.read()?;
    let (bars, metre) = (draft.score.bars(), draft.score.metre());
    if range.last > bars.0 {
        return Err(Error::Usage(format!(
            "The draft has {} bars. Choose bars from 1 to {}.",
            bars.0, bars.0
        )));
    }
    let bar_beats = metre.bar_beats() as usize;
    let beats = (range.first as usize - 1) * bar_beats..range.last as usize * bar_beats;
    let parts: &[RollPart] = match arguments.parts {
        Some(PartChoice::Lead) => &[RollPart::Lead],
        Some(PartChoice::Accompaniment) => &[RollPart::Accompaniment],
        None => &[RollPart::Lead, RollPart::Accompaniment],
    };
    let region = Region::nothing(bars.0 as usize * bar_beats).with(beats, parts);
    let seed = of_draft.seed(&draft);
    of_draft.run(started, |model, on_progress| {
        repaint(model, &draft, &region, seed, on_progress)
    })
}

pub(crate) fn run_continue(arguments: &ContinueArguments) -> Result<()> {
    let started = Instant::now();
    let of_draft = &arguments.of_draft;
    let draft = of_draft.read()?;
    let seed = of_draft.seed(&draft);
    if arguments.bars == 0 {
        let problem = "No bars to add. Choose at least 1 with --bars.";
        return Err(Error::Usage(problem.to_owned()));
    }
    let more = Bars(arguments.bars);
    of_draft.run(started, |model, on_progress| {
        extend(model, &draft, more, seed, on_progress)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_read_as_a_range_or_as_one() {
        assert_eq!("9-12".parse(), Ok(BarRange { first: 9, last: 12 }));
        assert_eq!("5".parse(), Ok(BarRange { first: 5, last: 5 }));
        for wrong in ["", "0", "3-2", "-3", "a", "1-", "1-2-3", "99999999999"] {
            assert!(wrong.parse::<BarRange>().is_err(), "{wrong}");
        }
    }
}
