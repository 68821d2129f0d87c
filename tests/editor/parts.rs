//! The parts at the top of the right panel.

use diff_bgm::editor::HeadlessEditor;
use diff_bgm::generator::Draft;
use diff_bgm::instance::State;
use diff_bgm::music::note::Note;
use diff_bgm::music::outputs::Output;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::time::{Bars, Beats};
use plugin_hosts::clap::Playing;
use plugin_hosts::desktop::Window;
use plugin_hosts::{Heard, Roll};

use super::{place, saved_state, screen, shot, wait_for, with};

const COLOURS: [[u8; 3]; 3] = [[0xc5, 0x8b, 0xff], [0x7f, 0xb4, 0xff], [0x4f, 0xc3, 0xb0]];

/// Two bars with a note in each part on every beat, as loud as any.
fn in_parts() -> State {
    let note = |beat: u8, pitch, part| Note {
        start: Beats(beat.into()),
        length: Beats(0.9),
        pitch,
        velocity: 110,
        part,
    };
    let of_beat = |beat: u8| {
        [
            note(beat, 72 + beat % 5, Part::Lead),
            note(beat, 60, Part::Chords),
            note(beat, 40, Part::Bass),
        ]
    };
    let mut state = State::default();
    let score = Score::repaired(RawScore {
        notes: (0..8).flat_map(of_beat).collect(),
        bars: Bars(2),
        ..RawScore::default()
    });
    let draft = Draft {
        score,
        ..Draft::default()
    };
    state.add_take(draft, 0);
    state
}

#[test]
fn each_part_has_its_colour_in_the_panel_and_in_the_roll() {
    let Some(_turn) = screen() else { return };
    let state = in_parts();
    let mut instance = with(&state);
    let window = Window::open(&mut instance);
    let picture = shot(&window, "parts");
    let editor = HeadlessEditor::new(&state, window.size);
    let panel = editor.rect_of("Select lead").expect("a panel").left() as usize;
    for colour in COLOURS {
        let pixels = picture.pixels.iter().enumerate();
        let columns = pixels.filter(|(_, pixel)| **pixel == colour);
        let (right, left): (Vec<_>, Vec<_>) = columns
            .map(|(at, _)| at % picture.width)
            .partition(|column| *column >= panel);
        assert!(left.len() > 500, "{} of {colour:?}", left.len());
        assert!(right.len() > 50, "{} of {colour:?}", right.len());
    }
    window.close(&mut instance);
}

#[test]
fn a_channel_chosen_from_the_list_is_played_on_at_once() {
    let Some(_turn) = screen() else { return };
    let state = in_parts();
    let mut instance = with(&state);
    let window = Window::open(&mut instance);
    let mut playing = Playing::start(instance, 2);
    playing.block(Some(Roll::from(0.0)), 1200);

    let list = "Channel and octave of bass";
    window.click(place(&window, &state, list));
    let mut editor = HeadlessEditor::new(&state, window.size);
    assert!(editor.click(list));
    let mut choose = |choice, channel, octaves| {
        window.click(editor.middle_of(choice).expect(choice));
        let expected = Output { channel, octaves };
        wait_for(&mut playing.instance, |state| {
            state.outputs.bass == expected
        });
    };
    choose("Channel 10", 10, 0);
    choose("Octave −1", 10, -1);
    shot(&window, "parts-channel");

    playing.heard.clear();
    playing.block(Some(Roll::from(0.05)), 2400);
    let off = |channel, pitch| Heard::Off { channel, pitch };
    let ended: Vec<Heard> = playing.heard.iter().map(|(_, event)| *event).collect();
    assert_eq!(ended, [off(0, 72), off(1, 60), off(2, 40)]);
    playing.heard.clear();
    playing.block(Some(Roll::from(1.0)), 1200);
    let begun = |wanted: &(u64, Heard)| {
        matches!(
            wanted.1,
            Heard::On {
                channel: 9,
                pitch: 28,
                ..
            }
        )
    };
    assert!(playing.heard.iter().any(begun), "{:?}", playing.heard);
    window.close(&mut playing.instance);
}

#[test]
fn the_letters_mute_solo_and_lock_a_part() {
    let Some(_turn) = screen() else { return };
    let state = in_parts();
    let mut instance = with(&state);
    let window = Window::open(&mut instance);
    let mutes = ["lead", "chords", "bass"].map(|part| instance.parameter(&format!("Mute {part}")));
    let mut playing = Playing::start(instance, 2);
    let mut muted = |window: &Window, label| {
        window.click(place(window, &state, label));
        // The host learns of what changed in the next block.
        playing.block(Some(Roll::stopped(0.0)), 512);
        mutes.map(|mute| playing.instance.value(mute) >= 0.5)
    };
    assert_eq!(muted(&window, "Mute lead"), [true, false, false]);
    assert_eq!(muted(&window, "Solo bass"), [true, true, false]);
    shot(&window, "parts-solo");
    assert_eq!(muted(&window, "Solo bass"), [false; 3]);
    window.click(place(&window, &state, "Lock chords"));
    let locked = saved_state(&mut playing.instance).locks.parts;
    assert_eq!(locked.to_string(), "chords");
    window.close(&mut playing.instance);
}
