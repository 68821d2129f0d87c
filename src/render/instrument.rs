//! Instruments: the piano of a soundfont, or the built-in electric piano.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustysynth::{Synthesizer, SynthesizerSettings};

use super::audio::RATE_HZ;
use super::soundfont;
use crate::error::{Error, Result};
use crate::music::midi_file::{CONTROL, ChannelEvent, NOTE_OFF, NOTE_ON};
use crate::player::NoteEvent;
use crate::preview::Preview;

/// The number of notes of a soundfont that can sound at once.
const POLYPHONY: usize = 256;
/// The drum channel of General MIDI, counted from 0.
const DRUMS: u8 = 9;
/// The time in which the electric piano glides to full loudness before it plays.
const WARM_UP_FRAMES: usize = 22_050;

/// An instrument that turns channel messages into stereo sound at [`RATE_HZ`].
pub struct Instrument(Kind);

enum Kind {
    SoundFont {
        path: PathBuf,
        synthesizer: Box<Synthesizer>,
    },
    BuiltIn(Box<Preview>),
}

impl Instrument {
    /// Loads the soundfont at `path`.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is not a soundfont of version 2.
    pub fn soundfont(path: &Path) -> Result<Self> {
        let font = Arc::new(soundfont::load(path)?);
        let mut settings = SynthesizerSettings::new(RATE_HZ as i32);
        settings.maximum_polyphony = POLYPHONY;
        let synthesizer = Synthesizer::new(&font, &settings)
            .map_err(|error| Error::value(error.to_string(), "settings of the synthesiser"))?;
        Ok(Self(Kind::SoundFont {
            path: path.to_owned(),
            synthesizer: Box::new(synthesizer),
        }))
    }

    /// Returns the built-in electric piano, which also previews drafts.
    pub fn built_in() -> Self {
        let mut preview = Box::new(Preview::new(RATE_HZ as f32));
        let mut unheard = [vec![0.0; WARM_UP_FRAMES], vec![0.0; WARM_UP_FRAMES]];
        let [left, right] = &mut unheard;
        preview.render(left, right, 1.0);
        Self(Kind::BuiltIn(preview))
    }

    /// Loads the system's soundfont, or returns the electric piano if there is none.
    ///
    /// Soundfonts are searched
    /// - on Linux and other systems in `~/.local/share/soundfonts`, `~/.local/share/sounds/sf2`,
    ///   `/usr/local/share/soundfonts`, `/usr/share/soundfonts` and `/usr/share/sounds/sf2`;
    /// - on macOS in `Library/Audio/Sounds/Banks`, the user's and the system's, and where Homebrew puts them;
    /// - on Windows in `soundfonts` in the user's folder, in `C:\ProgramData` and in `C:\`.
    ///
    /// # Errors
    /// Returns an error if the soundfont cannot be read.
    pub fn of_system() -> Result<Self> {
        match soundfont::find() {
            Some(path) => Self::soundfont(&path),
            None => Ok(Self::built_in()),
        }
    }

    /// Returns the path of the soundfont; `None` for the electric piano.
    pub fn soundfont_path(&self) -> Option<&Path> {
        match &self.0 {
            Kind::SoundFont { path, .. } => Some(path),
            Kind::BuiltIn(_) => None,
        }
    }

    /// Plays a message. The electric piano ignores the drum channel.
    pub(super) fn play(&mut self, event: &ChannelEvent) {
        let [first, second] = event.data;
        match &mut self.0 {
            Kind::SoundFont { synthesizer, .. } => synthesizer.process_midi_message(
                event.channel.into(),
                event.command.into(),
                first.into(),
                second.into(),
            ),
            Kind::BuiltIn(preview) if event.channel != DRUMS => {
                let (channel, pitch) = (event.channel, first);
                match (event.command, second) {
                    (NOTE_ON, velocity @ 1..) => preview.play(NoteEvent::On {
                        channel,
                        pitch,
                        velocity,
                    }),
                    (NOTE_ON | NOTE_OFF, _) => preview.play(NoteEvent::Off { channel, pitch }),
                    (CONTROL, value) => preview.play(NoteEvent::Control {
                        channel,
                        controller: first,
                        value,
                    }),
                    _ => {}
                }
            }
            Kind::BuiltIn(_) => {}
        }
    }

    /// Renders the next frames into the two channels.
    pub(super) fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        match &mut self.0 {
            Kind::SoundFont { synthesizer, .. } => synthesizer.render(left, right),
            Kind::BuiltIn(preview) => preview.render(left, right, 1.0),
        }
    }
}
