//! A draft that hosts of both formats play.

use diff_bgm::generator::{Draft, Recipe};
use diff_bgm::instance::State;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::time::{Bars, Beats};
use plugin_hosts::{Heard, project};
use serde_json::Value;

pub(crate) fn note(start: f64, length: f64, pitch: u8) -> Note {
    Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity: 64 + pitch / 2,
        part: Part::All,
    }
}

/// A scale in eighths over a long bass note, with a repeated note at the end.
pub(crate) fn melody() -> Vec<Note> {
    let mut notes = vec![note(0.0, 4.0, 40)];
    notes.extend((0..8).map(|step| note(f64::from(step) / 2.0, 0.5, 60 + step as u8)));
    notes.extend([
        note(4.0, 0.25, 72),
        note(4.25, 0.25, 72),
        note(4.5, 3.0, 72),
    ]);
    notes
}

/// Returns the plugin's own state with a draft of `notes`, two bars long.
pub(crate) fn with_draft(notes: Vec<Note>) -> State {
    let mut state = State::default();
    let draft = Draft {
        score: Score::repaired(RawScore {
            notes,
            bars: Bars(2),
            ..RawScore::default()
        }),
        recipe: Recipe::default(),
    };
    state.add_take(draft, 0);
    state
}

/// Returns the events of `notes`, played from beat 0 on.
pub(crate) fn events<'n>(
    notes: impl IntoIterator<Item = &'n Note>,
    frames_per_beat: f64,
) -> Vec<(u64, Heard)> {
    let notes = notes.into_iter().map(|note| {
        (
            note.start.0,
            note.end().0,
            note.part.channel(),
            note.pitch,
            note.velocity,
        )
    });
    plugin_hosts::expected(notes, frames_per_beat)
}

/// Returns what a host of either format saves of the plugin with a draft of the melody.
pub(crate) fn saved_melody() -> Value {
    project::saved(&with_draft(melody()).to_text().unwrap())
}
