use super::*;
use crate::music::part::Part;

/// Returns a file of one track at 480 ticks per beat.
fn file(track: &[u8]) -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\x01\xE0MTrk".to_vec();
    bytes.extend((track.len() as u32).to_be_bytes());
    bytes.extend(track);
    bytes
}

const END: &[u8] = &[0, 0xFF, 0x2F, 0];

fn fault(bytes: &[u8]) -> String {
    MidiFile::parse(bytes).unwrap_err().to_string()
}

#[test]
fn a_note_on_of_velocity_0_ends_a_note() {
    let track = [&[0, 0x90, 60, 90, 0x83, 0x60, 60, 0][..], END].concat();
    let read = MidiFile::parse(&file(&track)).unwrap();
    let note = Note {
        start: Beats(0.0),
        length: Beats(1.0),
        pitch: 60,
        velocity: 90,
        part: Part::All,
    };
    assert_eq!(read.notes(), [note]);
}

#[test]
fn a_note_without_an_end_lasts_to_the_end_of_the_track() {
    let track = [0, 0x90, 60, 90, 0x83, 0x60, 0xFF, 0x2F, 0];
    let read = MidiFile::parse(&file(&track)).unwrap();
    assert_eq!(read.notes()[0].length, Beats(1.0));
}

#[test]
fn truncated_files_are_refused_wherever_they_end() {
    let track = [&[0, 0x90, 60, 90, 0x83, 0x60, 0x80, 60, 64][..], END].concat();
    let whole = file(&track);
    assert!(MidiFile::parse(&whole).is_ok());
    for length in 0..whole.len() {
        assert!(MidiFile::parse(&whole[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn a_track_whose_end_is_not_marked_ends_with_its_last_message() {
    let read = MidiFile::parse(&file(&[0, 0x90, 60, 90, 0x83, 0x60, 62, 90])).unwrap();
    assert_eq!(read.notes().len(), 1);
    assert_eq!(read.length, Beats(1.0));
    assert!(read.warnings[0].contains("end of track 1"));
}

#[test]
fn key_and_time_signatures_of_other_lengths_are_read_with_a_warning() {
    let short = [0, 0xFF, 0x59, 1, 0, 0, 0xFF, 0x58, 2, 3, 2];
    let read = MidiFile::parse(&file(&[&short, END].concat())).unwrap();
    assert_eq!(read.time_signatures[0].numerator, 3);
    assert!(read.warnings[0].contains("another length"));
    let no_denominator = [&[0, 0xFF, 0x58, 1, 3][..], END].concat();
    assert!(fault(&file(&no_denominator)).contains("1 bytes"));
}

#[test]
fn a_file_inside_a_riff_file_is_taken_out_of_it() {
    let track = [&[0, 0x90, 60, 90, 0x83, 0x60, 60, 0][..], END].concat();
    let inside = file(&track);
    let mut riff = b"RIFF\0\0\0\0RMIDLIST\x03\0\0\0abc\0data".to_vec();
    riff.extend((inside.len() as u32).to_le_bytes());
    riff.extend(&inside);
    let read = MidiFile::parse(&riff).unwrap();
    assert_eq!(read.notes(), MidiFile::parse(&inside).unwrap().notes());
    assert!(read.warnings[0].contains("RMID"));
    riff.pop();
    assert!(fault(&riff).contains("bytes of a chunk of"));
}

#[test]
fn what_follows_the_last_track_is_passed_over_with_a_warning() {
    for trailing in [&b"\0\0"[..], b"MTrk\0\0\xFF\xFF", b"tailtail"] {
        let read = MidiFile::parse(&[&file(END), trailing].concat()).unwrap();
        assert_eq!(read.warnings.len(), 1, "{:?}", read.warnings);
    }
    assert_eq!(MidiFile::parse(&file(END)).unwrap().warnings.len(), 0);
}

#[test]
fn faults_name_what_was_found() {
    assert!(fault(b"RIFF").contains("not a MIDI file"));
    assert!(fault(b"").contains("not a MIDI file"));
    assert!(fault(&file(&[0, 0x90, 60])).contains("cut short in track 1"));
    let no_tempo = [&[0, 0xFF, 0x51, 3, 0, 0, 0][..], END].concat();
    assert!(fault(&file(&no_tempo)).contains("tempo of 0"));
    let mut smpte = file(END);
    smpte[12] = 0xE7;
    assert!(fault(&smpte).contains("SMPTE"));
    smpte[12] = 0x80;
    assert!(fault(&smpte).contains("SMPTE"));
    let mut timeless = file(END);
    timeless[12..14].copy_from_slice(&[0, 0]);
    assert!(fault(&timeless).contains("0 ticks"));
    let mut more_tracks = file(END);
    more_tracks[11] = 2;
    assert!(fault(&more_tracks).contains("1 tracks; expected the 2"));
    let mut songs = file(END);
    songs[9] = 2;
    assert!(fault(&songs).contains("format 2"));
    let mut many = file(END);
    many[10] = 0xFF;
    assert!(fault(&many).contains("65281 tracks"));
}
