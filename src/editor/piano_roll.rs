//! The draft that plays, as notes over bars.

use egui::{Align2, CornerRadius, Painter, Pos2, Rangef, Rect, Stroke};

use super::pitches::Pitches;
use super::theme::{self, LINE, MUTED, ROLL, ROLL_DARK};
use super::timeline::Timeline;
use crate::generator::Draft;
use crate::music::note::Note;
use crate::music::voice::{Voice, voices};
use crate::time::Beats;

/// Height of the rows of bar numbers and chords, in points.
const RULER_HEIGHT: f32 = 33.0;
/// Where the row of chords begins.
const CHORDS_TOP: f32 = 17.0;
/// How far right of its beat a chord is named, as bars are numbered.
const CHORD_INSET: f32 = 4.0;

/// The part of a roll's `rect` in which pitches lie.
pub(super) fn keys(rect: Rect) -> Rect {
    rect.with_min_y(rect.top() + RULER_HEIGHT)
}

/// Paints bars, pitches and the notes of `draft`, whose beat 0 lies at `start` in the project.
pub(super) fn paint(
    painter: &Painter,
    rect: Rect,
    timeline: &Timeline,
    pitches: &Pitches,
    draft: Option<&Draft>,
    start: Beats,
) {
    painter.rect_filled(rect, theme::RADIUS, ROLL);
    let painter = painter.with_clip_rect(rect);
    let keys = keys(rect);
    let in_keys = painter.with_clip_rect(keys);
    paint_keys(&in_keys, keys.x_range(), pitches);
    paint_bars(&painter, rect, timeline);
    if let Some(draft) = draft {
        paint_chords(&painter, rect, timeline, draft, start);
        let notes = draft.score.notes();
        for (note, voice) in notes.iter().zip(voices(notes)) {
            paint_note(&in_keys, pitches, timeline, note, voice, start);
        }
    }
    for pitch in pitches.seen().filter(|pitch| pitch % 12 == 0) {
        let at = Pos2::new(keys.left() + 4.0, pitches.bottom_of(pitch) - 1.0);
        let name = format!("C{}", i16::from(pitch) / 12 - 1);
        in_keys.text(
            at,
            Align2::LEFT_BOTTOM,
            name,
            theme::font(9.5),
            MUTED.gamma_multiply(0.8),
        );
    }
}

/// The line where the host is.
pub(super) fn paint_playhead(painter: &Painter, rect: Rect, timeline: &Timeline, beat: f64) {
    if timeline.shows(beat, beat) {
        let x = timeline.x_of(beat);
        painter.vline(x, rect.y_range(), Stroke::new(1.5, theme::TEXT));
    }
}

fn paint_keys(painter: &Painter, x: Rangef, pitches: &Pitches) {
    for pitch in pitches.seen() {
        let bottom = pitches.bottom_of(pitch);
        if matches!(pitch % 12, 1 | 3 | 6 | 8 | 10) {
            let row = Rect::from_x_y_ranges(x, bottom - pitches.row()..=bottom);
            painter.rect_filled(row, CornerRadius::ZERO, ROLL_DARK);
        }
        if pitch % 12 == 0 {
            painter.hline(x, bottom, Stroke::new(1.0, LINE));
        }
    }
}

fn paint_bars(painter: &Painter, rect: Rect, timeline: &Timeline) {
    for bar in timeline.bars() {
        let x = timeline.x_of(f64::from(bar * crate::time::BEATS_PER_BAR));
        painter.vline(x, rect.y_range(), Stroke::new(1.0, LINE));
        let at = Pos2::new(x + 4.0, rect.top() + 3.0);
        painter.text(
            at,
            Align2::LEFT_TOP,
            (bar + 1).to_string(),
            theme::font(10.5),
            MUTED,
        );
    }
}

/// Names the chords that the draft was made over, below the bar numbers, as far as there is room.
fn paint_chords(painter: &Painter, rect: Rect, timeline: &Timeline, draft: &Draft, start: Beats) {
    let mut free_from = rect.left();
    for chord in draft.score.chords() {
        let beat = (chord.start + start).0;
        let x = timeline.x_of(beat) + CHORD_INSET;
        if !timeline.shows(beat, beat) || x < free_from {
            continue;
        }
        let at = Pos2::new(x, rect.top() + CHORDS_TOP);
        let font = theme::strong(10.5);
        let drawn = painter.text(at, Align2::LEFT_TOP, &chord.symbol, font, theme::WELL);
        free_from = drawn.right() + 4.0;
    }
}

fn paint_note(
    painter: &Painter,
    pitches: &Pitches,
    timeline: &Timeline,
    note: &Note,
    voice: Voice,
    start: Beats,
) {
    let (from, to) = ((note.start + start).0, (note.end() + start).0);
    if !timeline.shows(from, to) {
        return;
    }
    let height = (pitches.row() - 1.0).clamp(2.5, 12.0);
    let y = pitches.bottom_of(note.pitch) - pitches.row() * 0.5;
    let left = timeline.x_of(from) + 0.5;
    let right = (timeline.x_of(to) - 0.5).max(left + 2.0);
    let bar = Rect::from_x_y_ranges(left..=right, y - height * 0.5..=y + height * 0.5);
    let colour = match voice {
        Voice::Top => theme::MELODY,
        Voice::Inner | Voice::Bass => theme::NOTE,
    };
    let loudness = 0.55 + 0.45 * f32::from(note.velocity.min(110)) / 110.0;
    painter.rect_filled(bar, CornerRadius::same(2), colour.gamma_multiply(loudness));
}
