//! Channels and octaves of the parts in a CLAP host.

use diff_bgm::instance::State;
use diff_bgm::music::outputs::{Output, Outputs};
use diff_bgm::music::score::Score;
use plugin_hosts::clap::Sent;

use super::*;

/// Lead, chords and bass; the chords repeat a pitch of the lead while it sounds.
fn in_parts() -> Vec<Note> {
    let in_part = |part, note| Note { part, ..note };
    vec![
        in_part(Part::Bass, note(0.0, 4.0, 40)),
        in_part(Part::Chords, note(0.0, 2.0, 60)),
        in_part(Part::Lead, note(0.0, 3.0, 72)),
        in_part(Part::Chords, note(1.0, 1.0, 72)),
        in_part(Part::Lead, note(4.0, 1.0, 74)),
        in_part(Part::Chords, note(4.0, 2.0, 74)),
    ]
}

fn state(outputs: Outputs) -> State {
    State {
        outputs,
        ..with_draft(in_parts())
    }
}

fn project_of(state: &State) -> Vec<u8> {
    project::for_clap(&project::saved(&state.to_text().unwrap()))
}

/// Returns the expected events of a score's notes as they leave, those of one frame in any order.
fn sorted_expected(score: &Score, outputs: &Outputs) -> Vec<(u64, String)> {
    let notes = score.notes().iter().map(|note| {
        let channel = outputs.channel(note.part);
        let (start, end) = (note.start.0, note.end().0);
        (start, end, channel, note.pitch, note.velocity)
    });
    sorted(&plugin_hosts::expected(notes, FRAMES_PER_BEAT))
}

fn sorted(heard: &[(u64, Heard)]) -> Vec<(u64, String)> {
    let events = heard.iter();
    let mut events: Vec<_> = events
        .map(|(frame, event)| (*frame, format!("{event:?}")))
        .collect();
    events.sort();
    events
}

#[test]
fn parts_play_on_the_channels_and_in_the_octaves_of_the_project() {
    let outputs = Outputs {
        lead: Output {
            channel: 16,
            octaves: 1,
        },
        chords: Output {
            channel: 16,
            octaves: 1,
        },
        bass: Output {
            channel: 10,
            octaves: -2,
        },
    };
    let state = state(outputs);
    let score = &state.current_take().unwrap().draft.score;
    let leaving = outputs.leaving(score);
    // The chords take one note of the lead over, and hide another.
    assert_eq!(leaving.notes().len(), score.notes().len() - 1);
    for (id, channels) in [(NOTE_EFFECT, 0), (INSTRUMENT, 2)] {
        let mut playing = playing(id, channels, &project_of(&state));
        playing.roll_until(9.0, 441);
        assert_eq!(
            sorted(&playing.heard),
            sorted_expected(&leaving, &outputs),
            "{id:?}"
        );
    }
}

#[test]
fn a_part_is_muted_on_whatever_channel_it_plays() {
    let mut outputs = Outputs::default();
    outputs.chords.channel = 1;
    let state = state(outputs);
    let mut playing = playing(NOTE_EFFECT, 0, &project_of(&state));
    let mute = playing.instance.parameter("Mute chords");
    playing.block_with(Some(Roll::stopped(0.0)), 64, &[Sent::Value(0, mute, 1.0)]);
    playing.heard.clear();
    playing.frames = 0;
    playing.roll_until(9.0, 512);
    let score = &state.current_take().unwrap().draft.score;
    let others = score
        .notes()
        .iter()
        .filter(|note| note.part != Part::Chords);
    let others = Score::repaired(RawScore {
        notes: others.copied().collect(),
        ..score.clone().into()
    });
    assert_eq!(sorted(&playing.heard), sorted_expected(&others, &outputs));
}

#[test]
fn another_channel_while_notes_sound_ends_them_on_the_old_one() {
    let mut playing = playing(NOTE_EFFECT, 0, &project_of(&state(Outputs::default())));
    playing.block(Some(Roll::from(0.0)), 12_000);
    let mut outputs = Outputs::default();
    outputs.bass.channel = 5;
    outputs.lead.channel = 7;
    assert!(playing.instance.load(&project_of(&state(outputs))));
    playing.heard.clear();
    playing.block(Some(Roll::from(0.5)), 12_000);
    let off = |channel, pitch| (12_000, Heard::Off { channel, pitch });
    assert_eq!(
        sorted(&playing.heard),
        sorted(&[off(0, 72), off(1, 60), off(2, 40)])
    );
}
