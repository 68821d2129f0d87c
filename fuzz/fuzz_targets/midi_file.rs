//! MIDI files.
#![no_main]

use diff_bgm::music::midi_file::MidiFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(file) = MidiFile::parse(bytes) {
        file.notes();
        file.duration();
        file.hits();
        file.controls();
        let _ = file.score();
    }
});
