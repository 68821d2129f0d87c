//! Numbers beside those of PyTorch.

use diff_bgm::embeddings::{CaptionModel, Pooling, PromptModel, Rgb, TextModel, VisualModel};

use crate::fixtures::{Expected, SIZES, assert_near, model, picture};

/// The sentences and prompts of `make.py`.
const SENTENCES: [&str; 4] = [
    "a man on a horse",
    "the sea",
    "A dark, empty street at night.",
    "two red cats",
];
const PROMPTS: [&str; 3] = ["a calm scene", "a tense scene", "joyful music!"];

fn pictures() -> Vec<Rgb> {
    SIZES.map(picture).to_vec()
}

/// Asserts that pictures are prepared as the reference processor prepares them: to the bit before the normalisation.
fn assert_prepared(found: Vec<f32>, expected: &[f32], size: (usize, usize)) {
    assert_eq!(found.len(), expected.len());
    let distance = |(found, expected): (&f32, &f32)| (found - expected).abs();
    let largest = found.iter().zip(expected).map(distance).fold(0.0, f32::max);
    assert!(largest < 1e-5, "a picture of {size:?} differs by {largest}");
}

#[test]
fn pictures_are_prepared_as_by_the_reference_processors() {
    let expected = Expected::read();
    let visual = VisualModel::load(&model("clip")).unwrap();
    let caption = CaptionModel::load(&model("blip")).unwrap();
    let (clip, blip) = (
        expected.numbers("clip.pixels"),
        expected.numbers("blip.pixels"),
    );
    let each = 3 * 32 * 32;
    for (at, size) in SIZES.into_iter().enumerate() {
        let picture = picture(size);
        assert_prepared(visual.planes(&picture), &clip[at * each..][..each], size);
        assert_prepared(caption.planes(&picture), &blip[at * each..][..each], size);
    }
}

#[test]
fn clip_gives_the_embeddings_of_pictures() {
    let visual = VisualModel::load(&model("clip")).unwrap();
    let expected = Expected::read().numbers("clip.image");
    let together = visual.embed(&pictures()).unwrap();
    assert_near(&together.concat(), &expected, "together");
    for (picture, row) in pictures().into_iter().zip(&together) {
        assert_near(&visual.embed(&[picture]).unwrap()[0], row, "one by one");
    }
}

#[test]
fn clip_gives_the_embeddings_of_texts() {
    let prompts = PromptModel::load(&model("clip")).unwrap();
    let expected = Expected::read();
    for (at, prompt) in PROMPTS.into_iter().enumerate() {
        assert_eq!(
            prompts.tokens(prompt).unwrap(),
            expected.tokens(&format!("clip.tokens.{at}"))
        );
        let row = prompts.embed(prompt).unwrap();
        assert_near(&row, &expected.numbers(&format!("clip.text.{at}")), prompt);
    }
}

#[test]
fn blip_gives_the_same_captions_token_for_token() {
    let caption = CaptionModel::load(&model("blip")).unwrap();
    let expected = Expected::read();
    let together = caption.describe(&pictures()).unwrap();
    for (at, (found, text)) in together.iter().zip(expected.captions()).enumerate() {
        assert_eq!(
            found.tokens,
            expected.tokens(&format!("blip.tokens.{at}")),
            "{at}"
        );
        assert_eq!(found.text, text);
        let alone = caption.describe(&pictures()[at..=at]).unwrap();
        assert_eq!(alone[0], *found, "{at} alone");
    }
    // Some end by themselves, some at the longest length.
    let lengths: Vec<usize> = together
        .iter()
        .map(|caption| caption.tokens.len())
        .collect();
    assert!(
        lengths.contains(&20) && lengths.iter().any(|&length| length < 6),
        "{lengths:?}"
    );
}

#[test]
fn bert_gives_the_embeddings_of_sentences() {
    let text = TextModel::load(&model("bert")).unwrap();
    let expected = Expected::read();
    for (at, sentence) in SENTENCES.into_iter().enumerate() {
        assert_eq!(
            text.tokens(sentence).unwrap(),
            expected.tokens(&format!("bert.tokens.{at}"))
        );
        for pooling in Pooling::ALL {
            let row = text.embed(sentence, pooling).unwrap();
            let name = format!("bert.{}.{at}", pooling.name());
            assert_near(&row, &expected.numbers(&name), &name);
        }
    }
}

#[test]
fn bert_with_a_head_half_precision_and_old_names_gives_the_same() {
    let text = TextModel::load(&model("bert-768")).unwrap();
    assert_eq!(text.width(), 768);
    let row = text.embed(SENTENCES[0], Pooling::Cls).unwrap();
    assert_near(&row, &Expected::read().numbers("bert-768.cls"), "768");
}

#[test]
fn a_sentence_longer_than_the_model_reads_is_cut() {
    let text = TextModel::load(&model("bert")).unwrap();
    let long = "a man on a horse ".repeat(20);
    let tokens = text.tokens(&long).unwrap();
    assert_eq!(tokens.len(), 24);
    assert_eq!([tokens[0], tokens[23]], [2, 3], "[CLS] and [SEP]");
    assert_eq!(text.embed(&long, Pooling::Mean).unwrap().len(), 32);
}
