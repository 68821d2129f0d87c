//! Files of `torch.save`, in both containers.
#![no_main]

use std::io::Cursor;

use diff_bgm::formats::torch_file;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = torch_file::tensor_in(Cursor::new(bytes));
    let _ = torch_file::state_dict_in(Cursor::new(bytes));
});
