//! Times the network that finds shots: frames per second while a clip passes it.

use diff_bgm::shot_network::{FRAME_BYTES, Screening, ShotNetwork};
use divan::Bencher;
use divan::counter::ItemsCount;

/// Frames of the clip.
const FRAMES: usize = 400;

fn main() {
    divan::main();
}

#[divan::bench(max_time = 10)]
fn frames(bencher: Bencher) {
    let network = ShotNetwork::built_in().unwrap();
    let clip: Vec<u8> = (0..FRAMES * FRAME_BYTES)
        .map(|at| (at * 31 % 251) as u8)
        .collect();
    let (frames, _) = clip.as_chunks::<FRAME_BYTES>();
    bencher.counter(ItemsCount::new(FRAMES)).bench(|| {
        let mut screening = Screening::new(&network);
        for frame in frames {
            screening.push(frame).unwrap();
        }
        screening.finish().unwrap()
    });
}
