//! `bgm theme`: writes the tune of a draft for other drafts to take up.

use std::path::PathBuf;

use clap::Args;
use diff_bgm::Result;
use diff_bgm::counted::counted;
use diff_bgm::formats::atomic_file::expect_writable;
use diff_bgm::generator::{Draft, Theme};
use diff_bgm::time::Bars;

use crate::midi_input;
use crate::output::{expect_extension, expect_other_than, say};
use crate::repaint::BarRange;

/// Write the tune of a draft as a theme for drafts of other cues
///
/// The theme is the lead of some bars with their chords, their key and their metre, in a MIDI file that `bgm generate --theme` and
/// the plugin take up in another draft: in any tempo, moved to the key or the chords that are asked for there, and in the same
/// metre.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The draft, a MIDI file that `bgm generate` or the plugin wrote
    draft: PathBuf,
    /// The bars of the theme, counted from 1, such as 1-8 [default: the first section; without form the first 8 bars, or 4 of
    /// fewer than 24]
    #[arg(long)]
    bars: Option<BarRange>,
    /// The MIDI file to write
    #[arg(short, long, value_name = "THEME.mid")]
    output: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let output = &arguments.output;
    expect_extension(output, &["mid", "midi"])?;
    expect_other_than(&arguments.draft, output)?;
    expect_writable(output)?;
    let file = midi_input::open(&arguments.draft)?;
    let score = (file.score()).map_err(|fault| fault.in_file(&arguments.draft))?;
    let key = Draft::of_midi(&file).ok().and_then(|draft| draft.key());
    let bars = (arguments.bars).map(|bars| Bars(bars.first - 1)..Bars(bars.last));
    let name = output.file_stem().unwrap_or_default().to_string_lossy();
    let theme = Theme::of_score(&name, &score, key, bars)?;
    theme.write(output)?;
    say(format!(
        "{}: theme of {theme}, {}",
        output.display(),
        counted(theme.notes().len(), "note")
    ))
}
