//! Files of stills: what parses has pictures of one size at ascending times.
#![no_main]

use diff_bgm::features::{STILL_HEIGHT, STILL_WIDTH, Stills};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(stills) = Stills::parse(bytes, "video") {
        let all = stills.all();
        assert!(all.is_sorted_by(|one, next| one.at < next.at));
        assert!(all.iter().all(|still| still.rgb.len() == STILL_WIDTH * STILL_HEIGHT));
    }
});
