//! The layout of a score's picture.

use std::ops::Range;

use crate::canvas::Rect;
use crate::music::score::Score;
use crate::time::Beats;

/// Bars side by side; longer pieces continue below, in up to [`MAX_SYSTEMS`] systems.
const BARS_PER_SYSTEM: u32 = 16;
const MAX_SYSTEMS: u32 = 16;
/// The fewest pitches shown, so that a narrow piece does not look wide.
const MIN_PITCHES: u8 = 37;

/// The picture's width; all lengths are in pixels.
pub(super) const WIDTH: usize = 2080;
pub(super) const MARGIN: f32 = 40.0;
const HEADER_HEIGHT: f32 = 64.0;
pub(super) const BAR_NUMBERS_HEIGHT: f32 = 40.0;
const CUT_TIMES_HEIGHT: f32 = 32.0;
const CHORDS_HEIGHT: f32 = 32.0;
const KEYS_WIDTH: f32 = 72.0;
const ROW_HEIGHT: f32 = 12.0;
const ROW_HEIGHT_OF_SEVERAL_SYSTEMS: f32 = 9.0;
const SYSTEM_GAP: f32 = 28.0;
const FOOTER_HEIGHT: f32 = 48.0;
/// The radius of the panels' corners.
pub(super) const CORNER: f32 = 8.0;

/// The picture of a score: where each bar and pitch is.
pub(super) struct Page<'a> {
    pub(super) score: &'a Score,
    /// The words beside the title.
    pub(super) caption: &'a str,
    /// The lowest pitch shown.
    pub(super) pitch_min: u8,
    /// The number of pitches shown.
    pub(super) pitches: u8,
    bars_per_system: u32,
    systems: u32,
}

/// One row of bars.
pub(super) struct System {
    pub(super) first_bar: u32,
    pub(super) bars: u32,
    /// The upper edge of its ruler.
    pub(super) top: f32,
}

impl<'a> Page<'a> {
    pub(super) fn new(score: &'a Score, caption: &'a str) -> Self {
        let pitches = || score.notes().iter().map(|note| note.pitch);
        let (low, high) = (pitches().min().unwrap_or(48), pitches().max().unwrap_or(72));
        // A margin above and below.
        let mut pitch_min = low.saturating_sub(2);
        let mut pitch_end = (high + 3).min(128);
        if pitch_end - pitch_min < MIN_PITCHES {
            let middle = (pitch_min + pitch_end) / 2;
            pitch_min = middle
                .saturating_sub(MIN_PITCHES / 2)
                .min(128 - MIN_PITCHES);
            pitch_end = pitch_min + MIN_PITCHES;
        }

        let bars = score.bars().0;
        let bars_per_system = if bars <= BARS_PER_SYSTEM {
            bars
        } else {
            BARS_PER_SYSTEM.max(bars.div_ceil(MAX_SYSTEMS).next_multiple_of(4))
        };
        Self {
            score,
            caption,
            pitch_min,
            pitches: pitch_end - pitch_min,
            bars_per_system,
            systems: bars.div_ceil(bars_per_system),
        }
    }

    pub(super) fn systems(&self) -> impl Iterator<Item = System> + use<'_> {
        (0..self.systems).map(move |index| {
            let first_bar = index * self.bars_per_system;
            System {
                first_bar,
                bars: self.bars_per_system.min(self.score.bars().0 - first_bar),
                top: MARGIN + HEADER_HEIGHT + index as f32 * (self.system_height() + SYSTEM_GAP),
            }
        })
    }

    pub(super) fn height(&self) -> f32 {
        let systems = self.systems as f32;
        let between = (systems - 1.0) * SYSTEM_GAP;
        2.0 * MARGIN + HEADER_HEIGHT + systems * self.system_height() + between + FOOTER_HEIGHT
    }

    fn system_height(&self) -> f32 {
        self.ruler_height() + f32::from(self.pitches) * self.row_height()
    }

    /// Returns the height of the bar numbers and, if there are any, the times of cuts and the chords below them.
    fn ruler_height(&self) -> f32 {
        let chords_height = if self.score.chords().is_empty() {
            0.0
        } else {
            CHORDS_HEIGHT
        };
        self.chords_top() + chords_height
    }

    /// Returns the upper edge of the chords, from the top of a system.
    pub(super) fn chords_top(&self) -> f32 {
        if self.score.cuts().is_empty() {
            BAR_NUMBERS_HEIGHT
        } else {
            BAR_NUMBERS_HEIGHT + CUT_TIMES_HEIGHT
        }
    }

    pub(super) fn row_height(&self) -> f32 {
        if self.systems == 1 {
            ROW_HEIGHT
        } else {
            ROW_HEIGHT_OF_SEVERAL_SYSTEMS
        }
    }

    pub(super) fn beat_width(&self) -> f32 {
        let beats = (self.bars_per_system * self.bar_beats()) as f32;
        (WIDTH as f32 - 2.0 * MARGIN - KEYS_WIDTH) / beats
    }

    /// Quarter notes in a bar.
    pub(super) fn bar_beats(&self) -> u32 {
        self.score.metre().bar_beats()
    }

    /// Returns the beats of a system.
    pub(super) fn beats(&self, system: &System) -> Range<Beats> {
        let bar_line = |bar: u32| Beats(f64::from(bar * self.bar_beats()));
        bar_line(system.first_bar)..bar_line(system.first_bar + system.bars)
    }

    /// Returns the horizontal place of a beat in a system.
    pub(super) fn x(&self, system: &System, at: Beats) -> f32 {
        let since = at - self.beats(system).start;
        MARGIN + KEYS_WIDTH + (since.0 * f64::from(self.beat_width())) as f32
    }

    /// Returns the upper edge of a pitch's row.
    pub(super) fn y(&self, system: &System, pitch: u8) -> f32 {
        let rows_above = self.pitch_min + self.pitches - 1 - pitch;
        system.top + self.ruler_height() + f32::from(rows_above) * self.row_height()
    }

    /// Returns the area of a system's notes, without its ruler and keys.
    pub(super) fn rows(&self, system: &System) -> Rect {
        let top = system.top + self.ruler_height();
        let left = MARGIN + KEYS_WIDTH;
        let beats = (system.bars * self.bar_beats()) as f32;
        Rect {
            left,
            top,
            right: left + beats * self.beat_width(),
            bottom: top + f32::from(self.pitches) * self.row_height(),
        }
    }
}
