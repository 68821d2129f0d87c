//! Contact sheets: the frames before and after each change of a clip, for people to check them by.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::decoder::Fit;
use super::picture::{HEIGHT, Picture, WIDTH};
use super::source::Source;
use crate::canvas::{Canvas, Lettering, Rect};
use crate::error::{Error, Result};
use crate::features::ClipFeatures;
use crate::palette;
use crate::time::Seconds;

/// Cells side by side, and above each other at most.
const COLUMNS: usize = 3;
const ROWS: usize = 100;
/// Pixels around a cell and between its two pictures.
const GAP: usize = 12;
/// The height of a line of text, in pixels.
const LINE: usize = 26;
const CELL_WIDTH: usize = 2 * WIDTH + GAP;
const CELL_HEIGHT: usize = LINE + HEIGHT + LINE;
/// Frames this much earlier than a cut still count as the first after it.
const ROUNDING_SECONDS: f64 = 1e-4;

/// Draws the frame before and the frame after each cut of a video, and those around each transition, as the PNG file at
/// `path`, with their times. After 300 changes another file is begun, whose name ends in -2, -3 and so on. Returns the
/// files.
///
/// `changes` are what the video was analysed to; `on_progress` is called with the fraction done, 0 to 1.
///
/// # Errors
/// Returns [`Error::Cancelled`] if `on_progress` breaks, and another error if the video cannot be read or a file cannot be
/// written.
pub fn write_contact_sheet(
    video: &Path,
    changes: &ClipFeatures,
    path: &Path,
    on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<Vec<PathBuf>> {
    let source = Source::open(video, &|_| Ok(()))?;
    let mut pictures = source.pictures(Fit::Within)?;
    let mut waiting = changes_of(changes).into_iter().peekable();
    let mut sheets = Sheets::new(path, waiting.len());
    let mut begun: Vec<(Change, Shown)> = Vec::new();
    let mut previous: Option<Shown> = None;
    while let Some((time, picture)) = pictures.next_picture()? {
        let shown = Shown { time, picture };
        while let Some(change) = waiting.next_if(|change| time.0 > change.start.0) {
            let before = previous.as_ref().unwrap_or(&shown);
            begun.push((change, before.clone()));
        }
        for (change, before) in begun.extract_if(.., |(change, _)| time.0 >= change.end.0) {
            sheets.draw(&change, &before, &shown)?;
        }
        if on_progress(source.share_until(time)).is_break() {
            return Err(Error::Cancelled);
        }
        previous = Some(shown);
    }
    if let Some(last) = previous {
        for (change, before) in begun {
            sheets.draw(&change, &before, &last)?;
        }
    }
    sheets.finish()
}

/// A change to be shown.
struct Change {
    /// The frame before is the last that is shown no later.
    start: Seconds,
    /// The frame after is the first that is shown no earlier.
    end: Seconds,
    title: String,
}

/// A picture, and when it is first shown.
#[derive(Clone)]
struct Shown {
    time: Seconds,
    picture: Picture,
}

/// Returns the changes in the order in which they begin.
fn changes_of(clip: &ClipFeatures) -> Vec<Change> {
    let cuts = (1..).zip(&clip.shots).map(|(number, cut)| {
        let just_before = Seconds(cut.0 - ROUNDING_SECONDS);
        Change {
            start: just_before,
            end: just_before,
            title: format!("cut {number}"),
        }
    });
    let transitions = clip.transitions.iter().map(|transition| Change {
        start: transition.start,
        end: Seconds(transition.end.0 - ROUNDING_SECONDS),
        title: transition.kind.name().to_owned(),
    });
    let mut changes: Vec<Change> = cuts.chain(transitions).collect();
    changes.sort_by(|a, b| a.start.0.total_cmp(&b.start.0));
    changes
}

/// The files, one at a time.
struct Sheets<'a> {
    path: &'a Path,
    /// Cells that are not drawn yet.
    left: usize,
    canvas: Option<Canvas>,
    /// Cells of the canvas that are drawn.
    drawn: usize,
    written: Vec<PathBuf>,
}

impl<'a> Sheets<'a> {
    fn new(path: &'a Path, cells: usize) -> Self {
        Self {
            path,
            left: cells,
            canvas: None,
            drawn: 0,
            written: Vec::new(),
        }
    }

