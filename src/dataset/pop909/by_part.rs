//! A song with its tune and its accompaniment apart, for networks in parts.

use std::path::Path;

use super::song::{ACCOMPANIMENT_TRACKS, LEAD_TRACKS, SongFiles};
use crate::dataset::grid_piece::{BAR_BEATS, GridPiece};
use crate::error::Result;
use crate::music::style::Style;
use crate::time::BEATS_PER_SEGMENT;

/// Beats on either side over which the median of the tempo is taken.
const TEMPO_REACH: usize = 4;

/// Reads the song in `folder`, or returns `None` if it has no notes. Its lead is the track MELODY, its accompaniment BRIDGE
/// and PIANO.
pub(super) fn read(folder: &Path, name: &str, is_held_out: bool) -> Result<Option<GridPiece>> {
    let files = SongFiles::read(folder, name)?;
    let beats = files.beats.count();
    let downbeat = files.beats.downbeats().to_vec();
    let piece = GridPiece {
        style: Style::Pop,
        is_held_out,
        lead: files.notes(LEAD_TRACKS)?,
        accompaniment: files.notes(ACCOMPANIMENT_TRACKS)?,
        chords: files.chords,
        tempo_bpm: tempi(files.beats.seconds()).map(Some).collect(),
        compound: vec![false; beats],
        starts: starts(&downbeat),
        downbeat,
    };
    Ok(piece.sounding_beats().is_some().then_some(piece))
}

/// Returns the tempo of each beat: the median over nine, the edges repeated.
fn tempi(seconds: &[f64]) -> impl Iterator<Item = f32> {
    let gaps: Vec<f64> = seconds.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let last = gaps.len().saturating_sub(1);
    (0..gaps.len()).map(move |beat| {
        let around = beat..=beat + 2 * TEMPO_REACH;
        let mut near: Vec<f64> = around
            .map(|place| gaps[place.saturating_sub(TEMPO_REACH).min(last)])
            .collect();
        near.sort_by(f64::total_cmp);
        (60.0 / near[TEMPO_REACH]) as f32
    })
}

/// Returns the bar lines from which 32 beats in bars of 2 to 6 beats follow.
fn starts(downbeat: &[bool]) -> Vec<usize> {
    let window = BEATS_PER_SEGMENT as usize;
    let lines: Vec<usize> = (0..downbeat.len()).filter(|&beat| downbeat[beat]).collect();
    let is_usual = |index: usize| {
        let end = lines.get(index + 1).copied().unwrap_or(downbeat.len());
        BAR_BEATS.contains(&(end - lines[index]))
    };
    let suits = |&index: &usize| {
        let start = lines[index];
        let inside = lines[index..]
            .iter()
            .take_while(|&&line| line < start + window);
        start + window <= downbeat.len() && (index..index + inside.count()).all(is_usual)
    };
    (0..lines.len())
        .filter(suits)
        .map(|index| lines[index])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bars: &[usize]) -> Vec<bool> {
        let bar = |&beats: &usize| (0..beats).map(|beat| beat == 0);
        bars.iter().flat_map(bar).collect()
    }

    #[test]
    fn windows_start_at_bar_lines_in_any_usual_metre() {
        let waltz = lines(&[3; 12]);
        assert_eq!(starts(&waltz), [0, 3]);
        let with_a_long_bar = lines(&[&[4, 7], &[2; 20][..]].concat());
        assert_eq!(starts(&with_a_long_bar), [11, 13, 15, 17, 19]);
        assert_eq!(starts(&lines(&[4; 7])), [0; 0]);
    }

    #[test]
    fn a_single_late_beat_does_not_change_the_tempo() {
        let mut seconds: Vec<f64> = (0..20).map(|beat| f64::from(beat) * 0.5).collect();
        seconds[10] += 0.2;
        assert!(tempi(&seconds).all(|tempo| (tempo - 120.0).abs() < 1e-3));
    }
}
