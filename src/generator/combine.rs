//! Bars of one draft in place of those of another.

use std::ops::Range;

use super::Draft;
use crate::error::{Error, Result};
use crate::music::chord::ChordChange;
use crate::music::note::Note;
use crate::music::score::{RawScore, Score};
use crate::time::{Bars, Beats};

/// Returns `base` with `bars`, counted from 0, of `other`: its notes, its chords, and what was asked of each beat. Everything
/// else, the tempo and the form included, is that of `base`.
///
/// Notes of either draft are cut at the bar lines between them, so that no chord of one sounds into the other. A last chord
/// that is held beyond the end is kept whole.
///
/// # Errors
/// Returns an error if the drafts have different metres, or there are no such bars in both.
pub fn combine(base: &Draft, other: &Draft, bars: Range<Bars>) -> Result<Draft> {
    let (score, of_other) = (&base.score, &other.score);
    if score.metre() != of_other.metre() {
        return Err(Error::Usage(format!(
            "One take is in {} and the other in {}. Combine takes of one metre.",
            score.metre(),
            of_other.metre()
        )));
    }
    let last = score.bars().min(of_other.bars());
    if bars.start >= bars.end || bars.end > last {
        return Err(Error::Usage(format!(
            "Bars {} to {} are not in both takes. Choose some of bars 1 to {}.",
            bars.start.0 + 1,
            bars.end.0,
            last.0
        )));
    }
    let metre = score.metre();
    let region = metre.length(bars.start)..metre.length(bars.end);
    let end = score.length();
    let raw = RawScore {
        notes: notes(score.notes(), of_other.notes(), &region, end),
        chords: chords(score.chords(), of_other.chords(), &region, end),
        ..score.clone().into()
    };
    let mut recipe = base.recipe.clone();
    if let (Some(asked), Some(of_other)) = (&mut recipe.asked, &other.recipe.asked) {
        let beats = region.start.0 as usize..region.end.0 as usize;
        asked.take_over(of_other, end.0 as usize, |beat| beats.contains(&beat));
    }
    Ok(Draft {
        score: Score::repaired(raw),
        recipe,
    })
}

/// Returns the notes of `base` outside `region` and those of `other` inside it.
fn notes(base: &[Note], other: &[Note], region: &Range<Beats>, end: Beats) -> Vec<Note> {
    let before = base.iter().filter(|note| note.start < region.start);
    let inside = other.iter().filter(|note| region.contains(&note.start));
    let after = base.iter().filter(|note| note.start >= region.end);
    let cut = |note: &Note, limit: Beats| {
        let longest = limit - note.start;
        Note {
            length: if note.end() > limit {
                longest
            } else {
                note.length
            },
            ..*note
        }
    };
    let inside_limit = if region.end < end {
        region.end
    } else {
        Beats(f64::INFINITY)
    };
    (before.map(|note| cut(note, region.start)))
        .chain(inside.map(|note| cut(note, inside_limit)))
        .chain(after.copied())
        .collect()
}

/// Returns the chords of `base` outside `region` and those of `other` inside it. Each side begins with the chord that sounds
/// there, even if it was named before.
fn chords(
    base: &[ChordChange],
    other: &[ChordChange],
    region: &Range<Beats>,
    end: Beats,
) -> Vec<ChordChange> {
    if base.is_empty() || other.is_empty() {
        return base.to_vec();
    }
    let sounding = |chords: &[ChordChange], at: Beats| {
        let begun = chords.iter().rev().find(|chord| chord.start <= at);
        begun.map(|chord| ChordChange {
            start: at,
            symbol: chord.symbol.clone(),
        })
    };
    let within = |chords: &[ChordChange], from: Beats, to: Beats| {
        let inside = chords
            .iter()
            .filter(move |chord| chord.start > from && chord.start < to);
        sounding(chords, from)
            .into_iter()
            .chain(inside.cloned())
            .collect::<Vec<_>>()
    };
    let before = base.iter().filter(|chord| chord.start < region.start);
    let mut all: Vec<ChordChange> = before.cloned().collect();
    all.extend(within(other, region.start, region.end));
    if region.end < end {
        all.extend(within(base, region.end, Beats(f64::INFINITY)));
    }
    all.dedup_by(|later, earlier| later.symbol == earlier.symbol);
    all
}

#[cfg(test)]
mod tests;
