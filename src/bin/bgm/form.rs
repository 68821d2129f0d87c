//! The options of form: which sections share a theme, and the theme itself.

use std::path::{Path, PathBuf};

use clap::Args;
use diff_bgm::generator::{Form, Settings, Theme};
use diff_bgm::music::metre::Metre;
use diff_bgm::{Error, Result};

use crate::midi_input;

#[derive(Args)]
pub(crate) struct FormArgs {
    /// Form: letters such as AABA, a section for each, where sections with the same letter share a theme; auto (chosen to suit
    /// the length), or off. Sections begin at cuts near bar lines [default: auto with --theme, otherwise the model's own]
    #[arg(long)]
    form: Option<Form>,
    /// The theme of the first section, kept as played: a MIDI file in the same metre, from `bgm theme` or the plugin, or with one
    /// track of notes, with the tune on a track named Lead, or alone on channel 1. Planned chords fit it. If the file says its
    /// chords, it moves to the key or the chords that are asked for
    #[arg(long, value_name = "THEME.mid")]
    theme: Option<PathBuf>,
    /// Bars at the end of a section that takes up a theme where the tune is painted anew, at most half of the section
    #[arg(long, value_name = "BARS", default_value = "2")]
    vary: u32,
}

impl FormArgs {
    /// Reads the theme, if one is given.
    ///
    /// # Errors
    /// Returns an error if it cannot be read, has no notes or is not in `metre`.
    pub(crate) fn theme(&self, metre: Metre) -> Result<Option<Theme>> {
        let theme = self.theme.as_deref().map(|path| theme(path, metre));
        theme.transpose()
    }

    /// Returns `settings` with `theme` and the form that is asked for.
    ///
    /// # Errors
    /// As for [`Theme::over`].
    pub(crate) fn over(&self, settings: Settings, theme: Option<&Theme>) -> Result<Settings> {
        let usual = match theme {
            None => settings.form.clone(),
            Some(_) => Form::Auto,
        };
        let settings = Settings {
            form: self.form.clone().unwrap_or(usual),
            varied_bars: self.vary,
            ..settings
        };
        match theme {
            Some(theme) => theme.over(settings),
            None => Ok(settings),
        }
    }
}

fn theme(path: &Path, metre: Metre) -> Result<Theme> {
    let theme = Theme::of_midi(&midi_input::open(path)?, path)?;
    let found = theme.metre();
    if found != metre {
        return Err(Error::Usage(format!(
            "{} is in {found}, the music in {metre}. Choose --metre {found}, or a theme in {metre}.",
            path.display()
        )));
    }
    Ok(theme)
}
