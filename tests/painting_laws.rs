//! Laws of painting over a draft, for regions drawn at random: what is outside stays exactly, another seed changes nothing
//! else, and threads and the order of far regions do not matter. The built-in model, in few steps.

use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::LazyLock;

use candle_core::Device;
use diff_bgm::diffusion::config::ConditionKind;
use diff_bgm::diffusion::model::Model;
use diff_bgm::features::ClipFeatures;
use diff_bgm::generator::{self, Draft, Progress, Region, Settings};
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::piano_roll::RollPart;
use diff_bgm::time::Bars;
use proptest::prelude::*;

const BARS: u32 = 24;
const BAR_BEATS: usize = 4;
const LEAD: &[RollPart] = &[RollPart::Lead];
const ACCOMPANIMENT: &[RollPart] = &[RollPart::Accompaniment];
const BOTH: &[RollPart] = &[RollPart::Lead, RollPart::Accompaniment];

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::built_in(&Device::Cpu).unwrap());

static DRAFT: LazyLock<Draft> = LazyLock::new(|| {
    let clip = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/big-buck-bunny-30s.safetensors");
    let clip = ClipFeatures::read(&clip).unwrap();
    let mut settings = Settings::for_family(ConditionKind::Parts);
    settings.bars = Some(Bars(BARS));
    settings.sampler.steps = 2;
    generator::generate(&MODEL, &clip, &settings, &mut on).unwrap()
});

fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn repaint(draft: &Draft, beats: &Range<usize>, parts: &[RollPart], seed: u64) -> Draft {
    let all = BARS as usize * BAR_BEATS;
    let region = Region::nothing(all).with(beats.clone(), parts);
    generator::repaint(&MODEL, draft, &region, seed, &mut on).unwrap()
}

/// Returns the notes that start outside `beats` of `parts`.
fn outside(draft: &Draft, beats: &Range<usize>, parts: &[RollPart]) -> Vec<Note> {
    let is_outside = |note: &&Note| {
        let part = match note.part {
            Part::Lead => RollPart::Lead,
            _ => RollPart::Accompaniment,
        };
        !parts.contains(&part) || !beats.contains(&(note.start.0 as usize))
    };
    let notes = draft.score.notes().iter();
    notes.filter(is_outside).copied().collect()
}

fn in_threads(count: usize, paint: impl Fn() -> Draft + Send) -> Draft {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build();
    pool.unwrap().install(paint)
}

/// Returns the beats of up to four bars among the first `bars`.
fn few_bars(bars: usize) -> impl Strategy<Value = Range<usize>> {
    (0..bars, 1usize..=4)
        .prop_map(move |(first, count)| first * BAR_BEATS..(first + count).min(bars) * BAR_BEATS)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn only_the_region_changes_whatever_the_seed_and_the_threads(
        beats in few_bars(BARS as usize - 1),
        parts in prop::sample::select(vec![LEAD, ACCOMPANIMENT, BOTH]),
        seed in any::<u64>(),
    ) {
        let one = in_threads(1, || repaint(&DRAFT, &beats, parts, seed));
        prop_assert_eq!(outside(&one, &beats, parts), outside(&DRAFT, &beats, parts));
        let two = in_threads(2, || repaint(&DRAFT, &beats, parts, seed));
        prop_assert_eq!(&one, &two);
        let other = repaint(&DRAFT, &beats, parts, seed.wrapping_add(1));
        prop_assert_eq!(outside(&other, &beats, parts), outside(&DRAFT, &beats, parts));
    }

    #[test]
    fn regions_out_of_each_others_sight_may_be_painted_in_either_order(
        early in few_bars(6),
        late in few_bars(5),
        seed in any::<u64>(),
    ) {
        // A window has eight bars: what is eight bars away is not seen.
        let late = late.start + 18 * BAR_BEATS..late.end + 18 * BAR_BEATS;
        let early_first = repaint(&repaint(&DRAFT, &early, BOTH, seed), &late, BOTH, seed);
        let late_first = repaint(&repaint(&DRAFT, &late, BOTH, seed), &early, BOTH, seed);
        prop_assert_eq!(early_first.score, late_first.score);
    }
}
