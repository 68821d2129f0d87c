//! Lists of shots: cuts are ascending and before the end.
#![no_main]

use diff_bgm::features::scenes::Scenes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(scenes) = Scenes::parse(bytes) {
        let cuts = scenes.cuts(24.0);
        assert!(cuts.is_sorted_by(|a, b| a < b));
        assert!(cuts.iter().all(|&cut| cut < scenes.duration(24.0)));
    }
});
