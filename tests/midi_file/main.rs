//! Writing drafts as MIDI files and reading them back.

mod any_draft;
mod tempo;

use diff_bgm::generator::{Draft, Recipe, Settings};
use diff_bgm::music::chord::{ChordChange, ChordLane};
use diff_bgm::music::key::Key;
use diff_bgm::music::midi_file::{MAX_FILE_BYTES, MidiFile};
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::music::tempo_map::{TempoChange, TempoMap};
use diff_bgm::time::{Bars, Beats, Seconds, Tempo};

fn raw_score(notes: Vec<Note>, bars: u32) -> RawScore {
    let chords = "Am | F G".parse::<ChordLane>().unwrap().chords(8);
    RawScore {
        notes,
        bars: Bars(bars),
        tempo_map: TempoMap::constant(Tempo::new(100.0).unwrap()),
        chords: ChordChange::of_beats(&chords, Key::of_chords(&chords).spelling()),
        cuts: vec![Beats(19.75), Beats(26.3125)],
        ..RawScore::default()
    }
}

fn draft(notes: Vec<Note>, bars: u32) -> Draft {
    Draft {
        score: Score::new(raw_score(notes, bars)).unwrap(),
        recipe: Recipe {
            model: "default".into(),
            guidance_scale: 1.5,
            settings: Settings {
                seed: 7,
                ..Settings::default()
            },
            asked: None,
        },
    }
}

fn note(start: f64, length: f64, pitch: u8, velocity: u8) -> Note {
    Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity,
        part: Part::All,
    }
}

#[test]
fn a_draft_is_written_and_read_back_whole() {
    let draft = draft(vec![note(0.0, 1.0, 60, 80), note(0.5, 4.0, 67, 101)], 13);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("draft.mid");
    draft.write_midi(&path).unwrap();
    let file = MidiFile::open(&path).unwrap();

    assert_eq!(file.notes(), draft.score.notes());
    assert_eq!(file.length, Beats(52.0));
    assert_eq!(file.initial_tempo().bpm(), 100.0);
    assert!((file.duration().0 - 31.2).abs() < 1e-9);
    let signature = file.time_signatures[0];
    assert_eq!((signature.numerator, signature.denominator), (4, 4));
    let markers: Vec<_> = file.markers.iter().map(|m| (m.at.0, &*m.text)).collect();
    assert_eq!(markers, [(19.75, "cut 1"), (26.3125, "cut 2")]);
    let names: Vec<_> = file.tracks.iter().map(|track| &*track.name).collect();
    assert_eq!(names, ["", "Diff-BGM"]);
    let texts: Vec<_> = file.texts.iter().map(|t| (t.at.0, &*t.text)).collect();
    assert!(texts[0].1.contains("seed 7"), "{texts:?}");
    assert_eq!(texts[1..], [(0.0, "Am"), (4.0, "F"), (6.0, "G")]);
}

#[test]
fn a_silent_draft_keeps_its_length() {
    let file = MidiFile::parse(&draft(Vec::new(), 4).to_midi().unwrap()).unwrap();
    assert_eq!(file.notes(), []);
    assert_eq!(file.length, Beats(16.0));
}

#[test]
fn the_same_draft_gives_the_same_bytes() {
    let draft = draft(vec![note(0.0, 1.0, 60, 80)], 2);
    assert_eq!(draft.to_midi(), draft.to_midi());
}

#[test]
fn a_repeated_note_ends_before_it_starts_again() {
    let draft = draft(vec![note(0.0, 1.0, 60, 80), note(1.0, 1.0, 60, 90)], 1);
    let file = MidiFile::parse(&draft.to_midi().unwrap()).unwrap();
    let commands: Vec<_> = file.events.iter().map(|event| event.command).collect();
    assert_eq!(commands, [0x90, 0x80, 0x90, 0x80]);
}

#[test]
fn pedal_and_expression_are_on_the_channels_of_their_parts_between_note_offs_and_note_ons() {
    let part = |part, note| Note { part, ..note };
    let mut draft = draft(
        vec![
            part(Part::Bass, note(0.0, 4.0, 40, 70)),
            part(Part::Lead, note(0.0, 4.0, 72, 90)),
            part(Part::Bass, note(4.0, 2.0, 41, 70)),
            part(Part::Bass, note(6.0, 2.0, 43, 70)),
        ],
        2,
    );
    draft.recipe.settings.pedal = true;
    draft.recipe.settings.expression = true;
    let bytes = draft.to_midi().unwrap();
    let file = midly::Smf::parse(&bytes).unwrap();
    let events = |track: usize| {
        let mut tick = 0;
        let events = file.tracks[track].iter().filter_map(move |event| {
            tick += event.delta.as_int();
            match event.kind {
                midly::TrackEventKind::Midi { channel, message } => {
                    Some((tick, channel.as_int(), message))
                }
                _ => None,
            }
        });
        events.collect::<Vec<_>>()
    };
    let values = |track: usize, wanted: u8| {
        let value = |(tick, channel, message)| match message {
            midly::MidiMessage::Controller { controller, value } if controller == wanted => {
                Some((tick, channel, value.as_int()))
            }
            _ => None,
        };
        let values = events(track).into_iter().filter_map(value);
        values.collect::<Vec<(u32, u8, u8)>>()
    };
    let [lead, bass] = [1, 2];
    // A sixteenth of a beat, 30 ticks, after and before each bar line; the chord changes at beat 6 too.
    let pedal = [
        (30, 127),
        (1890, 0),
        (1950, 127),
        (2850, 0),
        (2910, 127),
        (3810, 0),
    ];
    assert_eq!(
        values(bass, 64),
        pedal.map(|(tick, value)| (tick, 2, value))
    );
    assert_eq!(values(lead, 64), []);
    for (track, channel) in [(lead, 0), (bass, 2)] {
        let expression = values(track, 11);
        assert_eq!(expression[0].0, 0);
        assert!(expression.len() > 4 && expression.iter().all(|change| change.1 == channel));
        let is_note = |event: &(u32, u8, midly::MidiMessage)| {
            matches!(event.2, midly::MidiMessage::NoteOn { .. })
        };
        let events = events(track);
        let first_note = events.iter().position(is_note).unwrap();
        assert!(first_note > 0, "{events:?}");
    }
    assert_eq!(MidiFile::parse(&bytes).unwrap().length, Beats(8.0));
}

