//! A fixed choice of windows.

use super::{Song, Window};
use crate::music::piano_roll::PitchRange;

/// Chooses `count` windows of `songs`, taking the songs in turn. The choice is always the same; it is empty if no song
/// has eight bars of 4/4 in a row.
///
/// The places within a song are multiples of the golden ratio, which spreads any number of them evenly.
pub fn choose_windows(songs: &[Song], count: usize, pitches: PitchRange) -> Vec<Window> {
    const GOLDEN_RATIO: f64 = 0.618_033_988_749_895;
    let songs: Vec<&Song> = (songs.iter())
        .filter(|song| !song.segment_starts.is_empty())
        .collect();
    if songs.is_empty() {
        return Vec::new();
    }
    let window = |index: usize| {
        let song = songs[index % songs.len()];
        let place = (GOLDEN_RATIO * (index + 1) as f64).fract() * song.segment_starts.len() as f64;
        song.window(song.segment_starts[place as usize], pitches)
    };
    (0..count).map(window).collect()
}
