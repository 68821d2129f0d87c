use super::*;

fn plain(width: usize, height: usize, colour: [u8; 3]) -> Rgb {
    Rgb::new(width, vec![colour; width * height])
}

fn preparation(text: &str, usual: Usual) -> Result<Preparation, Fault> {
    let processor: Processor = serde_json::from_str(text).unwrap();
    Preparation::new(&processor, usual, 8)
}

#[test]
fn old_and_new_files_say_the_same() {
    let old = preparation(r#"{"size": 8, "crop_size": 8}"#, Usual::Cropped).unwrap();
    let new = r#"{"size": {"shortest_edge": 8}, "crop_size": {"height": 8, "width": 8}}"#;
    let new = preparation(new, Usual::Cropped).unwrap();
    let picture = Rgb::new(
        20,
        (0..20 * 30).map(|at| [(at % 251) as u8, 7, 99]).collect(),
    );
    assert_eq!(old.planes(&picture), new.planes(&picture));
    assert_eq!(
        preparation("{}", Usual::Cropped).unwrap().planes(&picture),
        old.planes(&picture)
    );
    let square = preparation(r#"{"size": 8}"#, Usual::Stretched).unwrap();
    assert_eq!(
        square.size,
        Size::Exactly {
            width: 8,
            height: 8
        }
    );
    assert_eq!(square.planes(&picture).len(), 3 * 64);
}

#[test]
fn a_plain_picture_stays_plain_and_is_normalised() {
    let usual = preparation("{}", Usual::Cropped).unwrap();
    let planes = usual.planes(&plain(17, 9, [255, 0, 128]));
    for (channel, level) in [1.0, 0.0, 128.0 / 255.0].into_iter().enumerate() {
        let expected = (level - MEAN[channel]) / DEVIATION[channel];
        for number in &planes[channel * 64..][..64] {
            assert!((number - expected).abs() < 1e-6);
        }
    }
}

#[test]
fn patches_hold_squares_channel_by_channel() {
    let usual = preparation(
        r#"{"do_normalize": false, "rescale_factor": 1.0}"#,
        Usual::Stretched,
    )
    .unwrap();
    let pixel = |at: usize| [at as u8, 64 + at as u8, 128 + at as u8];
    let picture = Rgb::new(8, (0..64).map(pixel).collect());
    let patches = usual.patches(&[picture], 4);
    assert_eq!(patches.len(), 4 * 48);
    // The second patch starts at column 4 of the first row, the third at row 4.
    assert_eq!(
        patches[48..56],
        [4.0, 5.0, 6.0, 7.0, 12.0, 13.0, 14.0, 15.0]
    );
    assert_eq!(patches[96 + 16..96 + 20], [96.0, 97.0, 98.0, 99.0]);
}
