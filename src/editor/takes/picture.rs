//! The small picture of a take's notes.

use egui::{Color32, Mesh, Painter, Rect, Shape, pos2};

use crate::editor::theme;
use crate::generator::Draft;
use crate::music::note::Note;
use crate::music::voice::{Voice, voices};

/// The cells of a picture, across and down.
const COLUMNS: usize = 56;
const ROWS: usize = 17;
/// The least number of pitches from the top to the bottom, so that a line of a few tones stays flat.
const LEAST_PITCHES: u8 = 30;

/// The notes of a draft on a coarse grid, in the colours of their parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Picture {
    runs: Vec<Run>,
}

/// Cells beside each other.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Run {
    row: usize,
    first: usize,
    end: usize,
    voice: Voice,
}

impl Picture {
    /// Draws the notes of a draft.
    pub(super) fn of(draft: &Draft) -> Self {
        let notes = draft.score.notes();
        let pitches = || notes.iter().map(|note| note.pitch);
        let (lowest, highest) = (pitches().min().unwrap_or(0), pitches().max().unwrap_or(0));
        let span = (highest - lowest).max(LEAST_PITCHES);
        let middle = f64::from(lowest) + f64::from(highest) / 2.0 - f64::from(lowest) / 2.0;
        let top = middle + f64::from(span) / 2.0;
        let row = |note: &Note| {
            let below_top = (top - f64::from(note.pitch)) / f64::from(span);
            ((below_top * (ROWS - 1) as f64).round() as usize).min(ROWS - 1)
        };
        let per_beat = COLUMNS as f64 / draft.score.length().0;
        let column = |beat: f64| ((beat * per_beat) as usize).min(COLUMNS);
        let mut cells = [[None; COLUMNS]; ROWS];
        for (note, voice) in notes.iter().zip(voices(notes)) {
            let first = column(note.start.0).min(COLUMNS - 1);
            let end = column(note.end().0).clamp(first + 1, COLUMNS);
            for cell in &mut cells[row(note)][first..end] {
                // The tune is seen before all else.
                if *cell != Some(Voice::Top) {
                    *cell = Some(voice);
                }
            }
        }
        let runs_of = |(row, cells): (usize, &[Option<Voice>; COLUMNS])| {
            let mut first = 0;
            let mut runs = Vec::new();
            for run in cells.chunk_by(|one, next| one == next) {
                let end = first + run.len();
                runs.extend(run[0].map(|voice| Run {
                    row,
                    first,
                    end,
                    voice,
                }));
                first = end;
            }
            runs
        };
        Self {
            runs: cells.iter().enumerate().flat_map(runs_of).collect(),
        }
    }

    /// Paints it over the whole of `rect`.
    pub(super) fn paint(&self, painter: &Painter, rect: Rect) {
        let (width, height) = (rect.width() / COLUMNS as f32, rect.height() / ROWS as f32);
        let mut mesh = Mesh::default();
        for run in &self.runs {
            let left = rect.left() + run.first as f32 * width;
            let right = rect.left() + run.end as f32 * width;
            let top = rect.top() + run.row as f32 * height;
            let bar = Rect::from_min_max(
                pos2(left, top),
                pos2((right - 0.5).max(left + 1.0), top + (height - 0.3).max(1.4)),
            );
            mesh.add_colored_rect(bar, colour(run.voice));
        }
        painter.add(Shape::mesh(mesh));
    }
}

/// Returns the colour of a part.
fn colour(voice: Voice) -> Color32 {
    match voice {
        Voice::Top => theme::MELODY,
        Voice::Inner => theme::NOTE,
        Voice::Bass => theme::BASS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::part::Part;
    use crate::music::score::{RawScore, Score};
    use crate::time::{Bars, Beats};

    #[test]
    fn notes_lie_where_they_sound_in_the_colours_of_their_parts() {
        let note = |start, length, pitch, part| Note {
            start: Beats(start),
            length: Beats(length),
            pitch,
            velocity: 80,
            part,
        };
        let draft = Draft {
            score: Score::repaired(RawScore {
                notes: vec![
                    note(0.0, 28.0, 36, Part::Bass),
                    note(14.0, 0.01, 70, Part::Lead),
                    note(27.9, 9.0, 53, Part::Chords),
                ],
                bars: Bars(7),
                ..RawScore::default()
            }),
            ..Draft::default()
        };
        let picture = Picture::of(&draft);
        let run = |row, first, end, voice| Run {
            row,
            first,
            end,
            voice,
        };
        let expected = vec![
            run(0, 28, 29, Voice::Top),
            run(8, 55, 56, Voice::Inner),
            run(16, 0, 56, Voice::Bass),
        ];
        assert_eq!(picture.runs, expected);
        assert_eq!(Picture::of(&Draft::default()), Picture::default());
    }
}
