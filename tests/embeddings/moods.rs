//! Moods beside CLIP's likelihoods in PyTorch.

use diff_bgm::embeddings::{MoodMeter, MoodScale};

use crate::fixtures::{Expected, assert_near, model};

#[test]
fn likelihoods_are_those_of_clip() {
    // The prompts of `make.py`.
    let scale: MoodScale = "a calm scene=0.5/-0.5, a tense scene=-0.5/0.5, joyful music!=0.5/0.5"
        .parse()
        .unwrap();
    let expected = Expected::read();
    let meter = MoodMeter::load(&model("clip"), &scale).unwrap();
    let likelihoods = expected.numbers("clip.likelihoods");
    for (row, expected) in expected
        .numbers("clip.image")
        .chunks_exact(512)
        .zip(likelihoods.chunks_exact(3))
    {
        let found = meter.likelihoods(row).unwrap();
        assert_near(&found, expected, "likelihoods");
        let [valence, arousal] = meter.measure(row).unwrap();
        let by_hand = |weights: [f32; 3]| -> f32 {
            expected
                .iter()
                .zip(weights)
                .map(|(likelihood, weight)| likelihood * weight)
                .sum()
        };
        assert!((valence - by_hand([0.5, -0.5, 0.5])).abs() < 1e-4);
        assert!((arousal - by_hand([-0.5, 0.5, 0.5])).abs() < 1e-4);
    }
}