    /// Draws the next cell.
    fn draw(&mut self, change: &Change, before: &Shown, after: &Shown) -> Result<()> {
        let canvas = self.canvas.get_or_insert_with(|| blank(self.left));
        let left = GAP + self.drawn % COLUMNS * (CELL_WIDTH + 2 * GAP);
        let top = GAP + self.drawn / COLUMNS * (CELL_HEIGHT + GAP);
        let text_top = |line: usize| (top + line) as f32;
        let title = Lettering::LABEL;
        canvas.write(
            &change.title,
            left as f32,
            text_top(0),
            title,
            palette::ACCENT,
        );
        for (at, shown) in [(left, before), (left + WIDTH + GAP, after)] {
            canvas.place(shown.picture.pixels(), WIDTH, at, top + LINE);
            let time = clock(shown.time);
            canvas.write(
                &time,
                at as f32,
                text_top(LINE + HEIGHT),
                title,
                palette::TEXT,
            );
        }
        self.drawn += 1;
        self.left = self.left.saturating_sub(1);
        if self.drawn == COLUMNS * ROWS {
            self.write()?;
        }
        Ok(())
    }

    /// Writes the last file, and returns all. A clip without changes has a file that says so.
    fn finish(mut self) -> Result<Vec<PathBuf>> {
        if self.written.is_empty() && self.canvas.is_none() {
            let mut canvas = blank(1);
            let (left, top) = (GAP as f32, GAP as f32);
            canvas.write("No cuts", left, top, Lettering::LABEL, palette::MUTED);
            self.canvas = Some(canvas);
        }
        self.write()?;
        Ok(self.written)
    }

    fn write(&mut self) -> Result<()> {
        let Some(canvas) = self.canvas.take() else {
            return Ok(());
        };
        let path = match self.written.len() + 1 {
            1 => self.path.to_owned(),
            number => {
                let mut name = self.path.file_stem().unwrap_or_default().to_owned();
                name.push(format!("-{number}.png"));
                self.path.with_file_name(name)
            }
        };
        canvas.write_png(&path)?;
        self.written.push(path);
        self.drawn = 0;
        Ok(())
    }
}

/// Returns a canvas for so many cells, or as many as fit on one.
fn blank(cells: usize) -> Canvas {
    let cells = cells.min(COLUMNS * ROWS);
    let (columns, rows) = (cells.clamp(1, COLUMNS), cells.div_ceil(COLUMNS));
    let (width, height) = (
        columns * (CELL_WIDTH + 2 * GAP),
        GAP + rows * (CELL_HEIGHT + GAP),
    );
    let mut canvas = Canvas::new(width, height, palette::BACKGROUND);
    for column in 1..columns {
        let line = (column * (CELL_WIDTH + 2 * GAP)) as f32;
        let rect = Rect {
            left: line - 1.0,
            top: 0.0,
            right: line,
            bottom: height as f32,
        };
        canvas.fill(rect, palette::LINE, 1.0);
    }
    canvas
}

/// Returns a time as hours, minutes, seconds and thousandths.
fn clock(Seconds(time): Seconds) -> String {
    let thousandths = (time * 1000.0).round() as u64;
    let (hours, minutes) = (thousandths / 3_600_000, thousandths / 60_000 % 60);
    let seconds = (thousandths % 60_000) as f64 / 1000.0;
    match hours {
        0 => format!("{minutes}:{seconds:06.3}"),
        _ => format!("{hours}:{minutes:02}:{seconds:06.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Transition, TransitionKind};

    #[test]
    fn times_are_read_as_on_a_clock() {
        assert_eq!(clock(Seconds(11.875)), "0:11.875");
        assert_eq!(clock(Seconds(3723.04)), "1:02:03.040");
    }

    #[test]
    fn cuts_and_transitions_are_in_the_order_in_which_they_begin() {
        let clip = ClipFeatures {
            duration: Seconds(9.0),
            shots: vec![Seconds(1.0), Seconds(5.0)],
            transitions: vec![Transition {
                start: Seconds(2.0),
                end: Seconds(3.0),
                kind: TransitionKind::FadeIn,
            }],
            ..ClipFeatures::default()
        };
        let titles: Vec<String> = (changes_of(&clip).into_iter())
            .map(|change| change.title)
            .collect();
        assert_eq!(titles, ["cut 1", "fade-in", "cut 2"]);
    }

    #[test]
    fn many_changes_take_several_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cuts.png");
        let mut sheets = Sheets::new(&path, COLUMNS * ROWS + 1);
        let shown = Shown {
            time: Seconds(1.0),
            picture: Picture::draw(|_, _| [9; 3]),
        };
        let change = Change {
            start: Seconds(0.0),
            end: Seconds(0.0),
            title: "cut".to_owned(),
        };
        for _ in 0..=COLUMNS * ROWS {
            sheets.draw(&change, &shown, &shown).unwrap();
        }
        let second = folder.path().join("cuts-2.png");
        assert_eq!(sheets.finish().unwrap(), [path, second]);
    }
}
