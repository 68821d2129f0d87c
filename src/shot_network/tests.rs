use super::*;

/// Pictures, and what the authors' PyTorch code says of them with the weights of the built-in file.
const FIXTURE: &[u8] = include_bytes!("../../tests/fixtures/shots.safetensors");

fn fixture(name: &str) -> Vec<u8> {
    let container = Container::parse(FIXTURE).unwrap();
    container.tensors.tensor(name).unwrap().data().to_vec()
}

fn floats(name: &str) -> Vec<f32> {
    let bytes = fixture(name);
    let (words, _) = bytes.as_chunks::<4>();
    words.iter().copied().map(f32::from_le_bytes).collect()
}

/// Returns the odds, as the network computes them.
fn logit(likelihood: f32) -> f32 {
    (likelihood / (1.0 - likelihood)).ln()
}

#[test]
fn says_what_the_authors_code_says() {
    let network = ShotNetwork::built_in().unwrap();
    let said = network.predict(&fixture("frames")).unwrap();
    for (found, name) in [
        (
            said.iter().map(|said| said.is_last).collect::<Vec<_>>(),
            "is_last",
        ),
        (
            said.iter().map(|said| said.is_change).collect(),
            "is_change",
        ),
    ] {
        let expected = floats(name);
        assert_eq!(found.len(), expected.len());
        for (frame, (found, expected)) in found.into_iter().zip(expected).enumerate() {
            assert!(
                (logit(found) - expected).abs() < 2e-3 * (1.0 + expected.abs()),
                "{name} of frame {frame}: {} for {expected}",
                logit(found)
            );
        }
    }
}

#[test]
fn says_the_same_on_any_number_of_threads() {
    let network = ShotNetwork::built_in().unwrap();
    let frames = &fixture("frames")[..12 * FRAME_BYTES];
    let [one, three] = [1, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build()
            .unwrap()
            .install(|| network.predict(frames).unwrap())
    });
    assert_eq!(one, three);
}

#[test]
fn says_the_same_to_the_bit_however_many_frames_come_at_once() {
    let network = ShotNetwork::built_in().unwrap();
    let frames = fixture("frames");
    let frames = frames.repeat(3);
    let frames = &frames[..130 * FRAME_BYTES];
    let at_once = network.predict(frames).unwrap();
    assert_eq!(at_once.len(), 130);
    for count in [7, 64] {
        let mut stream = Stream::new(&network);
        let mut said = Vec::new();
        for frames in frames.chunks(count * FRAME_BYTES) {
            said.extend(stream.push(frames).unwrap());
        }
        said.extend(stream.finish().unwrap());
        assert_eq!(said, at_once, "{count}");
    }
}

#[test]
fn a_screening_says_something_of_every_frame_and_finds_the_cut() {
    let network = ShotNetwork::built_in().unwrap();
    let frames = fixture("frames");
    let (pictures, _) = frames.as_chunks::<FRAME_BYTES>();
    for count in [0, 1, 40, 51] {
        let mut screening = Screening::new(&network);
        for picture in pictures.iter().cycle().take(count) {
            screening.push(picture).unwrap();
        }
        let said = screening.finish().unwrap();
        assert_eq!(said.len(), count);
        let last = said.iter().position(|said| said.is_last > 0.5);
        assert_eq!(last, (count > 21).then_some(20), "{count}");
    }
}

#[test]
fn files_of_another_kind_and_parts_of_frames_are_refused() {
    let network = ShotNetwork::built_in().unwrap();
    assert!(network.predict(&[]).is_err());
    assert!(network.predict(&[0; FRAME_BYTES + 1]).is_err());
    assert!(ShotNetwork::from_bytes(FIXTURE).is_err());
    assert!(ShotNetwork::from_bytes(b"").is_err());
}
