//! What was asked of a draft, in another cut.

use super::*;
use crate::conditioning::quiet::{Quiet, QuietKind};
use crate::generator::conform::moved;
use crate::music::chord::{ChordChange, ChordLane};
use crate::music::metre::Metre;
use crate::music::section::Section;
use crate::music::spelling::Spelling;

#[test]
fn quiet_stretches_go_with_their_picture() {
    let mut draft = draft();
    let quiet = |from, to, kind| Quiet {
        from: Seconds(from),
        to: Seconds(to),
        kind,
    };
    draft.recipe.settings.quiet = vec![
        quiet(10.0, 20.0, QuietKind::Thin),
        quiet(40.0, 50.0, QuietKind::NoMusic),
    ];
    let plan = plan(
        &draft,
        &[(12.0, Some(0.0)), (44.0, Some(16.0))],
        Freedom::NONE,
    );
    let moved = [
        quiet(10.0, 16.0, QuietKind::Thin),
        quiet(36.0, 46.0, QuietKind::NoMusic),
    ];
    assert_eq!(plan.settings.quiet, moved);
}

#[test]
fn sections_and_chords_follow_the_bars() {
    let metre = Metre::COMMON;
    let section = |bar: u32, name: &str| Section {
        start: metre.length(Bars(bar)),
        name: name.to_owned(),
    };
    let old = [section(0, "A"), section(8, "B"), section(16, "A'")];
    let sources: Vec<Option<u32>> = [0, 1, 2]
        .map(Some)
        .into_iter()
        .chain([None, Some(9), Some(16)])
        .collect();
    let moved = moved::sections(&old, &sources, metre);
    assert_eq!(moved, [section(0, "A"), section(4, "B"), section(5, "A'")]);

    let lane: ChordLane = "C | Dm | Em | F | G | Am".parse().unwrap();
    let old = lane.chords(24);
    let settings = Settings {
        ends: true,
        ..Settings::default()
    };
    let sources = [Some(0), None, None, Some(3), None];
    let chords = moved::chords(&old, &vec![None; 20], &sources, &settings);
    let named = ChordChange::of_beats(&chords, Spelling::new(0, false));
    let symbols: Vec<&str> = named.iter().map(|chord| &*chord.symbol).collect();
    // The painted bars go on from the first; the last one leads to the end as the last one did.
    assert_eq!(symbols, ["C", "Dm", "Em", "F", "Am"]);
}

#[test]
fn what_was_asked_moves_with_its_beats() {
    let mut asked = draft().recipe.asked.unwrap();
    asked.steering.lanes[Cue::Density] = Lane::Drawn(vec![0.0, 0.25, 0.5, 0.75]);
    let moved = asked.moved(&[Some(2), None, Some(0)]);
    assert_eq!(moved.energy, [2.0, 119.0, 0.0]);
    let density = &moved.steering.lanes[Cue::Density];
    let values = [0, 1, 2].map(|beat| density.value(beat, None));
    assert_eq!(values, [Some(0.5), None, Some(0.0)]);
}
