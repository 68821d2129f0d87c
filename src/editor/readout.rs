//! What is under the pointer in the piano roll, in words.

use egui::{Align2, Pos2, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use super::keyboard;
use super::piano_roll::{self, Roll};
use super::theme::{self, MUTED, ROLL};
use crate::music::note::Note;
use crate::music::part::Part;

/// Shows what is at `pointer`: the note there, or its pitch and beat. Returns the pitch.
pub(super) fn show(ui: &Ui, roll: &Roll<'_>, notes: &[Note], pointer: Option<Pos2>) -> Option<u8> {
    let keys = piano_roll::keys(roll.rect);
    let at = pointer.filter(|at| keys.contains(*at))?;
    let is_hit = |note: &&Note| roll.rect_of(note).is_some_and(|place| place.contains(at));
    let note = notes.iter().rev().find(is_hit);
    let pitch = note.map_or_else(
        || roll.pitches.pitch_at(at.y).floor().clamp(0.0, 127.0) as u8,
        |note| note.pitch,
    );
    let beat = match note {
        Some(note) => (note.start + roll.start).0,
        None => roll.timeline.beat_at(at.x),
    };
    let mut words = format!(
        "{} · {}",
        keyboard::name(pitch),
        place(beat, roll.timeline.bar.0)
    );
    if let Some(note) = note {
        if note.part != Part::All {
            words += &format!(" · {}", note.part.label().to_lowercase());
        }
        words += &format!(" · velocity {}", note.velocity);
    }
    let galley = ui
        .painter()
        .layout_no_wrap(words.clone(), theme::font(11.0), MUTED);
    let corner = keys.left_top() + vec2(8.0, 5.0);
    let text = Align2::LEFT_TOP.anchor_size(corner, galley.size());
    let painter = ui.painter().with_clip_rect(keys);
    painter.rect_filled(
        text.expand2(vec2(4.0, 2.0)),
        theme::RADIUS,
        ROLL.gamma_multiply(0.85),
    );
    painter.galley(text.min, galley, MUTED);
    // Only for screen readers: it must not be in the pointer's way.
    let id = ui.scope_id().with("readout");
    ui.interact(
        Rect::from_min_size(corner, vec2(1.0, 1.0)),
        id,
        Sense::hover(),
    )
    .widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    Some(pitch)
}

/// Returns the bar and the quarter of a beat of the project, counted from 1.
fn place(beat: f64, bar: f64) -> String {
    // A note that starts a hair before a bar line is on it.
    let beat = beat + 1e-6;
    let number = (beat / bar).floor();
    let quarter = (beat - number * bar).floor();
    format!("bar {} beat {}", number as i64 + 1, quarter as i64 + 1)
}

#[cfg(test)]
mod tests {
    use super::super::HeadlessEditor;
    use super::*;
    use crate::generator::Draft;
    use crate::instance::State;
    use crate::music::score::{RawScore, Score};
    use crate::time::{Bars, Beats};

    #[test]
    fn the_note_under_the_pointer_says_its_name_place_part_and_loudness() {
        let note = Note {
            start: Beats(5.0),
            length: Beats(2.0),
            pitch: 62,
            velocity: 92,
            part: Part::Lead,
        };
        let mut state = State::default();
        let draft = Draft {
            score: Score::repaired(RawScore {
                notes: vec![note],
                bars: Bars(4),
                ..RawScore::default()
            }),
            ..Draft::default()
        };
        state.add_take(draft, 0);
        let mut editor = HeadlessEditor::new(&state, (1040, 768));
        const NOTE: &str = "D4 · bar 2 beat 2 · lead · velocity 92";
        const BESIDE: &str = "E4 · bar 2 beat 3";
        assert_eq!(editor.middle_of(NOTE), None);
        editor.point_at_roll(Beats(6.0), 62);
        assert!(editor.middle_of(NOTE).is_some());
        editor.point_at_roll(Beats(6.5), 64);
        assert!(editor.middle_of(NOTE).is_none());
        assert!(editor.middle_of(BESIDE).is_some());
    }

    #[test]
    fn places_are_counted_from_one_in_the_projects_bars() {
        assert_eq!(place(0.0, 4.0), "bar 1 beat 1");
        assert_eq!(place(7.999_999_9, 4.0), "bar 3 beat 1");
        assert_eq!(place(10.5, 3.0), "bar 4 beat 2");
    }
}
