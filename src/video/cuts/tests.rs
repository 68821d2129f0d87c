use super::*;
use crate::video::frame::{Frame, scene_level};

const RATE_HZ: f64 = 24.0;

fn cuts_of(frames: impl IntoIterator<Item = Frame>) -> Vec<usize> {
    cuts_at(RATE_HZ, frames)
}

fn cuts_at(rate_hz: f64, frames: impl IntoIterator<Item = Frame>) -> Vec<usize> {
    let mut finder = CutFinder::new();
    for (index, frame) in frames.into_iter().enumerate() {
        let signature = Rc::new(Signature::of(&frame));
        finder.push(Seconds(index as f64 / rate_hz), &signature);
    }
    finder.finish()
}

#[test]
fn a_hard_cut_is_found_at_the_first_frame_of_the_new_shot() {
    let frames = (0..40).map(|i| Frame::scene(1 + i / 20, i as f32, 1.0));
    assert_eq!(cuts_of(frames), [20]);
}

#[test]
fn a_cut_between_dark_shots_is_found() {
    let frames = (0..40).map(|i| Frame::scene(1 + i / 20, 0.5 * i as f32, 0.15));
    assert_eq!(cuts_of(frames), [20]);
}

#[test]
fn fades_are_not_cuts() {
    let frames = (0..72).map(|i| {
        let gain = match i {
            0..24 => 1.0 - i as f32 / 24.0,
            24..48 => 0.0,
            _ => (i - 48) as f32 / 24.0,
        };
        Frame::scene(1 + i / 36, 0.0, gain)
    });
    assert_eq!(cuts_of(frames), [0; 0]);
}

#[test]
fn a_dissolve_is_not_a_cut() {
    let frames = (0..60).map(|i| {
        let new = ((i as f32 - 24.0) / 12.0).clamp(0.0, 1.0);
        Frame::draw(|x, y| {
            let (x, y) = (x as f32, y as f32);
            [((1.0 - new) * scene_level(1, x, y) + new * scene_level(4, x, y)) as u8; 3]
        })
    });
    assert_eq!(cuts_of(frames), [0; 0]);
}

#[test]
fn flashes_and_strobes_are_not_cuts() {
    let white = || Frame::draw(|_, _| [255; 3]);
    let flash = (0..48).map(|i| {
        if i / 3 == 7 {
            white()
        } else {
            Frame::scene(1, i as f32, 1.0)
        }
    });
    assert_eq!(cuts_of(flash), [0; 0]);
    let strobe = (0..48).map(|i| {
        if i % 4 < 2 {
            white()
        } else {
            Frame::scene(1, 0.0, 1.0)
        }
    });
    assert_eq!(cuts_of(strobe), [0; 0]);
}

#[test]
fn a_cut_soon_after_a_flash_is_found() {
    let frames = (0..48).map(|i| match i {
        16..18 => Frame::draw(|_, _| [255; 3]),
        _ => Frame::scene(1 + i / 24, 0.0, 1.0),
    });
    assert_eq!(cuts_of(frames), [24]);
}

#[test]
fn slow_and_fast_pans_are_not_cuts() {
    for pixels_a_frame in [0.5, 4.0, 15.0] {
        let frames = (0..48).map(|i| {
            let moving = (i as f32 - 20.0).clamp(0.0, 16.0);
            Frame::scene(3, pixels_a_frame * moving, 1.0)
        });
        assert_eq!(cuts_of(frames), [0; 0], "{pixels_a_frame}");
    }
}

#[test]
fn cuts_every_half_second_are_all_found() {
    let frames = (0..72).map(|i| Frame::scene(1 + i / 12, 0.0, 1.0));
    assert_eq!(cuts_of(frames), [12, 24, 36, 48, 60]);
}

#[test]
fn photos_one_a_frame_are_cuts_at_any_low_rate() {
    for rate_hz in [0.5, 1.0, 2.0, 3.0] {
        // Two photos in turn, the second fainter, and then others.
        let frames = (0..12).map(|i| match i {
            0..8 => Frame::scene(1 + i % 2, 0.0, 1.0 - 0.5 * (i % 2) as f32),
            _ => Frame::scene(i, 0.0, 1.0),
        });
        let expected: Vec<usize> = (1..12).collect();
        assert_eq!(cuts_at(rate_hz, frames), expected, "{rate_hz}");
    }
}

#[test]
fn the_same_flash_is_no_cut_at_any_rate() {
    for rate_hz in [12.0, 24.0, 60.0, 120.0] {
        let frames = (0..(2.0 * rate_hz) as usize).map(|i| {
            let time = i as f64 / rate_hz;
            if (1.0..1.2).contains(&time) {
                Frame::draw(|_, _| [255; 3])
            } else {
                Frame::scene(1, 0.0, 1.0)
            }
        });
        assert_eq!(cuts_at(rate_hz, frames), [0; 0], "{rate_hz}");
    }
}

#[test]
fn a_single_frame_or_none_has_no_cut() {
    assert_eq!(cuts_of([]), [0; 0]);
    assert_eq!(cuts_of([Frame::scene(1, 0.0, 1.0)]), [0; 0]);
}
