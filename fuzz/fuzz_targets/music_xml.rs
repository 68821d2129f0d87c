//! Scores in MusicXML, plain and compressed.
#![no_main]

use diff_bgm::dataset::music_xml::MusicXml;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(score) = MusicXml::from_bytes(bytes) {
        for part in &score.parts {
            let mut end = 0.0;
            for bar in &part.bars {
                assert!(bar.start == end && bar.length >= 0.0);
                end = bar.start + bar.length;
            }
            assert!(part.notes.iter().all(|note| note.start >= 0.0 && note.length >= 0.0));
        }
    }
});
