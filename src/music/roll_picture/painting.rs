//! Painting a score on its page.

use super::layout::{BAR_NUMBERS_HEIGHT, CORNER, MARGIN, Page, System, WIDTH};
use crate::canvas::{Canvas, Lettering, Rect};
use crate::counted::counted;
use crate::music::note::Note;
use crate::music::voice::{Voice, voices};
use crate::palette::{ACCENT, BACKGROUND, LINE, MELODY, MUTED, NOTE, PANEL, TEXT};
use crate::time::Beats;

/// The least distance between beat lines, between bar lines and between bar numbers, in pixels.
const MIN_BEAT_SPACING: f32 = 8.0;
const MIN_BAR_SPACING: f32 = 16.0;
const MIN_NUMBER_SPACING: f32 = 80.0;

impl Page<'_> {
    /// Paints the whole picture.
    pub(super) fn paint(&self) -> Canvas {
        let mut canvas = Canvas::new(WIDTH, self.height().ceil() as usize, BACKGROUND);
        self.paint_header(&mut canvas);
        let voices = voices(self.score.notes());
        for system in self.systems() {
            self.paint_grid(&mut canvas, &system);
            for (note, voice) in self.score.notes().iter().zip(&voices) {
                self.paint_note(&mut canvas, &system, note, *voice);
            }
            self.paint_cuts(&mut canvas, &system);
            self.paint_chords(&mut canvas, &system);
        }
        self.paint_legend(&mut canvas);
        canvas
    }

    fn paint_header(&self, canvas: &mut Canvas) {
        let score = self.score;
        let title = "Diff-BGM";
        canvas.write(title, MARGIN, MARGIN - 8.0, Lettering::TITLE, TEXT);
        let left = MARGIN + Lettering::TITLE.width(title) + 24.0;
        canvas.write(self.caption, left, MARGIN - 2.0, Lettering::LABEL, MUTED);
        let facts = format!(
            "{}  {} BPM  {}  {}",
            counted(score.bars().0 as usize, "bar"),
            (score.tempo_map().initial_tempo().bpm() * 100.0).round() / 100.0,
            score.duration().clock(),
            counted(score.notes().len(), "note")
        );
        let left = WIDTH as f32 - MARGIN - Lettering::LABEL.width(&facts);
        canvas.write(&facts, left, MARGIN - 2.0, Lettering::LABEL, MUTED);
    }

    fn paint_grid(&self, canvas: &mut Canvas, system: &System) {
        let rows = self.rows(system);
        let panel = Rect {
            left: MARGIN,
            top: system.top,
            ..rows
        };
        canvas.fill_rounded(panel, CORNER, PANEL, 1.0);
        for pitch in self.pitch_min..self.pitch_min + self.pitches {
            let top = self.y(system, pitch);
            let row = Rect {
                top,
                bottom: top + self.row_height(),
                ..rows
            };
            let key = Rect {
                left: MARGIN,
                right: rows.left - 4.0,
                ..row
            };
            if is_black_key(pitch) {
                canvas.fill(row, BACKGROUND, 0.5);
            }
            if pitch % 12 == 0 {
                let line = Rect {
                    top: row.bottom - 1.0,
                    ..row
                };
                canvas.fill(line, LINE, 1.0);
                let label = format!("C{}", i32::from(pitch) / 12 - 1);
                let left = key.right - 8.0 - Lettering::LABEL.width(&label);
                let top = row.bottom - Lettering::LABEL.height() + 4.0;
                canvas.write(&label, left, top, Lettering::LABEL, MUTED);
            }
        }
        self.paint_bars(canvas, system, rows);
    }

    /// Paints bar lines, beat lines and bar numbers, as many as there is room for.
    fn paint_bars(&self, canvas: &mut Canvas, system: &System, rows: Rect) {
        let beat_width = self.beat_width();
        let bar_width = beat_width * self.bar_beats() as f32;
        let every = |spacing: f32| ((spacing / bar_width).ceil() as u32).next_power_of_two();
        let (line_every, number_every) = (every(MIN_BAR_SPACING), every(MIN_NUMBER_SPACING));
        let with_beats = beat_width >= MIN_BEAT_SPACING;
        let bars = system.first_bar..system.first_bar + system.bars;
        for bar in bars.filter(|bar| bar.is_multiple_of(line_every)) {
            let left = self.x(system, Beats(f64::from(bar * self.bar_beats())));
            for beat in 0..if with_beats { self.bar_beats() } else { 1 } {
                let x = (left + beat as f32 * beat_width).round();
                let (width, alpha, top) = if beat == 0 {
                    (2.0, 1.0, system.top)
                } else {
                    (1.0, 0.6, rows.top)
                };
                let line = Rect {
                    left: x,
                    right: x + width,
                    top,
                    bottom: rows.bottom,
                };
                canvas.fill(line, LINE, alpha);
            }
            if bar.is_multiple_of(number_every) {
                let number = (bar + 1).to_string();
                let top = system.top + 8.0;
                canvas.write(&number, left + 10.0, top, Lettering::LABEL, TEXT);
            }
        }
    }

    fn paint_note(&self, canvas: &mut Canvas, system: &System, note: &Note, voice: Voice) {
        let rows = self.rows(system);
        let left = self.x(system, note.start).max(rows.left);
        let right = self.x(system, note.end()).min(rows.right);
        if right <= left {
            return;
        }
        let top = self.y(system, note.pitch);
        let body = Rect {
            left: left + 1.0,
            right: (right - 1.0).max(left + 2.0),
            top: top + 1.0,
            bottom: top + self.row_height() - 1.0,
        };
        let colour = if voice == Voice::Top { MELODY } else { NOTE };
        let loudness = f32::from(note.velocity) / 127.0;
        canvas.fill_rounded(body, 3.0, colour, (0.4 + 0.75 * loudness).min(1.0));
    }

    /// Paints the symbols of the chords where they start if there is room, on a background that hides the lines behind them.
    fn paint_chords(&self, canvas: &mut Canvas, system: &System) {
        let rows = self.rows(system);
        let beats = self.beats(system);
        let top = system.top + self.chords_top();
        let mut free_from = rows.left;
        for chord in self.score.chords() {
            let left = self.x(system, chord.start) + 4.0;
            let right = left + Lettering::LABEL.width(&chord.symbol);
            if beats.contains(&chord.start) && left >= free_from && right <= rows.right {
                let ground = Rect {
                    left: left - 2.0,
                    right: right + 2.0,
                    top,
                    bottom: top + Lettering::LABEL.height(),
                };
                canvas.fill(ground, PANEL, 1.0);
                canvas.write(&chord.symbol, left, top, Lettering::LABEL, MUTED);
                free_from = right + 8.0;
            }
        }
    }

    /// Paints the cuts as lines, with their times if there is room.
    fn paint_cuts(&self, canvas: &mut Canvas, system: &System) {
        let rows = self.rows(system);
        let beats = self.beats(system);
        let mut free_from = rows.left;
        for &cut in (self.score.cuts().iter()).filter(|cut| beats.contains(cut)) {
            let x = self.x(system, cut);
            let top = system.top + BAR_NUMBERS_HEIGHT;
            let line = Rect {
                left: x - 1.0,
                right: x + 1.0,
                top,
                bottom: rows.bottom,
            };
            canvas.fill(line, ACCENT, 0.9);
            let time = self.score.tempo_map().seconds_at(cut).clock();
            let label_end = x + 10.0 + Lettering::LABEL.width(&time);
            if x >= free_from && label_end <= rows.right {
                canvas.write(&time, x + 10.0, top, Lettering::LABEL, ACCENT);
                free_from = label_end + 10.0;
            }
        }
    }

    fn paint_legend(&self, canvas: &mut Canvas) {
        let top = canvas.height() as f32 - MARGIN - Lettering::LABEL.height() + 8.0;
        let mut left = MARGIN;
        let entries = [(MELODY, "melody"), (NOTE, "accompaniment"), (ACCENT, "cut")];
        let shown = if self.score.cuts().is_empty() { 2 } else { 3 };
        for &(colour, name) in &entries[..shown] {
            let swatch = Rect {
                left,
                right: left + 20.0,
                top: top + 8.0,
                bottom: top + 17.0,
            };
            canvas.fill_rounded(swatch, 3.0, colour, 1.0);
            canvas.write(name, left + 32.0, top, Lettering::LABEL, MUTED);
            left += 32.0 + Lettering::LABEL.width(name) + 36.0;
        }
    }
}

fn is_black_key(pitch: u8) -> bool {
    matches!(pitch % 12, 1 | 3 | 6 | 8 | 10)
}
