//! The row of one beat.

use crate::music::style::Style;

/// The tempo at which the row's tempo is 0.
const MIDDLE_TEMPO_BPM: f64 = 80.0;

/// The place of a beat in its piece and its bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BeatPlace {
    /// Whether it is one of the first beats of the piece, up to [`FORM_BEATS`](super::FORM_BEATS).
    pub opening: bool,
    /// Whether it is one of the last beats of a piece that ends.
    pub ending: bool,
    /// Whether it begins a bar.
    pub downbeat: bool,
    /// Whether its metre is compound, such as 6/8.
    pub compound: bool,
}

/// Returns a beat's row: `values` of the cues, zero if they are free, and their masks; its place; and a flag for each of the
/// first `styles` styles.
pub(super) fn beat_row(
    values: &[Option<f32>],
    place: BeatPlace,
    style: Option<Style>,
    styles: usize,
) -> Vec<f32> {
    let flag = |holds: bool| f32::from(u8::from(holds));
    let (opening, ending) = (flag(place.opening), flag(place.ending));
    let (downbeat, compound) = (flag(place.downbeat), flag(place.compound));
    let styles = (Style::ALL.iter().take(styles)).map(|known| flag(style == Some(*known)));
    (values.iter().map(|value| value.unwrap_or(0.0)))
        .chain(values.iter().map(|value| flag(value.is_some())))
        .chain([opening, ending, 1.0, downbeat, compound, 1.0])
        .chain(styles)
        .collect()
}

/// Returns the row's value of a tempo, −1 to 1.
pub(super) fn placed_tempo(bpm: f64) -> f32 {
    libm::log2(bpm / MIDDLE_TEMPO_BPM).clamp(-1.0, 1.0) as f32
}
