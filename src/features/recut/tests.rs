mod told;

use proptest::prelude::*;

use super::*;

use crate::features::{FINGERPRINT_WIDTH, Fingerprint, MeasureTrack, PictureMeasure};

const HZ: f64 = 25.0;

/// Returns a random number from 0 to 1 for a key.
fn random(key: u64) -> f64 {
    let mixed = (key ^ (key >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed ^ (mixed >> 32)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Returns the row of frame `frame` of the shot called `shot`, in which everything moves by `speed`.
fn row(shot: u64, frame: usize, speed: f64) -> [u8; FINGERPRINT_WIDTH] {
    std::array::from_fn(|cell| {
        let of = |key: u64| random(shot * 1_000_003 + cell as u64 * 1009 + key);
        let phase = speed * frame as f64 / HZ * (0.5 + 2.0 * of(3)) + 6.0 * of(4);
        (128.0 + 80.0 * (of(1) - 0.5) + 40.0 * of(2) * phase.sin()) as u8
    })
}

/// Returns a clip of shots: the name of each, its first frame and its number of frames.
fn film(shots: &[(u64, usize, usize)]) -> ClipFeatures {
    film_of(shots, 1.0, 0)
}

/// The same with motion of some speed, and levels off by up to `noise`.
fn film_of(shots: &[(u64, usize, usize)], speed: f64, noise: u64) -> ClipFeatures {
    let frames: Vec<_> = (shots.iter())
        .flat_map(|&(shot, first, count)| (first..first + count).map(move |at| (shot, at)))
        .collect();
    let mut values = Vec::new();
    for (at, &(shot, frame)) in frames.iter().enumerate() {
        let levels = row(shot, frame, speed).into_iter().enumerate();
        values.extend(levels.map(|(cell, level)| {
            let off = random((at * 64 + cell) as u64 + 99) * 2.0 - 1.0;
            (f64::from(level) + noise as f64 * off)
                .round()
                .clamp(0.0, 255.0) as u8
        }));
    }
    let mut cuts = Vec::new();
    let mut at = 0;
    for (_, _, count) in &shots[..shots.len() - 1] {
        at += count;
        cuts.push(Seconds(at as f64 / HZ));
    }
    ClipFeatures {
        duration: Seconds(frames.len() as f64 / HZ),
        frame_rate_hz: HZ,
        shots: cuts,
        fingerprint: Some(Fingerprint::new(HZ, values).unwrap()),
        ..ClipFeatures::default()
    }
}

/// Returns the stretches in frames: the first in the new clip, the number, and the first in the old clip.
fn frames(recut: &Recut) -> Vec<(i64, i64, Option<i64>)> {
    let frame = |seconds: Seconds| (seconds.0 * HZ).round() as i64;
    let stretches = recut.stretches.iter();
    stretches
        .map(|one| {
            let start = frame(one.new_start);
            (start, frame(one.new_end) - start, one.old_start.map(frame))
        })
        .collect()
}

fn find(old: &ClipFeatures, new: &ClipFeatures) -> Recut {
    let recut = Recut::find(old, new).unwrap();
    assert_eq!(recut.stretches[0].new_start, Seconds(0.0));
    assert_eq!(recut.stretches.last().unwrap().new_end, new.duration);
    for pair in recut.stretches.windows(2) {
        assert_eq!(pair[0].new_end, pair[1].new_start);
    }
    recut
}

fn old() -> ClipFeatures {
    film(&[
        (1, 0, 100),
        (2, 0, 130),
        (3, 0, 75),
        (4, 0, 110),
        (5, 0, 60),
    ])
}

#[test]
fn a_clip_is_its_own_recut() {
    let recut = find(&old(), &old());
    assert!(recut.is_identity());
    assert_eq!(frames(&recut), [(0, 475, Some(0))]);
    assert_eq!(recut.summary(), "5 shots kept");
    assert_eq!(recut.new_times(Seconds(19.0)), [Seconds(19.0)]);
    assert_eq!(recut.new_times(Seconds(0.0)), [Seconds(0.0)]);
}

#[test]
fn a_noisy_clip_of_other_levels_is_the_same() {
    let noisy = film_of(
        &[
            (1, 0, 100),
            (2, 0, 130),
            (3, 0, 75),
            (4, 0, 110),
            (5, 0, 60),
        ],
        1.0,
        6,
    );
    assert!(find(&old(), &noisy).is_identity());
}

#[test]
fn a_clip_in_which_nothing_moves_is_the_same() {
    let still = film_of(&[(1, 0, 100), (2, 0, 130), (3, 0, 75)], 0.0, 2);
    assert!(find(&still, &still).is_identity());
    let shorter = film_of(&[(1, 0, 100), (2, 0, 80), (3, 0, 75)], 0.0, 2);
    let recut = find(&still, &shorter);
    assert_eq!(
        frames(&recut),
        [(0, 180, Some(0)), (180, 75, Some(230))],
        "{recut:?}"
    );
}

#[test]
fn shots_are_found_shortened_swapped_removed_and_new() {
    let new = film(&[(1, 0, 100), (3, 0, 75), (2, 17, 80), (9, 0, 50), (5, 0, 60)]);
    let recut = find(&old(), &new);
    let expected = [
        (0, 100, Some(0)),
        (100, 75, Some(230)),
        (175, 80, Some(117)),
        (255, 50, None),
        (305, 60, Some(415)),
    ];
    assert_eq!(frames(&recut), expected);
    assert_eq!(
        recut.summary(),
        "1 shot kept, 2 moved, 1 shortened, 1 new, 1 removed"
    );
    let lines: Vec<String> = recut.pieces().iter().map(Piece::to_string).collect();
    assert_eq!(
        lines,
        [
            "0:00.00–0:04.00    kept     ",
            "0:04.00–0:07.00    moved      from 0:09.20–0:12.20, 5.20 s earlier",
            "0:07.00–0:10.20    shortened  from 0:04.68–0:07.88, 2.32 s later",
            "0:10.20–0:12.20    new      ",
            "0:12.20–0:14.60    moved      from 0:16.60–0:19.00, 4.40 s earlier",
            "                   removed    was 0:12.20–0:16.60",
        ]
    );
    for (old, new) in [(5.0, 7.32), (9.2, 4.0), (19.0, 14.6)] {
        let [time] = recut.new_times(Seconds(old))[..] else {
            panic!("{old}");
        };
        assert!((time.0 - new).abs() < 1e-9, "{old} {time:?}");
    }
    assert_eq!(recut.new_times(Seconds(13.0)), []);
    assert_eq!(recut.old_time(Seconds(11.0)), None);
}

#[test]
fn shots_are_found_repeated_and_split() {
    let new = film(&[(2, 0, 60), (1, 0, 100), (2, 60, 70), (1, 0, 100)]);
    let recut = find(&old(), &new);
    let expected = [
        (0, 60, Some(100)),
        (60, 100, Some(0)),
        (160, 70, Some(160)),
        (230, 100, Some(0)),
    ];
    assert_eq!(frames(&recut), expected);
    let again = recut.new_times(Seconds(1.0)).into_iter();
    let again: Vec<f64> = again.map(|time| (time.0 * HZ).round()).collect();
    assert_eq!(again, [85.0, 255.0]);
}

#[test]
fn a_hole_within_a_shot_is_found_without_a_cut() {
    let mut new = film(&[(1, 0, 100), (2, 0, 50), (2, 90, 40), (3, 0, 75)]);
    new.shots.remove(1);
    let recut = find(&old(), &new);
    let [_, hole] = frames(&recut)[..] else {
        panic!("{recut:?}");
    };
    assert!((hole.0 - 150).abs() <= 1, "{recut:?}");
    assert_eq!(hole.2.unwrap() - hole.0, 40);
}

#[test]
fn another_frame_rate_does_not_matter() {
    let mut half = old();
    let fingerprint = half.fingerprint.unwrap();
    half.fingerprint = Some(fingerprint.thinned(fingerprint.rows() / 2));
    for recut in [find(&old(), &half), find(&half, &old())] {
        assert!(recut.is_identity(), "{recut:?}");
    }
}

/// Returns the clip with measures of its picture instead of fingerprints, at eight rows a second.
fn measured(clip: &ClipFeatures) -> ClipFeatures {
    let fingerprint = clip.fingerprint.as_ref().unwrap();
    let rows = (clip.duration.0 * 8.0).ceil() as usize;
    let values = (0..rows).flat_map(|row| {
        let frame = ((row as f64 + 0.5) / 8.0 * HZ) as usize;
        let first = frame.min(fingerprint.rows() - 1) * FINGERPRINT_WIDTH;
        let levels = &fingerprint.values()[first..first + PictureMeasure::MEASURED.len()];
        levels
            .iter()
            .map(|&level| f32::from(level) / 255.0)
            .collect::<Vec<_>>()
    });
    let measures = MeasureTrack::new(8.0, PictureMeasure::MEASURED, values.collect());
    ClipFeatures {
        measures: Some(measures.unwrap()),
        fingerprint: None,
        ..clip.clone()
    }
}

#[test]
fn clips_without_fingerprints_are_compared_by_their_measures() {
    let new = film(&[(1, 0, 100), (3, 0, 75), (2, 0, 100), (5, 0, 60)]);
    let recut = find(&measured(&old()), &measured(&new));
    assert_eq!(recut.basis, Basis::Measures);
    let expected = [
        (0, 100, Some(0)),
        (100, 75, Some(230)),
        (175, 100, Some(100)),
        (275, 60, Some(415)),
    ];
    assert_eq!(frames(&recut), expected);
    let bare = ClipFeatures {
        measures: None,
        ..measured(&old())
    };
    let refused = Recut::find(&bare, &old()).unwrap_err().to_string();
    assert!(refused.contains("bgm features"), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn shots_in_any_order_are_found_again(
        order in Just((1..=8_u64).collect::<Vec<_>>()).prop_shuffle(),
        lengths in prop::collection::vec(20..90_usize, 8),
        noise in 0..5_u64,
    ) {
        let shots: Vec<_> = (1..=8).map(|shot| (shot, 0, lengths[shot as usize - 1])).collect();
        let old = film(&shots);
        let new: Vec<_> = order.iter().map(|&shot| shots[shot as usize - 1]).collect();
        let recut = find(&old, &film_of(&new, 1.0, noise));
        let first_of = |shot: u64| lengths[..shot as usize - 1].iter().sum::<usize>();
        let mut at = 0;
        for &shot in &order {
            let length = lengths[shot as usize - 1];
            let middle = |first: usize| Seconds((first as f64 + length as f64 / 2.0) / HZ);
            let was = recut.old_time(middle(at)).expect("the shot is an old one");
            prop_assert!((was.0 - middle(first_of(shot)).0).abs() < 1e-6, "{:?}", recut);
            at += length;
        }
        prop_assert_eq!(recut.count(Fate::New) + recut.count(Fate::Removed), 0);
        prop_assert_eq!(recut.count(Fate::Shortened), 0);
    }

    #[test]
    fn every_time_of_the_new_clip_comes_back_from_the_old_one(
        order in prop::collection::vec((1..=5_u64, 0..20_usize, 30..60_usize), 1..7),
        at in 0.0..1.0_f64,
    ) {
        let new = film(&order);
        let recut = find(&old(), &new);
        let at = Seconds(at * new.duration.0);
        if let Some(was) = recut.old_time(at) {
            let times = recut.new_times(was);
            let near = times.iter().any(|time| (time.0 - at.0).abs() <= 0.5 / HZ + 1e-6);
            // The last half frame before a cut counts to what follows.
            let ends = recut.stretches.iter().any(|one| (one.new_end.0 - at.0).abs() <= 0.5 / HZ + 1e-6);
            prop_assert!(near || ends, "{} {:?} {:?}", at.0, times, recut);
        }
    }
}
