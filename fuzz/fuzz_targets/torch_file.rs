//! Both containers of `torch.save`.
#![no_main]

use std::io::Cursor;

use diff_bgm::checkpoint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = checkpoint::tensor_in(Cursor::new(bytes));
    let _ = checkpoint::state_dict_in(Cursor::new(bytes));
});
