//! The piano roll: the draft's notes and chords over bars.

use egui::{Align2, Color32, CornerRadius, Painter, Pos2, Rangef, Rect, Stroke};

use super::chord_names;
use super::keyboard;
use super::parts;
use super::pitches::Pitches;
use super::theme::{self, LINE, MUTED, ROLL, ROLL_DARK};
use super::timeline::Timeline;
use crate::generator::Draft;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::voice::{Voice, voices};
use crate::time::Beats;

/// The height of the rows of bar numbers and chords, in points.
const RULER_HEIGHT: f32 = 33.0;
/// The top of the row of chords, in points.
const CHORDS_TOP: f32 = 17.0;

/// A piano roll's place and scales.
#[derive(Clone, Copy)]
pub(super) struct Roll<'a> {
    pub(super) rect: Rect,
    pub(super) timeline: &'a Timeline,
    pub(super) pitches: &'a Pitches,
    /// The beat of the project at which drafts start.
    pub(super) start: Beats,
}

impl Roll<'_> {
    /// Paints the bars, the keys, the draft's chords and `notes`.
    pub(super) fn paint(&self, painter: &Painter, draft: Option<&Draft>, notes: &[Note]) {
        painter.rect_filled(self.rect, theme::RADIUS, ROLL);
        let painter = painter.with_clip_rect(self.rect);
        let keys = keys(self.rect);
        let in_keys = painter.with_clip_rect(keys);
        paint_keys(&in_keys, keys.x_range(), self.pitches);
        paint_bars(&painter, self.rect, self.timeline);
        if let Some(draft) = draft {
            let y = self.rect.top() + CHORDS_TOP;
            chord_names::paint(&painter, self.timeline, draft, self.start, y);
        }
        for (note, voice) in notes.iter().zip(voices(notes)) {
            self.paint_note(&in_keys, note, voice);
        }
    }

    /// Returns the place of a note, or `None` if it is not visible.
    pub(super) fn rect_of(&self, note: &Note) -> Option<Rect> {
        let (from, to) = ((note.start + self.start).0, (note.end() + self.start).0);
        if !self.timeline.shows(from, to) {
            return None;
        }
        let row_height = self.pitches.row_height();
        let height = (row_height - 1.0).clamp(2.5, 12.0);
        let y = self.pitches.bottom_of(note.pitch) - row_height * 0.5;
        let left = self.timeline.x_of(from) + 0.5;
        let right = (self.timeline.x_of(to) - 0.5).max(left + 2.0);
        let y = y - height * 0.5..=y + height * 0.5;
        Some(Rect::from_x_y_ranges(left..=right, y))
    }

    fn paint_note(&self, painter: &Painter, note: &Note, voice: Voice) {
        let Some(bar) = self.rect_of(note) else {
            return;
        };
        let colour = match (note.part, voice) {
            (Part::All, Voice::Top) => theme::MELODY,
            (Part::All, Voice::Inner | Voice::Bass) => theme::NOTE,
            (part, _) => parts::colour(part),
        };
        let loudness = 0.55 + 0.45 * f32::from(note.velocity.min(110)) / 110.0;
        painter.rect_filled(bar, CornerRadius::same(2), colour.gamma_multiply(loudness));
    }
}

/// Returns the part of a roll's `rect` below the bar numbers and chords.
pub(super) fn keys(rect: Rect) -> Rect {
    rect.with_min_y(rect.top() + RULER_HEIGHT)
}

/// Paints a line at the host's position.
pub(super) fn paint_playhead(painter: &Painter, rect: Rect, timeline: &Timeline, beat: f64) {
    if timeline.shows(beat, beat) {
        let x = timeline.x_of(beat);
        painter.vline(x, rect.y_range(), Stroke::new(1.5, theme::TEXT));
    }
}

fn paint_keys(painter: &Painter, x: Rangef, pitches: &Pitches) {
    for pitch in pitches.visible() {
        let bottom = pitches.bottom_of(pitch);
        if keyboard::is_black(pitch) {
            let row = Rect::from_x_y_ranges(x, bottom - pitches.row_height()..=bottom);
            painter.rect_filled(row, CornerRadius::ZERO, ROLL_DARK);
        }
        if pitch % 12 == 0 {
            painter.hline(x, bottom, Stroke::new(1.0, LINE));
        }
    }
}

fn paint_bars(painter: &Painter, rect: Rect, timeline: &Timeline) {
    for (beat, strength) in timeline.grid() {
        let stroke = Stroke::new(1.0, LINE.gamma_multiply(strength));
        painter.vline(timeline.x_of(beat), keys(rect).y_range(), stroke);
    }
    for bar in timeline.bars() {
        let x = timeline.x_of(f64::from(bar) * timeline.bar.0);
        painter.vline(x, rect.y_range(), Stroke::new(1.0, LINE));
    }
    paint_bar_numbers(painter, rect.top(), timeline, MUTED);
}

/// Paints the numbers of the visible bars below `top`.
pub(super) fn paint_bar_numbers(painter: &Painter, top: f32, timeline: &Timeline, ink: Color32) {
    for bar in timeline.bars() {
        let x = timeline.x_of(f64::from(bar) * timeline.bar.0);
        let at = Pos2::new(x + 4.0, top + 3.0);
        let number = (bar + 1).to_string();
        painter.text(at, Align2::LEFT_TOP, number, theme::font(10.5), ink);
    }
}
