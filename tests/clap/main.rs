//! The built library as a CLAP host sees it.

mod host;

use diff_bgm::music::draft::{Draft, Recipe};
use diff_bgm::music::note::Note;
use diff_bgm::plugin::State;
use diff_bgm::time::{Bars, Beats, Tempo};
use host::{FRAMES_PER_BEAT, Heard, INSTRUMENT, NOTE_EFFECT, Playing, Roll};
use serde_json::{Value, json};

fn note(start: f64, length: f64, pitch: u8) -> Note {
    Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity: 64 + pitch / 2,
    }
}

/// A scale in eighths with a long bass under it, and a repeated note at the end.
fn melody() -> Vec<Note> {
    let mut notes = vec![note(0.0, 4.0, 40)];
    notes.extend((0..8).map(|step| note(f64::from(step) / 2.0, 0.5, 60 + step as u8)));
    notes.extend([
        note(4.0, 0.25, 72),
        note(4.25, 0.25, 72),
        note(4.5, 3.0, 72),
    ]);
    notes
}

fn saved(notes: Vec<Note>) -> Vec<u8> {
    let mut state = State::default();
    let draft = Draft {
        notes,
        bars: Bars(2),
        tempo: Tempo::new(120.0).unwrap(),
        cuts: Vec::new(),
        recipe: Recipe::default(),
    };
    state.add_take(draft, 0);
    host_state(&state.to_text().unwrap())
}

/// A state as the host keeps it, around ours.
fn host_state(text: &str) -> Vec<u8> {
    let field = serde_json::to_string(text).unwrap();
    framed(&json!({"version": "0.1.0", "params": {}, "fields": {"state": field}}))
}

/// The framework's bytes of a state in CLAP hosts: its length, then JSON.
fn framed(state: &Value) -> Vec<u8> {
    let json = serde_json::to_vec(state).unwrap();
    [&(json.len() as u64).to_le_bytes()[..], &json].concat()
}

fn playing(id: &std::ffi::CStr, channels: usize, state: &[u8]) -> Playing {
    let mut instance = host::instance(&host::entry(), id);
    assert!(host::load(&mut instance, state));
    Playing::start(instance, channels)
}

/// What should be heard when `notes` are played from beat 0 on at 120 BPM.
fn expected(notes: &[Note]) -> Vec<(u64, Heard)> {
    let frame = |beats: Beats| (beats.0 * FRAMES_PER_BEAT) as u64;
    let mut events = Vec::new();
    for note in notes {
        let pitch = u16::from(note.pitch);
        let velocity = f64::from(f32::from(note.velocity) / 127.0);
        events.push((frame(note.start), 1, Heard::On { pitch, velocity }));
        events.push((frame(note.end()), 0, Heard::Off { pitch }));
    }
    events.sort_by_key(|&(frame, order, _)| (frame, order));
    events
        .into_iter()
        .map(|(frame, _, event)| (frame, event))
        .collect()
}

fn roll(playing: &mut Playing, beats: f64, frames: u32) {
    while (playing.frames as f64) < beats * FRAMES_PER_BEAT {
        let position = playing.frames as f64 / FRAMES_PER_BEAT;
        playing.block(Some(Roll::from(position)), frames);
    }
}

#[test]
fn a_saved_draft_plays_note_for_note_whatever_the_size_of_the_blocks() {
    for frames in [64, 441, 16_384] {
        let mut playing = playing(NOTE_EFFECT, 0, &saved(melody()));
        roll(&mut playing, 9.0, frames);
        assert_eq!(playing.heard, expected(&melody()), "in blocks of {frames}");
    }
}

#[test]
fn the_instrument_sends_the_same_notes_and_is_heard() {
    let mut playing = playing(INSTRUMENT, 2, &saved(melody()));
    roll(&mut playing, 9.0, 512);
    assert_eq!(playing.heard, expected(&melody()));
    assert!(playing.peak > 0.02, "{}", playing.peak);
}

#[test]
fn without_a_draft_or_without_a_transport_both_are_silent() {
    let mut empty = Playing::start(host::instance(&host::entry(), INSTRUMENT), 2);
    roll(&mut empty, 4.0, 512);
    let mut stopped = playing(INSTRUMENT, 2, &saved(melody()));
    stopped.block(None, 4096);
    for playing in [empty, stopped] {
        assert!(playing.heard.is_empty());
        assert_eq!(playing.peak, 0.0);
    }
}

