use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(suffixes: &[&str], expected: &[u8]) {
    for suffix in suffixes {
        assert_eq!(tones(suffix), Some(Tones::of(expected)), "{suffix}");
    }
}

#[test]
fn triads_and_power_chords_are_read() {
    check(&["", "M", "maj"], &[0, 4, 7]);
    check(&["m", "min", "mi", "-"], &[0, 3, 7]);
    check(&["5"], &[0, 7]);
    check(&["sus", "sus4"], &[0, 5, 7]);
    check(&["aug", "+", "#5", "(#5)"], &[0, 4, 8]);
    check(&["dim", "o", "mb5"], &[0, 3, 6]);
    check(&["(no3)", "no3", "(omit3)"], &[0, 7]);
}

#[test]
fn sixths_and_sevenths_are_read() {
    check(&["6", "maj6", "add6"], &[0, 4, 7, 9]);
    check(&["6/9", "69", "6add9", "6(9)"], &[0, 2, 4, 7, 9]);
    check(&["m6/9", "m69", "-69"], &[0, 2, 3, 7, 9]);
    check(
        &["maj7", "M7", "Maj7", "ma7", "Δ", "Δ7", "(maj7)"],
        &[0, 4, 7, 11],
    );
    check(&["m7", "-7", "mi7", "min7"], &[0, 3, 7, 10]);
    check(
        &["ø", "ø7", "m7b5", "m7-5", "m7(b5)", "hdim7"],
        &[0, 3, 6, 10],
    );
    check(&["o7", "dim7"], &[0, 3, 6, 9]);
    check(&["mM7", "minmaj7", "m(maj7)", "-Δ", "mΔ7"], &[0, 3, 7, 11]);
    check(&["+7", "aug7", "7#5", "7+5", "7+", "7(#5)"], &[0, 4, 8, 10]);
    check(&["7sus4", "7sus"], &[0, 5, 7, 10]);
}

#[test]
fn ninths_and_what_lies_above_are_read() {
    check(&["add9", "add2", "(9)", "(add9)"], &[0, 2, 4, 7]);
    check(&["madd9", "m(add9)", "-add9"], &[0, 2, 3, 7]);
    check(&["9", "7(9)"], &[0, 2, 4, 7, 10]);
    check(&["maj9", "M9", "ma9", "Δ9", "maj7(9)"], &[0, 2, 4, 7, 11]);
    check(&["m9", "-9"], &[0, 2, 3, 7, 10]);
    check(&["11", "9sus4"], &[0, 2, 5, 7, 10]);
    check(&["m11"], &[0, 2, 3, 5, 7, 10]);
    check(&["13", "7(9,13)"], &[0, 2, 4, 7, 9, 10]);
    check(&["13sus4"], &[0, 2, 5, 7, 9, 10]);
}

#[test]
fn altered_tones_take_the_place_of_those_that_the_number_implies() {
    check(&["7#9", "7+9", "7(#9)", "9#9"], &[0, 3, 4, 7, 10]);
    check(&["7b9", "7-9", "9b9"], &[0, 1, 4, 7, 10]);
    check(&["13b9", "13(b9)"], &[0, 1, 4, 7, 9, 10]);
    check(&["7b9b13", "7(b9,b13)"], &[0, 1, 4, 7, 8, 10]);
    check(&["7b5#9"], &[0, 3, 4, 6, 10]);
    check(&["7alt"], &[0, 1, 3, 4, 6, 8, 10]);
    check(&["maj7#11", "Δ#11"], &[0, 4, 6, 7, 11]);
}

#[test]
fn other_suffixes_are_refused() {
    for suffix in [
        "x",
        "7x",
        "mm",
        "8",
        "79",
        "addx",
        "add",
        "add8",
        "b",
        "#",
        "b3",
        "(",
        ")",
        "7)",
        "(9",
        ",",
        "sus3",
        "no",
        "no4",
        "6/",
        "/9",
        "mM",
        "ma",
        "m5",
        "m/9",
        "#256",
        "add99999999999",
    ] {
        assert_eq!(tones(suffix), None, "{suffix}");
    }
}

proptest! {
    #[test]
    fn any_tones_with_a_root_read_back_from_their_suffix(above in 0_u16..1 << 11) {
        let mut any = Tones::of(&[0]);
        (1..12).filter(|tone| above >> (tone - 1) & 1 == 1).for_each(|tone| any.add(tone));
        prop_assert_eq!(tones(&spelt(any)), Some(any), "{}", spelt(any));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[mMajdino+Δø#b/(),0-9sulti-]{0,12}") {
        if let Some(read) = tones(&text) {
            prop_assert_eq!(tones(&spelt(read)), Some(read));
        }
    }
}