#[test]
fn a_score_too_long_for_a_file_is_refused() {
    assert!(Score::new(raw_score(Vec::new(), u32::MAX)).is_err());
    assert!(Score::new(raw_score(vec![note(1e12, 1.0, 60, 80)], 1)).is_err());
}

#[test]
fn the_bytes_of_a_draft_never_change() {
    let draft = draft(vec![note(0.0, 1.0, 60, 80), note(0.5, 4.0, 67, 101)], 2);
    let description = draft.recipe.to_string();
    let mut conductor = vec![0x00, 0xFF, 0x01, description.len() as u8];
    conductor.extend(description.as_bytes());
    // 100 BPM, 4/4, and the chords at ticks 0, 1920 and 2880.
    conductor.extend(b"\x00\xFF\x51\x03\x09\x27\xC0\x00\xFF\x58\x04\x04\x02\x18\x08");
    conductor.extend(b"\x00\xFF\x01\x02Am\x8F\x00\xFF\x01\x01F\x87\x40\xFF\x01\x01G");
    conductor.extend(b"\x87\x40\xFF\x2F\x00");
    let notes = b"\x00\xFF\x03\x08Diff-BGM\x00\x90\x3C\x50\x81\x70\x43\x65\
        \x81\x70\x80\x3C\x40\x8D\x10\x43\x40\x8D\x10\xFF\x2F\x00";
    let mut expected = b"MThd\0\0\0\x06\0\x01\0\x02\x01\xE0".to_vec();
    for track in [&conductor[..], notes] {
        expected.extend(b"MTrk");
        expected.extend((track.len() as u32).to_be_bytes());
        expected.extend(track);
    }
    assert_eq!(draft.to_midi().unwrap(), expected);
}

#[test]
fn each_part_has_a_track_and_a_channel_of_its_own() {
    let in_part = |part, note| Note { part, ..note };
    let score = Score::new(raw_score(
        vec![
            in_part(Part::Bass, note(0.0, 9.0, 40, 70)),
            in_part(Part::Chords, note(0.0, 2.0, 60, 70)),
            in_part(Part::Lead, note(1.0, 2.0, 60, 90)),
            in_part(Part::Chords, note(2.0, 1.0, 60, 70)),
        ],
        2,
    ));
    let file = MidiFile::parse(&score.unwrap().to_midi("").unwrap()).unwrap();
    let tracks: Vec<_> = (file.tracks.iter())
        .map(|track| (&*track.name, track.notes.len()))
        .collect();
    assert_eq!(tracks, [("", 0), ("Lead", 1), ("Chords", 2), ("Bass", 1)]);
    let channels: Vec<_> = (file.events.iter())
        .map(|event| (event.at.0, event.command, event.channel, event.data[0]))
        .collect();
    let expected = [
        (0.0, 0x90, 1, 60),
        (0.0, 0x90, 2, 40),
        (1.0, 0x90, 0, 60),
        (2.0, 0x80, 1, 60),
        (2.0, 0x90, 1, 60),
        (3.0, 0x80, 0, 60),
        (3.0, 0x80, 1, 60),
        (9.0, 0x80, 2, 40),
    ];
    assert_eq!(channels, expected);
    assert_eq!(file.length, Beats(9.0));
}

#[test]
fn the_longest_score_is_read_back_whole() {
    let notes: Vec<Note> = (0..8192 * 64)
        .map(|i| note(f64::from(i / 4) * 0.25, 0.25, 60 + (i % 4) as u8, 80))
        .collect();
    let score = Score::new(raw_score(notes, 8192)).unwrap();
    let file = MidiFile::parse(&score.to_midi("").unwrap()).unwrap();
    assert_eq!(file.length, Beats(32768.0));
    assert!(file.notes() == score.notes());
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.mid");
    let file = std::fs::File::create(&path).unwrap();
    file.set_len(MAX_FILE_BYTES + 1).unwrap();
    let message = MidiFile::open(&path).unwrap_err().to_string();
    assert!(message.contains("large.mid") && message.contains("more than 67108864 bytes"));
}
