//! The built plugin in a VST3 host.

#[cfg(target_os = "linux")]
mod ardour;

use diff_bgm::generator::{Draft, Recipe};
use diff_bgm::instance::State;
use diff_bgm::music::note::Note;
use diff_bgm::music::outputs::Output;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::time::{Bars, Beats};
use plugin_hosts::vst3::{FRAMES_PER_BEAT, Playing};
use plugin_hosts::{Heard, Roll, library_of_this_test, project};

const PLENTY: usize = usize::MAX;
/// The framework's hash of the id `density`.
const DENSITY: u32 = 1_552_717_032;

fn note(start: f64, length: f64, pitch: u8) -> Note {
    Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity: 90,
        part: Part::All,
    }
}

fn melody() -> Vec<Note> {
    let mut notes = vec![note(0.0, 4.0, 40)];
    notes.extend((0..8).map(|step| note(f64::from(step) / 2.0, 0.5, 60 + step as u8)));
    notes.extend([note(4.0, 0.25, 72), note(4.25, 0.25, 72)]);
    notes
}

/// Returns a host's project with a draft of the melody.
fn saved() -> Vec<u8> {
    project::for_vst3(&project::saved(&state().to_text().unwrap()))
}

fn state() -> State {
    let mut state = State::default();
    let draft = Draft {
        score: Score::repaired(RawScore {
            notes: melody(),
            bars: Bars(2),
            ..RawScore::default()
        }),
        recipe: Recipe::default(),
    };
    state.add_take(draft, 0);
    state
}

fn empty() -> Playing {
    Playing::start(&library_of_this_test())
}

fn playing() -> Playing {
    let playing = empty();
    assert!(playing.load(&saved()));
    playing
}

fn roll(playing: &mut Playing, beats: f64, frames: i32, room: usize) {
    while (playing.frames as f64) < beats * FRAMES_PER_BEAT {
        let position = playing.frames as f64 / FRAMES_PER_BEAT;
        playing.block(Roll::from(position), frames, room);
    }
}

fn expected() -> Vec<(u64, Heard)> {
    let notes = melody().into_iter();
    let notes = notes.map(|note| {
        (
            note.start.0,
            note.end().0,
            note.part.channel(),
            note.pitch,
            note.velocity,
        )
    });
    plugin_hosts::expected(notes, FRAMES_PER_BEAT)
}

#[test]
fn a_saved_draft_plays_on_the_exact_frames_and_is_audible() {
    for frames in [64, 441, 16_384] {
        let mut playing = playing();
        roll(&mut playing, 6.0, frames, PLENTY);
        assert_eq!(playing.heard, expected(), "in blocks of {frames}");
        assert!(playing.peak > 0.02, "{}", playing.peak);
    }
}

#[test]
fn a_host_with_room_for_one_event_per_block_loses_none() {
    let mut playing = playing();
    roll(&mut playing, 6.0, 256, 1);
    let pitches = |heard: &[(u64, Heard)]| {
        let mut begun: Vec<u8> = heard
            .iter()
            .filter_map(|(_, event)| match event {
                Heard::On { pitch, .. } => Some(*pitch),
                Heard::Off { .. } => None,
            })
            .collect();
        begun.sort_unstable();
        begun
    };
    assert_eq!(playing.heard.len(), expected().len());
    assert_eq!(pitches(&playing.heard), pitches(&expected()));
}

#[test]
fn a_loop_that_wraps_inside_a_block_ends_sounding_notes_and_starts_again() {
    let mut playing = playing();
    let looping = Roll {
        loop_beats: Some((0.0, 1.0)),
        ..Roll::from(0.0)
    };
    playing.block(looping, (1.25 * FRAMES_PER_BEAT) as i32, PLENTY);
    let stopped = Roll {
        playing: false,
        ..Roll::from(0.25)
    };
    playing.block(stopped, 64, PLENTY);
    let count = |wanted: u8| {
        let is_on =
            |heard: &&(u64, Heard)| matches!(heard.1, Heard::On { pitch, .. } if pitch == wanted);
        let is_off =
            |heard: &&(u64, Heard)| matches!(heard.1, Heard::Off { pitch, .. } if pitch == wanted);
        let heard = &playing.heard;
        (
            heard.iter().filter(is_on).count(),
            heard.iter().filter(is_off).count(),
        )
    };
    assert_eq!(count(40), (2, 2));
    assert_eq!(count(60), (2, 2));
    assert_eq!(count(61), (1, 1));
}

#[test]
fn a_saved_project_plays_the_same_after_loading() {
    let again = playing().save();
    let mut playing = empty();
    assert!(playing.load(&again));
    roll(&mut playing, 6.0, 512, PLENTY);
    assert_eq!(playing.heard, expected());
}

#[test]
fn notes_are_sent_on_the_channel_and_in_the_octave_of_the_project() {
    let mut state = state();
    state.outputs.lead = Output {
        channel: 16,
        octaves: 1,
    };
    let mut playing = empty();
    assert!(playing.load(&project::for_vst3(&project::saved(
        &state.to_text().unwrap()
    ))));
    roll(&mut playing, 6.0, 512, PLENTY);
    let notes = melody().into_iter();
    let notes = notes.map(|note| {
        let (start, end) = (note.start.0, note.end().0);
        (start, end, 15, note.pitch + 12, note.velocity)
    });
    let expected = plugin_hosts::expected(notes, FRAMES_PER_BEAT);
    assert_eq!(playing.heard, expected);
}

#[test]
fn garbage_is_refused() {
    let playing = empty();
    for garbage in [&b"{}"[..], b"\0\0\0", b"{\"version\":", &[0xff; 4096]] {
        assert!(!playing.load(garbage));
    }
}

#[test]
fn deleting_an_instance_as_it_is_automated_does_not_disturb_others() {
    for round in 0..300 {
        let mut playing = empty();
        playing.automate(DENSITY, f64::from(round % 2));
    }
    let mut playing = playing();
    roll(&mut playing, 9.0, 512, PLENTY);
    assert_eq!(playing.heard, expected());
}
