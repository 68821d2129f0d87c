//! The plugin state saved in a host's project.
#![no_main]

use diff_bgm::instance::State;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(state) = State::from_text(text) {
        assert!(state.current.is_none() || state.current_take().is_some());
    }
});
