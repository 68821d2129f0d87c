//! Clip files: every clip that parses passes its own check.
#![no_main]

use diff_bgm::features::ClipFeatures;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(clip) = ClipFeatures::parse(bytes) {
        clip.check().unwrap();
    }
});
