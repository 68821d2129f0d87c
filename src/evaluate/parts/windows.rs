//! A fixed choice of held-out windows.

use crate::dataset::parts_cache::{PartsCache, Window, WindowPlace};
use crate::music::metre::Metre;
use crate::music::piano_roll::PitchRange;
use crate::music::style::Style;

/// Which held-out windows to take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Only of this style; of all in turn if `None`.
    pub style: Option<Style>,
    /// Only in this metre.
    pub metre: Option<Metre>,
    /// Of the held-out pieces of each style, every second one, which figures are chosen by; otherwise the others, which
    /// figures are reported on.
    pub development: bool,
}

/// Chooses `count` windows, taking styles in turn and the pieces of a style in turn. The choice is always the same. Windows
/// whose metre changes are left out; the choice is empty if there is no other.
///
/// The places within a piece are multiples of the golden ratio, which spreads any number of them evenly.
pub fn choose(
    cache: &PartsCache,
    choice: Choice,
    count: usize,
    pitches: PitchRange,
) -> Vec<Window> {
    const GOLDEN_RATIO: f64 = 0.618_033_988_749_895;
    let styles: Vec<Vec<Vec<WindowPlace>>> = (Style::ALL.into_iter())
        .filter(|&style| choice.style.is_none_or(|wanted| wanted == style))
        .map(|style| pieces(cache, choice, style))
        .filter(|pieces| !pieces.is_empty())
        .collect();
    if styles.is_empty() {
        return Vec::new();
    }
    let window = |index: usize| {
        let pieces = &styles[index % styles.len()];
        let turn = index / styles.len();
        let places = &pieces[turn % pieces.len()];
        let place = (GOLDEN_RATIO * (turn + 1) as f64).fract() * places.len() as f64;
        cache.window(places[place as usize], 0, pitches)
    };
    (0..count).map(window).collect()
}

/// Returns the chosen windows of each piece of a style that has any.
fn pieces(cache: &PartsCache, choice: Choice, style: Style) -> Vec<Vec<WindowPlace>> {
    let places = cache.places();
    let held_out = (places.chunk_by(|a, b| a.piece == b.piece))
        .filter(|piece| piece[0].held_out && piece[0].style == style);
    let first = usize::from(choice.development);
    let is_wanted = |place: &&WindowPlace| {
        let metre = cache.metre(**place);
        metre.is_some() && choice.metre.is_none_or(|wanted| metre == Some(wanted))
    };
    (held_out.skip(first).step_by(2))
        .map(|piece| piece.iter().filter(is_wanted).copied().collect())
        .filter(|places: &Vec<_>| !places.is_empty())
        .collect()
}
