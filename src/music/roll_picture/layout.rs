//! Where everything of a draft goes on its picture.

use crate::canvas::Rect;
use crate::music::draft::Draft;
use crate::time::{BEATS_PER_BAR, Beats};

/// Bars side by side; longer pieces go on below, in up to [`MAX_SYSTEMS`] systems.
const BARS_PER_SYSTEM: u32 = 16;
const MAX_SYSTEMS: u32 = 16;
/// Bars shown at most, which is more than anyone can see.
const MAX_BARS: u32 = 4096;
/// Pitches shown at least, so that a narrow piece does not look wide.
const MIN_PITCHES: u8 = 37;

/// The picture's width; all lengths are in its pixels.
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
/// Radius of the panels' corners.
pub(super) const CORNER: f32 = 8.0;

/// Where everything of a draft goes.
pub(super) struct Page<'a> {
    pub(super) draft: &'a Draft,
    /// How many bars are shown.
    bars: u32,
    /// The lowest pitch shown.
    pub(super) pitch_min: u8,
    /// How many pitches are shown.
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
    pub(super) fn of(draft: &'a Draft) -> Self {
        let pitches = || draft.notes.iter().map(|note| note.pitch.min(127));
        let (low, high) = (pitches().min().unwrap_or(48), pitches().max().unwrap_or(72));
        // A little air above and below.
        let mut pitch_min = low.saturating_sub(2);
        let mut pitch_end = (high + 3).min(128);
        if pitch_end - pitch_min < MIN_PITCHES {
            let middle = (pitch_min + pitch_end) / 2;
            pitch_min = middle
                .saturating_sub(MIN_PITCHES / 2)
                .min(128 - MIN_PITCHES);
            pitch_end = pitch_min + MIN_PITCHES;
        }

        let bars = draft.bars.0.clamp(1, MAX_BARS);
        let bars_per_system = if bars <= BARS_PER_SYSTEM {
            bars
        } else {
            BARS_PER_SYSTEM.max(bars.div_ceil(MAX_SYSTEMS).next_multiple_of(4))
        };
        Self {
            draft,
            bars,
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
                bars: self.bars_per_system.min(self.bars - first_bar),
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

    /// Bar numbers, and below them the times of cuts and the chords where there are any.
    fn ruler_height(&self) -> f32 {
        let chords_height = if self.draft.recipe.chords.is_empty() {
            0.0
        } else {
            CHORDS_HEIGHT
        };
        self.chords_top() + chords_height
    }

    /// Where the chords are, below the top of a system.
    pub(super) fn chords_top(&self) -> f32 {
        if self.draft.cuts.is_empty() {
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
        let beats = (self.bars_per_system * BEATS_PER_BAR) as f32;
        (WIDTH as f32 - 2.0 * MARGIN - KEYS_WIDTH) / beats
    }

    /// The horizontal place of a time in a system.
    pub(super) fn x(&self, system: &System, time: Beats) -> f32 {
        let since = time.0 - f64::from(system.first_bar * BEATS_PER_BAR);
        MARGIN + KEYS_WIDTH + (since * f64::from(self.beat_width())) as f32
    }

    /// The upper edge of a pitch's row.
    pub(super) fn y(&self, system: &System, pitch: u8) -> f32 {
        let rows_above = self.pitch_min + self.pitches - 1 - pitch;
        system.top + self.ruler_height() + f32::from(rows_above) * self.row_height()
    }

    /// The rows of a system, without its ruler and keys.
    pub(super) fn rows(&self, system: &System) -> Rect {
        let top = system.top + self.ruler_height();
        let left = MARGIN + KEYS_WIDTH;
        let beats = (system.bars * BEATS_PER_BAR) as f32;
        Rect {
            left,
            top,
            right: left + beats * self.beat_width(),
            bottom: top + f32::from(self.pitches) * self.row_height(),
        }
    }
}
