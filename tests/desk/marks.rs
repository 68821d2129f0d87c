//! What was drawn and marked over the clip, in the drafts that are made for it.

use diff_bgm::conditioning::hits::Hit;
use diff_bgm::conditioning::quiet::{QuietKind, marked};
use diff_bgm::conditioning::steering::Lane;
use diff_bgm::instance::params::ParamValues;
use diff_bgm::instance::{CurveId, MarkedHit};
use diff_bgm::music::cues::Cue;
use diff_bgm::time::Seconds;

use super::Instance;

#[path = "../models/tiny_parts.rs"]
mod tiny_parts;

#[test]
fn a_draft_follows_curves_meets_hits_and_leaves_stretches_without_music() {
    let folder = tempfile::tempdir().unwrap();
    let model = tiny_parts::write(folder.path());
    let instance = Instance::with_clip();
    let session = &instance.desk.session;
    session.edit(|state| {
        state.model = Some(model);
        state.cut_weight = 1;
        state.hits = vec![MarkedHit::new(Seconds(4.0), 3)];
        let stretch = "20-24".parse().unwrap();
        state.quiet = marked(&[], stretch, Some(QuietKind::NoMusic));
        state.curves[CurveId::Lead].draw((0, -1.0), (3, -1.0));
        state.curves[CurveId::Cue(Cue::Density)].draw((2, 0.5), (4, 0.5));
    });
    let usual = ParamValues::default();
    instance.desk.generate(usual);
    instance.succeeds();
    let state = session.state();
    let draft = &state.current_take().unwrap().draft;
    let (settings, score_map) = (&draft.recipe.settings, draft.score.tempo_map());
    let cuts = &state.clip.as_ref().unwrap().shots;
    let mut hits = Hit::on_cuts(cuts, 1);
    hits.insert(0, state.hits[0].hit);
    assert!(cuts.iter().all(|cut| cut.0 > 4.0));
    assert_eq!(settings.hits, hits);
    assert_eq!(settings.quiet, state.quiet);
    assert_eq!(settings.lead_curve, [Some(-1.0); 4]);
    let asked = &draft.recipe.asked.as_ref().unwrap().steering;
    for lanes in [&settings.steering.lanes, &asked.lanes] {
        for beat in 2..5 {
            assert_eq!(lanes[Cue::Density].value(beat, None), Some(0.5));
        }
    }
    assert!(matches!(asked.lanes[Cue::Density], Lane::Drawn(_)));
    // 120 BPM: the silence is from beat 40 to beat 48.
    let notes = draft.score.notes().iter();
    let sounding = notes.filter(|note| note.start.0 < 48.0 - 1e-6 && note.end().0 > 40.0 + 1e-6);
    assert_eq!(sounding.count(), 0);
    let changed = (instance.desk).changed_since_take(&state, usual, score_map);
    assert_eq!(changed, [""; 0]);
}
