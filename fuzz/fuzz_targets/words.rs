//! Text that users type (chords, keys, scales, forms, hits, what a cue follows) and the chord symbols of POP909.
#![no_main]

use diff_bgm::conditioning::hits::Hit;
use diff_bgm::conditioning::steering::{Lane, LaneRequest};
use diff_bgm::generator::Form;
use diff_bgm::music::chord::{Chord, ChordLane};
use diff_bgm::music::key::Key;
use diff_bgm::music::scale::Scale;
use diff_bgm::music::spelling::Spelling;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(lane) = text.parse::<ChordLane>() {
        assert_eq!(lane.chords(64).len(), 64);
        assert_eq!(lane.to_string().parse(), Ok(lane));
    }
    if let Ok(Some(chord)) = Chord::parse_lead_sheet(text) {
        let symbol = chord.symbol(Spelling::new(0, false));
        let again = Chord::parse_lead_sheet(&symbol).expect("a symbol").expect("a chord");
        assert_eq!((again.classes, again.bass), (chord.classes, chord.bass));
    }
    if let Ok(key) = text.parse::<Key>() {
        assert!(key.relative_major() < 12);
    }
    if let Ok(scale) = text.parse::<Scale>() {
        assert_eq!(scale.to_string().parse(), Ok(scale));
    }
    if let Ok(hit) = text.parse::<Hit>() {
        assert_eq!(hit.to_string().parse(), Ok(hit));
    }
    if let Ok(request) = text.parse::<LaneRequest>() {
        request.lane(&Lane::CLIP);
    }
    if let Ok(form) = text.parse::<Form>() {
        assert_eq!(form.to_string(), text);
    }
    let _ = Chord::parse(text);
});