#[test]
fn loops_seeks_stops_and_resets_leave_no_note_hanging() {
    let mut playing = playing(NOTE_EFFECT, 0, &saved(melody()));
    let looping = |beats| Roll {
        loop_beats: Some((0.0, 1.0)),
        ..Roll::from(beats)
    };
    // Two and a half times round, then a seek, a reset and a stop.
    for block in 0..5 {
        let beats = f64::from(block) * 0.5 % 1.0;
        playing.block(Some(looping(beats)), 12_000);
    }
    playing.block(Some(Roll::from(2.0)), 600);
    playing.reset();
    playing.block(Some(Roll::from(2.0 + 600.0 / FRAMES_PER_BEAT)), 600);
    playing.block(
        Some(Roll {
            playing: false,
            ..Roll::from(3.0)
        }),
        64,
    );
    let mut sounding = Vec::new();
    for (_, event) in &playing.heard {
        match event {
            Heard::On { pitch, .. } => {
                assert!(!sounding.contains(pitch));
                sounding.push(*pitch);
            }
            Heard::Off { pitch } => {
                assert!(sounding.contains(pitch));
                sounding.retain(|other| other != pitch);
            }
        }
    }
    assert!(sounding.is_empty());
    let basses = |heard: &&(u64, Heard)| matches!(heard.1, Heard::On { pitch: 40, .. });
    assert_eq!(playing.heard.iter().filter(basses).count(), 3);
}

#[test]
fn a_draft_starts_where_the_clip_does() {
    let mut state: Value = serde_json::from_slice(&saved(melody())[8..]).unwrap();
    state["params"] = json!({"start": {"i32": 4}});
    let mut playing = playing(NOTE_EFFECT, 0, &framed(&state));
    roll(&mut playing, 13.0, 512);
    let late = |(frame, event)| (frame + 4 * FRAMES_PER_BEAT as u64, event);
    let expected: Vec<_> = expected(&melody()).into_iter().map(late).collect();
    assert_eq!(playing.heard, expected);
}

#[test]
fn what_is_saved_plays_the_same_when_it_is_loaded_again() {
    let entry = host::entry();
    let mut first = host::instance(&entry, NOTE_EFFECT);
    assert!(host::load(&mut first, &saved(melody())));
    let again = host::save(&mut first);
    drop(first);
    let mut playing = playing(NOTE_EFFECT, 0, &again);
    roll(&mut playing, 9.0, 512);
    assert_eq!(playing.heard, expected(&melody()));
}

#[test]
fn a_state_without_a_draft_clears_the_one_that_plays() {
    let nothing = json!({"version": "0.1.0", "params": {}, "fields": {}});
    let damaged = host_state("diff-bgm/1 not base 64");
    let future = host_state("diff-bgm/999 AAAA");
    for state in [framed(&nothing), damaged, future] {
        let mut playing = playing(NOTE_EFFECT, 0, &saved(melody()));
        playing.block(Some(Roll::from(0.0)), 6000);
        assert!(host::load(&mut playing.instance, &state));
        playing.heard.clear();
        playing.block(Some(Roll::from(0.25)), 48_000 / 4);
        let ended = |(_, event): &(u64, Heard)| matches!(event, Heard::Off { .. });
        assert!(playing.heard.iter().all(ended), "{:?}", playing.heard);
        assert_eq!(playing.heard.len(), 2);
    }
}

#[test]
fn garbage_instead_of_a_state_is_refused() {
    let entry = host::entry();
    let mut instance = host::instance(&entry, NOTE_EFFECT);
    let cut = saved(melody());
    let cut = &cut[..cut.len() / 2];
    for garbage in [
        &b""[..],
        b"\0\0\0",
        b"{\"version\":",
        &[0xff; 4096],
        &[0; 4096],
        cut,
    ] {
        assert!(!host::load(&mut instance, garbage));
    }
}

#[test]
fn the_note_effect_has_no_audio_and_the_instrument_a_stereo_output() {
    let entry = host::entry();
    let mut effect = host::instance(&entry, NOTE_EFFECT);
    assert_eq!(host::ports(&mut effect), ([vec![], vec![]], [1, 1]));
    let mut instrument = host::instance(&entry, INSTRUMENT);
    assert_eq!(host::ports(&mut instrument), ([vec![], vec![2]], [1, 1]));
}

#[test]
fn instances_come_and_go_and_the_library_is_closed() {
    for _ in 0..3 {
        let entry = host::entry();
        let instances: Vec<_> = (0..8)
            .map(|_| host::instance(&entry, INSTRUMENT))
            .map(|instance| Playing::start(instance, 2))
            .collect();
        for playing in instances {
            drop(playing.stop());
        }
    }
}
