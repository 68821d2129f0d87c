use super::*;
use crate::video::frame::{Frame, scene_level};

const RATE_HZ: f64 = 24.0;

/// Finds the transitions of a clip of `count` frames at `rate_hz`; `frame` draws the one at a time.
fn found(rate_hz: f64, seconds: f64, frame: impl Fn(f32) -> Frame) -> Vec<Transition> {
    let mut finder = TransitionFinder::new();
    for index in 0..(seconds * rate_hz) as usize {
        let time = index as f64 / rate_hz;
        finder.push(Seconds(time), &Rc::new(Signature::of(&frame(time as f32))));
    }
    finder.finish(&[], Seconds(seconds))
}

/// Draws a mixture of scenes, of which the first moves on with time.
fn mixture(time: f32, share: f32) -> Frame {
    Frame::draw(|x, y| {
        let (x, y) = (x as f32, y as f32);
        let old = scene_level(1, x + 2.0 * time, y);
        [((1.0 - share) * old + share * scene_level(4, x, y)) as u8; 3]
    })
}

fn assert_one(found: &[Transition], kind: TransitionKind, start: f64, end: f64) {
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].kind, kind);
    let (Seconds(from), Seconds(to)) = (found[0].start, found[0].end);
    assert!(
        (from - start).abs() < 0.1 && (to - end).abs() < 0.1,
        "{found:?}"
    );
}

#[test]
fn dissolves_from_0_3_to_2_seconds_are_found_at_any_rate() {
    for (rate_hz, length) in [
        (12.0, 0.6),
        (25.0, 0.32),
        (25.0, 1.0),
        (25.0, 2.0),
        (60.0, 0.5),
    ] {
        let found = found(rate_hz, 2.7 + f64::from(length), |time| {
            mixture(time, ((time - 1.2) / length).clamp(0.0, 1.0))
        });
        assert_one(
            &found,
            TransitionKind::Dissolve,
            1.2,
            1.2 + f64::from(length),
        );
    }
}

#[test]
fn fades_out_and_in_are_found() {
    let gain = |time: f32| ((2.0 - time).abs() - 0.3).clamp(0.0, 1.0);
    let found = found(RATE_HZ, 5.0, |time| {
        Frame::scene(1 + u32::from(time > 2.0), 6.0 * time, gain(time))
    });
    assert_one(&found[..1], TransitionKind::FadeOut, 0.7, 1.7);
    assert_one(&found[1..], TransitionKind::FadeIn, 2.3, 3.3);
}

#[test]
fn a_fade_from_white_is_one() {
    let found = found(RATE_HZ, 4.0, |time| {
        let share = (time - 1.0).clamp(0.0, 1.0);
        Frame::draw(|x, y| {
            let level = scene_level(3, x as f32, y as f32);
            [(255.0 + share * (level - 255.0)) as u8; 3]
        })
    });
    assert_one(&found, TransitionKind::FadeIn, 1.0, 2.0);
}

#[test]
fn cuts_pans_flashes_and_changes_of_light_are_none() {
    let cut = |time: f32| Frame::scene(1 + u32::from(time > 2.0), 0.0, 1.0);
    let pan = |time: f32| Frame::scene(3, 20.0 * time, 1.0);
    let fast_pan = |time: f32| Frame::scene(3, 60.0 * (time - 1.0).clamp(0.0, 1.0), 1.0);
    let flash = |time: f32| match time {
        2.0..2.1 => Frame::draw(|_, _| [255; 3]),
        _ => Frame::scene(1, 0.0, 1.0),
    };
    let light = |time: f32| Frame::scene(1, 3.0 * time, 0.4 + 0.6 * (time - 1.0).clamp(0.0, 1.0));
    assert_eq!(found(RATE_HZ, 5.0, cut), []);
    assert_eq!(found(RATE_HZ, 5.0, pan), []);
    assert_eq!(found(RATE_HZ, 5.0, fast_pan), []);
    assert_eq!(found(RATE_HZ, 5.0, flash), []);
    assert_eq!(found(RATE_HZ, 5.0, light), []);
}

#[test]
fn fades_that_adjoin_are_two() {
    let found = found(RATE_HZ, 4.0, |time| {
        Frame::scene(
            1 + u32::from(time > 2.0),
            0.0,
            (2.0 - time).abs().min(0.5) * 2.0,
        )
    });
    assert_one(&found[..1], TransitionKind::FadeOut, 1.5, 2.0);
    assert_one(&found[1..], TransitionKind::FadeIn, 2.0, 2.5);
}

#[test]
fn a_title_that_appears_on_a_picture_is_none() {
    let found = found(RATE_HZ, 4.0, |time| {
        let share = (time - 1.5).clamp(0.0, 1.0);
        Frame::draw(|x, y| {
            let level = scene_level(2, x as f32, y as f32);
            let is_title = (24..72).contains(&x) && (14..38).contains(&y) && x / 4 % 2 == 0;
            let title = if is_title { share } else { 0.0 };
            [(level + title * (255.0 - level)) as u8; 3]
        })
    });
    assert_eq!(found, []);
}

#[test]
fn a_transition_with_a_cut_in_it_is_none() {
    let mut finder = TransitionFinder::new();
    for index in 0..96 {
        let time = index as f32 / 24.0;
        let frame = mixture(time, (time - 1.5).clamp(0.0, 1.0));
        finder.push(Seconds(time.into()), &Rc::new(Signature::of(&frame)));
    }
    assert_eq!(finder.finish(&[Seconds(2.0)], Seconds(4.0)), []);
}

#[test]
fn transitions_are_put_in_order_and_cut_off_where_the_next_begins() {
    let transition = |start, end| Transition {
        start: Seconds(start),
        end: Seconds(end),
        kind: TransitionKind::Dissolve,
    };
    let mut transitions = vec![transition(3.0, 9.0), transition(-0.1, 3.5)];
    in_order(&mut transitions, Seconds(4.0));
    assert_eq!(transitions, [transition(0.0, 3.0), transition(3.0, 4.0)]);
}
