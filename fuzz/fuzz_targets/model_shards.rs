//! Files of large models, and the index of one in several files.
#![no_main]

use std::io::Cursor;
use std::path::Path;

use diff_bgm::formats::safetensors_folder::{Shard, ShardIndex};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(shard) = Shard::read(bytes, bytes.len() as u64) {
        for name in shard.names() {
            let shape = shard.shape(&name).expect("a tensor has a shape");
            if let Ok(numbers) = shard.floats(&name, Cursor::new(bytes)) {
                assert_eq!(numbers.len(), shape.iter().product::<usize>());
            }
        }
    }
    if let Ok(index) = ShardIndex::parse(bytes) {
        for (_, shard) in index.tensors() {
            assert_eq!(Path::new("folder").join(shard).parent(), Some(Path::new("folder")));
        }
    }
});
