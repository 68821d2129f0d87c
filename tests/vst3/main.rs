//! The built plugin in a VST3 host.

#[cfg(target_os = "linux")]
mod ardour;
#[path = "../plugins/melody.rs"]
mod melody;

use diff_bgm::music::outputs::Output;
use melody::{events, melody, saved_melody, with_draft};
use plugin_hosts::vst3::{FRAMES_PER_BEAT, Playing};
use plugin_hosts::{Heard, Roll, library_of_this_test, project};

const PLENTY: usize = usize::MAX;
/// The framework's hash of the id `density`.
const DENSITY: u32 = 1_552_717_032;

/// Returns a host's project with a draft of the melody.
fn saved() -> Vec<u8> {
    project::for_vst3(&saved_melody())
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
    events(&melody(), FRAMES_PER_BEAT)
}

#[test]
fn a_saved_draft_plays_on_the_exact_frames_and_is_audible() {
    for frames in [64, 441, 16_384] {
        let mut playing = playing();
        roll(&mut playing, 8.0, frames, PLENTY);
        assert_eq!(playing.heard, expected(), "in blocks of {frames}");
        assert!(playing.peak > 0.02, "{}", playing.peak);
    }
}

#[test]
fn a_host_with_room_for_one_event_per_block_loses_none() {
    let mut playing = playing();
    roll(&mut playing, 8.0, 256, 1);
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
    roll(&mut playing, 8.0, 512, PLENTY);
    assert_eq!(playing.heard, expected());
}

#[test]
fn notes_are_sent_on_the_channel_and_in_the_octave_of_the_project() {
    let mut state = with_draft(melody());
    state.outputs.lead = Output {
        channel: 16,
        octaves: 1,
    };
    let mut playing = empty();
    assert!(playing.load(&project::for_vst3(&project::saved(
        &state.to_text().unwrap()
    ))));
    roll(&mut playing, 8.0, 512, PLENTY);
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
