//! Lists of beats: as many beats as lie between the lines, and an end that is a time.
#![no_main]

use diff_bgm::dataset::bgm909::BeatGrid;
use diff_bgm::time::Seconds;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(beats) = BeatGrid::parse(bytes) {
        assert!(beats.count() >= 1 && beats.end().0.is_finite());
        if let Ok(first) = beats.clone().until(Seconds(10.0)) {
            assert!(first.count() <= beats.count());
        }
    }
});
