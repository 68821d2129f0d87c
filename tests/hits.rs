//! Hits, scales and candidates: what a composer holds a draft to, with the built-in model and few steps.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use candle_core::Device;
use diff_bgm::conditioning::hits::{Hit, Side};
use diff_bgm::diffusion::model::Model;
use diff_bgm::diffusion::sampler::SamplerSettings;
use diff_bgm::evaluate::parts::{MAX_CANDIDATES, draft_candidates};
use diff_bgm::features::ClipFeatures;
use diff_bgm::generator::{self, Draft, Progress, Region, Settings};
use diff_bgm::music::piano_roll::RollPart;
use diff_bgm::time::{Bars, Beats, Seconds, Tempo};

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::built_in(&Device::Cpu).unwrap());

/// A clip of 16 seconds without analysis: eight bars at 120 BPM.
fn clip() -> ClipFeatures {
    ClipFeatures {
        duration: Seconds(16.0),
        ..ClipFeatures::default()
    }
}

fn settings() -> Settings {
    let usual = Settings::for_family(MODEL.config().cond_type);
    Settings {
        tempo_map: Tempo::new(120.0).unwrap().into(),
        bars: Some(Bars(8)),
        sampler: SamplerSettings {
            steps: 4,
            ..usual.sampler
        },
        ..usual
    }
}

fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn draft(settings: &Settings) -> Draft {
    generator::generate(&MODEL, &clip(), settings, &mut on).unwrap()
}

fn notes_at(draft: &Draft, beat: f64) -> usize {
    let notes = draft.score.notes().iter();
    notes.filter(|note| note.start == Beats(beat)).count()
}

/// Hits on weak sixteenths, where music without them seldom strikes.
fn hits() -> Vec<Hit> {
    [3.125, 6.875, 10.625]
        .map(|at| Hit {
            at: Seconds(at),
            weight: 3,
            side: Side::Late,
        })
        .to_vec()
}

#[test]
fn notes_gather_on_hits() {
    let places = [6.25, 13.75, 21.25];
    let count = |draft: &Draft| -> usize { places.iter().map(|&beat| notes_at(draft, beat)).sum() };
    let (mut without, mut with) = (0, 0);
    for seed in 1..=3 {
        let plain = Settings { seed, ..settings() };
        let hit = Settings {
            hits: hits(),
            ..plain.clone()
        };
        without += count(&draft(&plain));
        with += count(&draft(&hit));
    }
    assert!(
        with >= 2 * without + 6,
        "{with} notes on hits, {without} without"
    );
}

#[test]
fn a_draft_with_hits_paints_the_same_bars_again_with_them() {
    let settings = Settings {
        hits: hits(),
        ..settings()
    };
    let first = draft(&settings);
    let beats = first.score.length().0 as usize;
    let both = [RollPart::Lead, RollPart::Accompaniment];
    let region = Region::nothing(beats).with(12..16, &both);
    let again = generator::repaint(&MODEL, &first, &region, 9, &mut on).unwrap();
    assert!(notes_at(&again, 13.75) >= 2, "{}", notes_at(&again, 13.75));
    assert_eq!(again.recipe.settings.hits, settings.hits);
}

#[test]
fn a_draft_held_to_a_scale_has_no_note_outside() {
    for name in ["D dorian", "F# lydian", "A minor pentatonic"] {
        let scale = name.parse().unwrap();
        let settings = Settings {
            scale: Some(scale),
            ..settings()
        };
        let draft = draft(&settings);
        let classes = scale.classes();
        let outside = (draft.score.notes().iter())
            .filter(|note| !classes[usize::from(note.pitch % 12)])
            .count();
        assert!(draft.score.notes().len() > 30, "{name}");
        assert_eq!(outside, 0, "{name}: of {} notes", draft.score.notes().len());
        let last = draft
            .score
            .notes()
            .iter()
            .max_by(|a, b| a.start.0.total_cmp(&b.start.0).then(b.pitch.cmp(&a.pitch)));
        assert_eq!(
            last.unwrap().pitch % 12,
            scale.tonic,
            "{name}: the last bass"
        );
    }
}

#[test]
fn candidates_are_the_drafts_of_seeds_in_a_row_best_first() {
    let settings = settings();
    let ranked = draft_candidates(&MODEL, &clip(), &settings, 3, &mut on).unwrap();
    let mut seeds: Vec<u64> = ranked
        .iter()
        .map(|one| one.draft.recipe.settings.seed)
        .collect();
    assert!(ranked.windows(2).all(|pair| pair[0].score >= pair[1].score));
    assert!(ranked[0].score > ranked[2].score && ranked[0].score <= 1.0);
    for one in &ranked {
        assert!(one.reasons.iter().any(|reason| reason.points.is_some()));
    }
    let alone = draft(&ranked[0].draft.recipe.settings);
    assert_eq!(alone, ranked[0].draft);
    seeds.sort_unstable();
    assert_eq!(seeds, [1, 2, 3]);
}

#[test]
fn progress_over_candidates_rises_to_the_end() {
    let mut shares = Vec::new();
    let mut on = |done: Progress| {
        shares.push(done.fraction());
        ControlFlow::Continue(())
    };
    draft_candidates(&MODEL, &clip(), &settings(), 2, &mut on).unwrap();
    assert!(
        shares.windows(2).all(|pair| pair[0] <= pair[1]),
        "{shares:?}"
    );
    assert!(*shares.last().unwrap() > 0.9);
}

#[test]
fn no_candidates_and_too_many_are_refused() {
    for count in [0, MAX_CANDIDATES + 1] {
        let refused = draft_candidates(&MODEL, &clip(), &settings(), count, &mut on);
        let error = refused.unwrap_err().to_string();
        assert!(error.contains("1 to 16"), "{error}");
    }
}
