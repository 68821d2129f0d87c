//! Contact sheets: many short rolls side by side, to compare them by eye.

use crate::canvas::{Canvas, Rect};
use crate::music::decode::decode;
use crate::music::metre::Metre;
use crate::music::piano_roll::PianoRoll;
use crate::music::piano_roll::RollPart;
use crate::palette::{BACKGROUND, LINE, MELODY, NOTE, PANEL};

/// Lengths are in pixels.
const STEP_WIDTH: f32 = 4.0;
const PITCH_HEIGHT: f32 = 3.0;
const GAP: f32 = 16.0;
/// Rolls side by side.
pub(super) const COLUMNS: usize = 4;

/// Paints rolls of equal size, four in a row, with the bar lines of their metres and a tune in a colour of its own.
pub(super) fn paint(rolls: &[(&PianoRoll, Metre)]) -> Canvas {
    let (mut width, mut height) = (1.0_f32, 1.0_f32);
    for (roll, _) in rolls {
        width = width.max(roll.steps().0 as f32 * STEP_WIDTH);
        height = height.max(roll.pitches().count() as f32 * PITCH_HEIGHT);
    }
    let rows = rolls.len().div_ceil(COLUMNS);
    let size = |count: usize, each: f32| (GAP + count as f32 * (each + GAP)) as usize;
    let mut canvas = Canvas::new(size(COLUMNS, width), size(rows, height), BACKGROUND);
    for (index, (roll, metre)) in rolls.iter().enumerate() {
        let left = GAP + (index % COLUMNS) as f32 * (width + GAP);
        let top = GAP + (index / COLUMNS) as f32 * (height + GAP);
        let panel = Rect {
            left,
            top,
            right: left + width,
            bottom: top + height,
        };
        paint_roll(&mut canvas, panel, roll, *metre);
    }
    canvas
}

fn paint_roll(canvas: &mut Canvas, panel: Rect, roll: &PianoRoll, metre: Metre) {
    canvas.fill(panel, PANEL, 1.0);
    let x = |step: u32| panel.left + step as f32 * STEP_WIDTH;
    for bar in (0..roll.steps().0).step_by(metre.bar_steps() as usize) {
        let line = Rect {
            left: x(bar),
            right: x(bar) + 1.0,
            ..panel
        };
        canvas.fill(line, LINE, 1.0);
    }
    for note in decode(roll) {
        let row = f32::from(note.pitch - roll.pitches().min());
        let bottom = panel.bottom - row * PITCH_HEIGHT;
        let body = Rect {
            left: x(note.start.0),
            top: bottom - PITCH_HEIGHT,
            right: x(note.end.0) - 1.0,
            bottom,
        };
        let colour = match note.part {
            RollPart::Lead => MELODY,
            RollPart::Accompaniment | RollPart::All => NOTE,
        };
        canvas.fill(body, colour, 1.0);
    }
}
