//! Numpy archives (`.npz`) and the pickled objects in them.
#![no_main]

use std::io::Cursor;

use diff_bgm::formats::npz::Npz;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(mut file) = Npz::open(Cursor::new(bytes)) {
        for name in file.names() {
            let _ = file.array(&name);
            let _ = file.objects(&name);
        }
    }
});
