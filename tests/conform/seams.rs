//! How the painted bars of a conformed draft join the kept ones, with the built-in model and a film that people made.

use std::path::Path;

use candle_core::Device;
use diff_bgm::diffusion::model::Model;
use diff_bgm::evaluate::parts::Seams;
use diff_bgm::features::recut::{Basis, Recut};
use diff_bgm::features::{ClipFeatures, MeasureTrack};
use diff_bgm::generator::{self, Conforming, Freedom, Settings, conform};
use diff_bgm::time::{Seconds, Tempo};

use super::on;

const SEEDS: std::ops::Range<u64> = 1..4;

/// Returns a clip whose picture is that of stretches of `clip`, in seconds.
fn cut(clip: &ClipFeatures, stretches: &[(f64, f64)]) -> ClipFeatures {
    let measures = clip.measures.as_ref().unwrap();
    let track = measures.track();
    let row = |seconds: f64| (seconds * track.rate_hz).round() as usize;
    let rows = stretches.iter().flat_map(|&(from, to)| row(from)..row(to));
    let values = rows.flat_map(|row| track.row(row).iter().copied());
    let values: Vec<f32> = values.collect();
    let mut shots = Vec::new();
    let mut at = 0.0;
    for &(from, to) in stretches {
        let inside = clip.shots.iter().filter(|cut| cut.0 > from && cut.0 < to);
        let inside = inside.map(|cut| Seconds(cut.0 - from + at));
        shots.extend((at > 0.0).then_some(Seconds(at)).into_iter().chain(inside));
        at += to - from;
    }
    ClipFeatures {
        duration: Seconds(at),
        measures: MeasureTrack::new(track.rate_hz, measures.columns(), values).ok(),
        shots,
        transitions: Vec::new(),
        fingerprint: None,
        ..clip.clone()
    }
}

#[test]
fn painted_bars_join_the_kept_ones_about_as_well_as_the_draft_holds_together() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/big-buck-bunny-30s.safetensors");
    let old = ClipFeatures::read(&path).unwrap();
    // From the first cut on, two and a half seconds are gone; what follows the second begins a second later.
    let [first, second] = [old.shots[0].0, old.shots[1].0];
    let new = cut(
        &old,
        &[
            (0.0, first),
            (first + 2.5, second),
            (second + 1.0, old.duration.0),
        ],
    );
    let recut = Recut::find(&old, &new).unwrap();
    assert_eq!(recut.basis, Basis::Measures);
    let model = Model::built_in(&Device::Cpu).unwrap();
    let mut all = Vec::new();
    for seed in SEEDS {
        let mut settings = Settings {
            tempo_map: Tempo::new(100.0).unwrap().into(),
            seed,
            ..Settings::for_family(model.config().cond_type)
        };
        settings.sampler.steps = 4;
        let draft = generator::generate(&model, &old, &settings, &mut on).unwrap();
        let plan = Conforming::plan(&draft, &recut, &new, Freedom::USUAL).unwrap();
        assert!(
            plan.kept_bars() >= 4 && plan.painted_bars() >= 2,
            "{:?}",
            plan.sources
        );
        let made = conform(&model, &draft, &plan, &new, seed + 100, &mut on).unwrap();
        let painted: Vec<bool> = plan.sources.iter().map(Option::is_none).collect();
        let [own, joined] = [&draft, &made].map(|of| Seams::of(&of.score, &painted));
        println!("seed {seed}: as drafted {own:?}, painted {joined:?}");
        assert_eq!(joined.empty_bars, Some(0.0));
        all.push((own, joined));
    }
    let mean = |of: &dyn Fn(&(Seams, Seams)) -> Option<f64>| {
        let values: Vec<f64> = all.iter().filter_map(of).collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    let own = mean(&|both| both.0.groove_with_kept);
    let joined = mean(&|both| both.1.groove_with_kept);
    println!("groove with kept: as drafted {own:.3}, painted {joined:.3}");
    assert!(joined > own - 0.08, "{own} {joined}");
    let in_chord = mean(&|both| both.1.in_chord);
    println!("in chord: {in_chord:.3}");
    assert!(in_chord > 0.6, "{in_chord}");
}
