//! Numpy arrays (`.npy`).
#![no_main]

use diff_bgm::formats::npy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(array) = npy::parse(bytes) {
        assert_eq!(array.to_f32().unwrap().len(), array.element_count());
    }
});
