//! Some bars and parts of an arrangement as a piece of their own.

use std::ops::Range;

use super::Arrangement;
use crate::music::chord::ChordChange;
use crate::music::controls::{ControlChange, Controller, Controls};
use crate::music::part_set::PartSet;
use crate::music::score::{RawScore, Score};
use crate::music::section::Section;
use crate::music::tempo_map::TempoMap;
use crate::time::{Bars, Beats};

impl Arrangement {
    /// Returns the piece that `bars`, counted from 0, and `parts` make by themselves: everything in them moves to its start, and
    /// what holds there already (tempo, chord, section, control changes) begins with it. Notes end with its last bar at the
    /// latest; those that began before it are left out.
    #[must_use]
    pub fn excerpt(&self, bars: Range<Bars>, parts: PartSet) -> Self {
        let score = &self.score;
        let beat = |bar| score.metre().length(bar);
        let (start, end) = (beat(bars.start), beat(bars.end));
        let length = end - start;
        let notes = score
            .notes()
            .iter()
            .filter(|note| parts.contains(note.part) && start <= note.start && note.start < end);
        let notes = notes.map(|note| {
            let mut note = *note;
            note.start = note.start - start;
            note.length = Beats(note.length.0.min((length - note.start).0));
            note
        });
        let chords = holding(score.chords(), start, end, |chord| chord.start);
        let sections = holding(score.sections(), start, end, |section| section.start);
        Self {
            score: Score::repaired(RawScore {
                notes: notes.collect(),
                bars: Bars(bars.end.0.saturating_sub(bars.start.0)),
                metre: score.metre(),
                tempo_map: tempo_until(&score.tempo_map().starting_at(start), length),
                chords: (chords.map(|(start, chord)| ChordChange { start, ..chord })).collect(),
                cuts: moved(score.cuts(), start, end),
                sections: (sections.map(|(start, section)| Section { start, ..section })).collect(),
            }),
            controls: controls(&self.controls, parts, start, end),
            key: self.key,
            hits: moved(&self.hits, start, end),
            hit_names: (self.hit_names.iter())
                .map(|(at, name)| (*at - start, name.clone()))
                .collect(),
            picture_start: self.picture_start - start,
            description: self.description.clone(),
            outputs: self.outputs,
        }
    }
}

/// Returns the beats from `start` to `end`, counted from `start`.
fn moved(beats: &[Beats], start: Beats, end: Beats) -> Vec<Beats> {
    let inside = beats.iter().filter(|at| (start..end).contains(*at));
    inside.map(|at| *at - start).collect()
}

/// Returns what begins from `start` to `end`, and before it what holds at `start`, with their beats counted from `start`.
fn holding<T: Clone>(
    all: &[T],
    start: Beats,
    end: Beats,
    at: impl Fn(&T) -> Beats,
) -> impl Iterator<Item = (Beats, T)> {
    let begun = all.partition_point(|item| at(item) <= start);
    let until = all.partition_point(|item| at(item) < end);
    let items = &all[begun.saturating_sub(1)..until.max(begun)];
    items.iter().map(move |item| {
        let from_start = at(item) - start;
        (Beats(from_start.0.max(0.0)), item.clone())
    })
}

/// Returns a tempo map without the changes from `end` on.
fn tempo_until(map: &TempoMap, end: Beats) -> TempoMap {
    let changes = map.changes().iter().filter(|change| change.at < end);
    TempoMap::new(changes.copied().collect()).unwrap_or_else(|_| map.initial_tempo().into())
}

