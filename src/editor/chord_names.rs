//! The names of the draft's chords over the roll.

use std::sync::Arc;

use egui::{Galley, Painter, Pos2};

use super::theme;
use super::timeline::Timeline;
use crate::generator::Draft;
use crate::time::Beats;

/// The distance from a beat to its chord's name, in points.
const INSET: f32 = 4.0;
/// The least distance between two names, in points.
const GAP: f32 = 4.0;
/// How far from a bar line a chord may start and still be on it, in beats.
const ON_BAR_LINE: f64 = 1e-6;

/// The place of a name along the row.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Name {
    left: f32,
    width: f32,
    /// Whether its chord starts on a bar line.
    is_downbeat: bool,
}

/// Paints the names of the draft's chords in the row whose top is at `y`. Where there is no room for all, those on bar lines are
/// shown.
pub(super) fn paint(painter: &Painter, timeline: &Timeline, draft: &Draft, start: Beats, y: f32) {
    let mut galleys: Vec<Arc<Galley>> = Vec::new();
    let mut names = Vec::new();
    for chord in draft.score.chords() {
        let beat = (chord.start + start).0;
        if !timeline.shows(beat, beat) {
            continue;
        }
        let font = theme::strong(10.5);
        let galley = painter.layout_no_wrap(chord.symbol.to_string(), font, theme::WELL);
        let bars = beat / timeline.bar.0;
        names.push(Name {
            left: timeline.x_of(beat) + INSET,
            width: galley.size().x,
            is_downbeat: (bars - bars.round()).abs() * timeline.bar.0 < ON_BAR_LINE,
        });
        galleys.push(galley);
    }
    for index in shown(&names) {
        let at = Pos2::new(names[index].left, y);
        painter.galley(at, Arc::clone(&galleys[index]), theme::WELL);
    }
}

/// Returns the indices of the names that there is room for, in order.
fn shown(names: &[Name]) -> Vec<usize> {
    let mut shown: Vec<usize> = Vec::new();
    for on_downbeats in [true, false] {
        for (index, name) in names.iter().enumerate() {
            if name.is_downbeat != on_downbeats {
                continue;
            }
            let place = shown.partition_point(|&other| other < index);
            let is_clear =
                |first: &Name, second: &Name| first.left + first.width + GAP <= second.left;
            let before = place.checked_sub(1).map(|place| &names[shown[place]]);
            let after = shown.get(place).map(|&after| &names[after]);
            if before.is_none_or(|before| is_clear(before, name))
                && after.is_none_or(|after| is_clear(name, after))
            {
                shown.insert(place, index);
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(left: f32, is_downbeat: bool) -> Name {
        Name {
            left,
            width: 20.0,
            is_downbeat,
        }
    }

    #[test]
    fn a_downbeat_wins_over_the_chord_before_it() {
        let names = [name(0.0, true), name(40.0, false), name(60.0, true)];
        assert_eq!(shown(&names), [0, 2]);
    }

    #[test]
    fn all_are_shown_where_there_is_room() {
        let names = [name(0.0, true), name(30.0, false), name(60.0, true)];
        assert_eq!(shown(&names), [0, 1, 2]);
    }

    #[test]
    fn of_downbeats_that_are_too_near_the_first_is_shown() {
        let names = [name(0.0, true), name(10.0, true), name(24.0, true)];
        assert_eq!(shown(&names), [0, 2]);
        assert_eq!(shown(&[]), [0usize; 0]);
    }
}
