//! Painted bars at another tempo, and drafts whose tempo changes.

use super::*;
use crate::music::tempo_map::TempoChange;

#[test]
fn another_tempo_in_painted_bars_brings_the_others_to_their_picture() {
    let mut draft = draft();
    draft.recipe.settings.hits = vec![hit(16.1), hit(40.25)];
    let cut = [(12.0, Some(0.0)), (44.8, Some(15.2))];
    let plan = plan(&draft, &cut, Freedom::USUAL);
    assert!(plan.kept_bars() >= 22, "{plan:?}");
    let changes = plan.settings.tempo_map.changes();
    assert_eq!(changes.len(), 3, "{changes:?}");
    let change = changes[1].tempo.bpm() / 120.0 - 1.0;
    assert!(change.abs() > 0.001 && change.abs() <= 0.08, "{change}");
    assert_eq!(changes[2].tempo.bpm(), 120.0);
    assert_on_picture(&draft, &plan, &cut, 0.0626);
}

#[test]
fn half_of_a_film_with_short_shots_is_kept_where_every_shot_moved_by_its_own_time() {
    let mut draft = draft();
    draft.recipe.settings.tempo_map = Tempo::new(96.0).unwrap().into();
    draft.score = Score::repaired(RawScore {
        tempo_map: Tempo::new(96.0).unwrap().into(),
        bars: Bars(24),
        ..draft.score.into()
    });
    // Shots of about five seconds, two bars: one is shorter, one is gone, two are swapped and one is new.
    let film = [
        (13.4, Some(0.0)),
        (5.2, Some(15.0)),
        (5.0, Some(24.6)),
        (5.6, Some(34.4)),
        (4.8, Some(29.6)),
        (9.0, Some(40.0)),
        (3.4, None),
        (11.0, Some(49.0)),
    ];
    let steady = plan(&draft, &film, Freedom::NONE);
    let free = plan(&draft, &film, Freedom::USUAL);
    assert!(free.kept_bars() >= 10, "{free:?}");
    assert!(steady.kept_bars() >= 5 && steady.kept_bars() < free.kept_bars());
    for change in free.settings.tempo_map.changes() {
        assert!((change.tempo.bpm() / 96.0 - 1.0).abs() <= 0.0801);
    }
    assert_on_picture(&draft, &free, &film, 0.0782);
}

#[test]
fn a_changing_tempo_goes_with_its_bars() {
    let mut draft = draft();
    let change = |at: f64, bpm| TempoChange {
        at: Beats(at),
        tempo: Tempo::new(bpm).unwrap(),
    };
    // Bars of 2 s, from bar 11 on of 3 s: 15 bars in all.
    let map = TempoMap::new(vec![change(0.0, 120.0), change(40.0, 80.0)]).unwrap();
    draft.recipe.settings.tempo_map = map.clone();
    draft.score = Score::repaired(RawScore {
        tempo_map: map,
        bars: Bars(24),
        ..draft.score.into()
    });
    // Where bar 5 was, there is now what bar 15 had. Its bars are longer, so they are painted at one tempo.
    let swapped = [(8.0, Some(0.0)), (9.0, Some(32.0)), (43.0, Some(17.0))];
    let steady = plan(&draft, &swapped, Freedom::NONE);
    assert_eq!(kept(&steady)[..4], range(0, 4, 0));
    assert!(kept(&steady)[4].0 >= 8, "{steady:?}");
    let free = plan(&draft, &swapped, Freedom::USUAL);
    assert!(free.kept_bars() > steady.kept_bars(), "{free:?}");
    assert_on_picture(&draft, &free, &swapped, 0.095);
}
