//! The notes and control changes of a part as MIDI messages.

use midly::MidiMessage;
use midly::num::u7;

use crate::music::controls::Controls;
use crate::music::part::Part;
use crate::music::score::Score;
use crate::time::Beats;

/// The velocity of note-offs: the one that MIDI prescribes for instruments that do not measure it.
pub(crate) const RELEASE_VELOCITY: u8 = 64;

/// Returns the tick nearest to a beat.
pub(crate) fn tick(at: Beats, ticks_per_beat: u16) -> u32 {
    (at.0 * f64::from(ticks_per_beat)).round() as u32
}

/// Returns the parts that have notes, in the order of their tracks; [`Part::All`] if there are no notes at all.
pub(crate) fn parts_of(score: &Score) -> Vec<Part> {
    let has_notes = |part: &Part| score.notes().iter().any(|note| note.part == *part);
    let parts: Vec<Part> = Part::ALL.into_iter().filter(has_notes).collect();
    if parts.is_empty() {
        vec![Part::All]
    } else {
        parts
    }
}

/// Returns the name of a part's track.
pub(crate) fn track_name(part: Part) -> &'static str {
    match part {
        Part::All => "Diff-BGM",
        Part::Lead | Part::Chords | Part::Bass => part.label(),
    }
}

/// Returns the notes and control changes of a part with their ticks, in order; at one tick, note-offs come first and note-ons
/// last. Every note lasts at least a tick.
pub(crate) fn part_messages(
    score: &Score,
    controls: &Controls,
    part: Part,
    ticks_per_beat: u16,
) -> Vec<(u32, MidiMessage)> {
    let tick = |at| tick(at, ticks_per_beat);
    let mut messages = Vec::new();
    for note in score.notes().iter().filter(|note| note.part == part) {
        let key = u7::from_int_lossy(note.pitch);
        let start = tick(note.start);
        let end = tick(note.end()).max(start + 1);
        let vel = u7::from_int_lossy(note.velocity);
        messages.push((start, MidiMessage::NoteOn { key, vel }));
        let vel = u7::new(RELEASE_VELOCITY);
        messages.push((end, MidiMessage::NoteOff { key, vel }));
    }
    let changes = controls.changes().iter();
    for change in changes.filter(|change| change.part == part) {
        let message = MidiMessage::Controller {
            controller: u7::from_int_lossy(change.controller.number()),
            value: u7::from_int_lossy(change.value),
        };
        messages.push((tick(change.at), message));
    }
    messages.sort_by_key(|(tick, message)| {
        let (place, key) = match message {
            MidiMessage::NoteOff { key, .. } => (0, key.as_int()),
            MidiMessage::Controller { controller, .. } => (1, controller.as_int()),
            MidiMessage::NoteOn { key, .. } => (2, key.as_int()),
            _ => unreachable!("only notes and control changes are written"),
        };
        (*tick, place, key)
    });
    messages
}
