//! Times the network that finds shots: a window of a hundred frames, of which fifty count.

use diff_bgm::shot_network::{FRAME_BYTES, ShotNetwork};
use divan::Bencher;

fn main() {
    divan::main();
}

#[divan::bench(max_time = 5)]
fn window(bencher: Bencher) {
    let network = ShotNetwork::built_in().unwrap();
    let frames: Vec<u8> = (0..100 * FRAME_BYTES)
        .map(|at| (at * 31 % 251) as u8)
        .collect();
    bencher.bench(|| network.predict(&frames).unwrap());
}
