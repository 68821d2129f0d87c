//! MIDI items.

use std::ffi::{c_char, c_int, c_void};

use super::{Pointer, functions};
use crate::reaper::model::{Control, Model, Note, Source, TICKS_PER_BEAT, Text};
use crate::reaper::{call, fault};

functions! {
    fn CreateNewMIDIItemInProj(
        model, name, track: Pointer, start: f64, end: f64, in_beats: *const bool,
    ) -> Pointer {
        model.expect_step(name);
        model.track_of(track, name)?;
        // SAFETY: the caller passes null or a place of a truth value.
        let in_beats = !in_beats.is_null() && unsafe { *in_beats };
        let [start, end] = [start, end].map(|at| if in_beats { model.seconds_at(at) } else { at });
        if end <= start {
            fault("an item without a length");
            return None;
        }
        let is_it = |place: &Model, index: usize| {
            (&raw const *place.tracks[index]).cast_mut().cast() == track
        };
        let index = (0..model.tracks.len()).find(|&index| is_it(model, index))?;
        let source = Source { kind: "MIDI".to_owned(), file: String::new() };
        let item = model.add_item(index, start, end - start, source);
        Some((&raw const *item).cast_mut().cast())
    }

    fn MIDI_DisableSort(model, name, take: Pointer) -> () {
        let take = &mut model.item_of_take(take, name)?.take;
        if take.is_unsorted {
            fault("a take's events are inserted twice at a time");
        }
        take.is_unsorted = true;
        Some(())
    }

    fn MIDI_GetPPQPosFromProjQN(model, name, take: Pointer, beat: f64) -> f64 {
        let start = model.item_of_take(take, name)?.values["D_POSITION"];
        Some((beat - model.beat_at(start)) * TICKS_PER_BEAT)
    }

    fn MIDI_InsertNote(
        model, name, take: Pointer, _selected: bool, _muted: bool, start: f64, end: f64, channel: c_int,
        pitch: c_int, velocity: c_int, no_sort: *const bool,
    ) -> bool {
        model.expect_step(name);
        let take = &mut model.item_of_take(take, name)?.take;
        // SAFETY: the caller passes null or a place of a truth value.
        let no_sort = !no_sort.is_null() && unsafe { *no_sort };
        let is_sound = (0..16).contains(&channel)
            && (0..128).contains(&pitch)
            && (1..128).contains(&velocity)
            && start >= -0.5
            && end > start;
        if !no_sort || !take.is_unsorted || !is_sound {
            fault(format!("a note {pitch} from {start} to {end} that REAPER would not expect"));
            return None;
        }
        take.notes.push(Note { start, end, channel, pitch, velocity });
        Some(true)
    }

    fn MIDI_InsertCC(
        model, name, take: Pointer, _selected: bool, _muted: bool, at: f64, status: c_int,
        channel: c_int, controller: c_int, value: c_int,
    ) -> bool {
        model.expect_step(name);
        let take = &mut model.item_of_take(take, name)?.take;
        if status != 0xB0 || !take.is_unsorted {
            fault("a control change that REAPER would not expect");
            return None;
        }
        take.controls.push(Control { at, channel, controller, value });
        Some(true)
    }

    fn MIDI_InsertTextSysexEvt(
        model, name, take: Pointer, _selected: bool, _muted: bool, at: f64, kind: c_int,
        text: *const c_char, size: c_int,
    ) -> bool {
        model.expect_step(name);
        let text = super::text(text, name)?;
        let take = &mut model.item_of_take(take, name)?.take;
        if text.len() != size as usize || !take.is_unsorted {
            fault("a text event that REAPER would not expect");
            return None;
        }
        take.events.push(Text { at, kind, text });
        Some(true)
    }

    fn MIDI_Sort(model, name, take: Pointer) -> () {
        let take = &mut model.item_of_take(take, name)?.take;
        take.is_unsorted = false;
        take.notes.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.pitch.cmp(&b.pitch)));
        take.controls.sort_by(|a, b| a.at.total_cmp(&b.at));
        take.events.sort_by(|a, b| a.at.total_cmp(&b.at));
        Some(())
    }
}
