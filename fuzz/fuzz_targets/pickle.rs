//! Python pickles, and access to their values.
#![no_main]

use diff_bgm::formats::pickle::Pickle;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(pickle) = Pickle::parse(bytes) {
        let root = pickle.root();
        root.describe();
        root.bytes();
        root.sizes(8);
        root.get("model");
        pickle.persistent_names().count();
    }
});
