//! Makes clips with `ffmpeg` and checks their analysis.

use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::{env, thread};

use diff_bgm::Result;
use diff_bgm::features::{ClipFeatures, PictureMeasure, Transition, TransitionKind};
use diff_bgm::video::{Analysis, ShotFinder, analyse_if};

use crate::ffmpeg::make_film;

/// Makes a clip with `ffmpeg` options, which are separated by spaces.
pub(crate) fn make_clip(folder: &Path, name: impl AsRef<OsStr>, options: &str) -> PathBuf {
    let path = folder.join(name.as_ref());
    make_film(&path, options.split_whitespace());
    path
}

pub(crate) fn analyse_file(path: &Path) -> Result<ClipFeatures> {
    Ok(analyse_with_warnings(path)?.features)
}

pub(crate) fn analyse_with_warnings(path: &Path) -> Result<Analysis> {
    let go_on = &mut |_| ControlFlow::Continue(());
    analyse_if(path, shot_finder(), &|_| Ok(()), go_on)
}

/// Returns what is to find the shots: the quick way, unless the environment says `DIFF_BGM_SHOTS=network`. The tests that
/// compare what is found then print that, with the name of the clip, and do not fail where it is not what is true.
fn shot_finder() -> ShotFinder {
    let name = env::var("DIFF_BGM_SHOTS");
    name.map_or(ShotFinder::Quick, |name| name.parse().unwrap())
}

/// Asserts that what was found in a clip is what is true of it.
#[track_caller]
pub(crate) fn assert_found(is_true: bool, clip: &str, found: &str) {
    match shot_finder() {
        ShotFinder::Quick => assert!(is_true, "{clip}: {found}"),
        ShotFinder::Network => {
            let test = thread::current().name().unwrap_or_default().to_owned();
            let verdict = if is_true { "true" } else { "not true" };
            println!("{verdict}\t{test}\t{clip}\t{found}");
        }
    }
}

/// Asserts that the cuts are at `expected` seconds, to within half a frame.
#[track_caller]
pub(crate) fn assert_cuts(name: &str, clip: &ClipFeatures, expected: &[f64]) {
    assert_cuts_within(name, clip, expected, 0.5 / clip.frame_rate_hz);
}

/// Asserts that the cuts are at `expected` seconds, to within `tolerance` seconds.
#[track_caller]
pub(crate) fn assert_cuts_within(
    name: &str,
    clip: &ClipFeatures,
    expected: &[f64],
    tolerance: f64,
) {
    let found: Vec<f64> = clip.shots.iter().map(|cut| cut.0).collect();
    let is_true = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(found, expected)| (found - expected).abs() < tolerance);
    let cuts = format!("cuts at {found:.3?}, true are {expected:.3?}");
    assert_found(is_true, name, &cuts);
}

/// Asserts that a clip has these transitions: kind, start and end in seconds. Each starts and ends within a tenth of a
/// second, or of its length.
#[track_caller]
pub(crate) fn assert_transitions(
    name: &str,
    clip: &ClipFeatures,
    expected: &[(TransitionKind, f64, f64)],
) {
    let is_near = |found: &Transition, &(kind, start, end): &(TransitionKind, f64, f64)| {
        let tolerance = 0.1 * (end - start).max(1.0);
        found.kind == kind
            && (found.start.0 - start).abs() < tolerance
            && (found.end.0 - end).abs() < tolerance
    };
    let found = &clip.transitions;
    let is_true = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(found, expected)| is_near(found, expected));
    let label = |kind: TransitionKind, start: f64, end: f64| {
        format!("{} {start:.2} to {end:.2}", kind.name())
    };
    let found = found.iter().map(|t| label(t.kind, t.start.0, t.end.0));
    let expected = expected
        .iter()
        .map(|&(kind, start, end)| label(kind, start, end));
    let both = [found.collect(), expected.collect()].map(|labels: Vec<_>| labels.join(", "));
    let transitions = format!("transitions {:?}, true are {:?}", both[0], both[1]);
    assert_found(is_true, name, &transitions);
}

pub(crate) fn mean(clip: &ClipFeatures, measure: PictureMeasure) -> f32 {
    let measures = clip.measures.as_ref().unwrap();
    measures.column(measure).unwrap().sum::<f32>() / measures.rows() as f32
}

pub(crate) fn message(result: Result<ClipFeatures>) -> String {
    result.unwrap_err().to_string()
}