/// Returns the control changes of `parts` from `start` to `end`, counted from `start`. A pedal that is down at the end goes up.
fn controls(controls: &Controls, parts: PartSet, start: Beats, end: Beats) -> Controls {
    let of_part = |part| {
        let changes = controls.changes().iter();
        let changes: Vec<ControlChange> = changes
            .filter(|change| change.part == part)
            .copied()
            .collect();
        Controller::ALL.into_iter().flat_map(move |controller| {
            let mut changes = changes.clone();
            changes.retain(|change| change.controller == controller);
            let held = holding(&changes, start, end, |change| change.at);
            let mut kept: Vec<ControlChange> = held
                .map(|(at, change)| ControlChange { at, ..change })
                .collect();
            if controller == Controller::Pedal
                && let Some(last) = kept.last().copied().filter(|last| last.value > 0)
            {
                kept.push(ControlChange {
                    at: end - start,
                    value: controller.resting_value(),
                    ..last
                });
            }
            kept
        })
    };
    Controls::new(
        crate::music::part::Part::ALL
            .into_iter()
            .filter(|part| parts.contains(*part))
            .flat_map(of_part),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::testing::arrangement;
    use crate::music::part::Part;
    use crate::time::Tempo;

    fn starts(arrangement: &Arrangement) -> Vec<(f64, f64, u8)> {
        let notes = arrangement.score.notes().iter();
        notes
            .map(|note| (note.start.0, note.length.0, note.pitch))
            .collect()
    }

    #[test]
    fn later_bars_move_to_the_start_with_all_that_holds_there() {
        let whole = arrangement();
        let second = whole.excerpt(Bars(1)..Bars(2), PartSet::ALL);
        assert_eq!(starts(&second), [(0.0, 4.0, 41)]);
        assert_eq!(second.score.bars(), Bars(1));
        assert_eq!(
            second.score.tempo_map().constant_tempo(),
            Tempo::new(120.0).ok()
        );
        assert_eq!(second.score.cuts(), [Beats(2.75)]);
        assert_eq!(second.picture_start, Beats(-3.0));
        let names: Vec<String> = second
            .markers(true)
            .into_iter()
            .map(|marker| marker.name)
            .collect();
        assert_eq!(names, ["B", "F", "cut 1"]);
    }

    #[test]
    fn the_first_bars_keep_only_what_begins_in_them() {
        let mut whole = arrangement();
        let mut raw = RawScore::from(whole.score);
        raw.notes[0].length = Beats(6.0);
        raw.notes[0].pitch = 46;
        whole.score = Score::new(raw).unwrap();
        let first = whole.excerpt(Bars(0)..Bars(1), PartSet::ALL);
        assert_eq!(first.score.notes().len(), 4);
        assert_eq!(first.end(), Beats(4.0));
        assert_eq!(
            first.score.tempo_map().constant_tempo(),
            Tempo::new(60.0).ok()
        );
        assert_eq!(first.hits, whole.hits);
        // The note goes on, but the excerpt that it began before does not have it.
        assert_eq!(
            whole
                .excerpt(Bars(1)..Bars(2), PartSet::ALL)
                .score
                .notes()
                .len(),
            1
        );
    }

    #[test]
    fn an_excerpt_of_parts_has_only_their_notes_and_pedal() {
        let whole = arrangement();
        assert!(!whole.controls.changes().is_empty());
        let lead = whole.excerpt(Bars(0)..Bars(2), PartSet::NONE.set(Part::Lead, true));
        assert_eq!(starts(&lead), [(0.25, 0.75, 72), (1.0, 1.0, 72)]);
        assert_eq!(lead.controls.changes(), []);
        assert_eq!(lead.score.tempo_map(), whole.score.tempo_map());
        let all = whole.excerpt(Bars(0)..Bars(2), PartSet::ALL);
        assert_eq!(all.score, whole.score);
    }

    #[test]
    fn a_pedal_that_is_down_at_either_edge_is_down_in_the_excerpt_and_up_at_its_end() {
        let change = |at, value| ControlChange {
            at: Beats(at),
            part: Part::Bass,
            controller: Controller::Pedal,
            value,
        };
        let whole = Arrangement {
            controls: Controls::new([change(3.0, 127), change(6.0, 0), change(7.0, 127)]),
            ..arrangement()
        };
        let second = whole.excerpt(Bars(1)..Bars(2), PartSet::ALL);
        let expected = [
            change(0.0, 127),
            change(2.0, 0),
            change(3.0, 127),
            change(4.0, 0),
        ];
        assert_eq!(second.controls.changes(), expected);
    }
}
