//! Archives of music in parts, and the windows in them.
#![no_main]

use std::io::Cursor;

use diff_bgm::dataset::parts_cache::PartsCache;
use diff_bgm::music::piano_roll::PitchRange;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(cache) = PartsCache::parse(Cursor::new(bytes)) {
        for &place in cache.places().iter().take(100) {
            let window = cache.window(place, 5, PitchRange::MIDI);
            assert_eq!((window.cues.len(), window.chords.len()), (32, 32));
        }
    }
});
