//! Finds black or white bars around the picture, which hold still while the picture changes.
//!
//! A picture votes for the inset of each of its sides if it shows a lit area with straight, sharp edges. Dark scenes,
//! fades, titles and objects on black have no such edges and do not vote. A side has a bar if more pictures vote for
//! about one inset than for a picture that reaches further out.

use super::picture::{HEIGHT, Picture, WIDTH, Window};

/// Levels up to this one count as black, and those as far from the top as white.
const BAR_LEVEL: u8 = 24;
/// A row or column is lit if it has this share of the lit pixels of the fullest one.
const LIT_SHARE: f32 = 0.6;
/// Just outside a sharp edge, rows and columns have at most this share.
const EDGE_SHARE: f32 = 0.1;
/// An edge may be blurred over this many pixels.
const EDGE_PIXELS: usize = 2;
/// At least this share of the area inside the edges is lit, which text is not.
const INSIDE_SHARE: f32 = 0.6;
/// The smallest window, as a share of the picture's width or height.
const SMALLEST_SHARE: f32 = 0.25;

/// Counts the votes of pictures.
pub(crate) struct BarFinder {
    /// Votes for each inset of the left and the right side.
    across: [Vec<u32>; 2],
    /// Votes for each inset of the top and the bottom side.
    down: [Vec<u32>; 2],
}

impl BarFinder {
    pub(crate) fn new() -> Self {
        Self {
            across: std::array::from_fn(|_| vec![0; WIDTH]),
            down: std::array::from_fn(|_| vec![0; HEIGHT]),
        }
    }

    /// Takes the next picture's votes.
    pub(crate) fn push(&mut self, picture: &Picture) {
        let black = lit_window(&picture.levels(true), |level| level > BAR_LEVEL);
        let window = match black {
            Some(window) if window != Window::FULL => Some(window),
            // Where black shows no bars, white may.
            full_or_none => white_window(picture).or(full_or_none),
        };
        if let Some(window) = window {
            self.across[0][window.left] += 1;
            self.across[1][WIDTH - window.right] += 1;
            self.down[0][window.top] += 1;
            self.down[1][HEIGHT - window.bottom] += 1;
        }
    }

    /// Returns the part of the picture inside the bars, as far as the pictures so far tell.
    pub(crate) fn window(&self) -> Window {
        Window {
            left: inset(&self.across[0]),
            top: inset(&self.down[0]),
            right: WIDTH - inset(&self.across[1]),
            bottom: HEIGHT - inset(&self.down[1]),
        }
    }
}

/// Returns the width of a side's bar by its votes, including a blurred edge; 0 if it has none.
fn inset(votes: &[u32]) -> usize {
    let support = |inset: usize| votes[inset - 1..(inset + 2).min(votes.len())].iter().sum();
    let most = (2..votes.len()).max_by_key(|&inset| {
        let support: u32 = support(inset);
        // Of neighbours with the same support, the one in their middle.
        (support, votes[inset])
    });
    let Some(inset) = most else { return 0 };
    let further_out: u32 = votes[..inset - 1].iter().sum();
    if support(inset) > further_out {
        inset + 1
    } else {
        0
    }
}

/// Returns the area inside white bars if there are any.
fn white_window(picture: &Picture) -> Option<Window> {
    let is_lit = |level: u8| level < 255 - BAR_LEVEL;
    let pixels = picture.pixels();
    let share_of_lit = |start: usize, step: usize, count: usize| {
        let border = pixels[start..].iter().step_by(step).take(count);
        let lit = border.filter(|&&[red, green, blue]| is_lit(red.min(green).min(blue)));
        lit.count() as f32 / count as f32
    };
    let borders = [
        share_of_lit(0, 1, WIDTH),
        share_of_lit((HEIGHT - 1) * WIDTH, 1, WIDTH),
        share_of_lit(0, WIDTH, HEIGHT),
        share_of_lit(WIDTH - 1, WIDTH, HEIGHT),
    ];
    // Most pictures are lit at every border, so that there is nothing to look for.
    if borders.iter().all(|&share| share >= LIT_SHARE) {
        return None;
    }
    lit_window(&picture.levels(false), is_lit).filter(|&window| window != Window::FULL)
}

/// Returns the area of lit pixels if it has straight and sharp edges.
fn lit_window(levels: &[u8], is_lit: impl Fn(u8) -> bool) -> Option<Window> {
    let mut rows = [0_u32; HEIGHT];
    let mut columns = [0_u32; WIDTH];
    for (line, row) in levels.chunks_exact(WIDTH).zip(&mut rows) {
        for (&level, column) in line.iter().zip(&mut columns) {
            let lit = u32::from(is_lit(level));
            *row += lit;
            *column += lit;
        }
    }
    let (top, bottom) = sharp_edges(&rows)?;
    let (left, right) = sharp_edges(&columns)?;
    let lit: u32 = (top..bottom)
        .map(|y| {
            let inside = levels[y * WIDTH + left..y * WIDTH + right].iter();
            inside.map(|&level| u32::from(is_lit(level))).sum::<u32>()
        })
        .sum();
    let (width, height) = (right - left, bottom - top);
    let is_large = width as f32 >= SMALLEST_SHARE * WIDTH as f32
        && height as f32 >= SMALLEST_SHARE * HEIGHT as f32;
    (is_large && lit as f32 >= INSIDE_SHARE * (width * height) as f32).then_some(Window {
        left,
        top,
        right,
        bottom,
    })
}

/// Returns the first lit row and the end of the last, if both have sharp edges or reach the border; the same for columns.
fn sharp_edges(lit: &[u32]) -> Option<(usize, usize)> {
    let fullest = lit.iter().copied().max().filter(|&most| most > 0)? as f32;
    let is_lit = |&count: &u32| count as f32 >= LIT_SHARE * fullest;
    let first = lit.iter().position(is_lit)?;
    let last = lit.iter().rposition(is_lit)?;
    let is_dark = |at: Option<usize>| {
        at.and_then(|at| lit.get(at))
            .is_none_or(|&count| count as f32 <= EDGE_SHARE * fullest)
    };
    (is_dark(first.checked_sub(EDGE_PIXELS)) && is_dark(Some(last + EDGE_PIXELS)))
        .then_some((first, last + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::video::frame::scene_level;

    fn window_of(pictures: impl IntoIterator<Item = Picture>) -> Window {
        let mut finder = BarFinder::new();
        for picture in pictures {
            finder.push(&picture);
        }
        finder.window()
    }

    /// Draws a scene inside `window` and `bar` outside it.
    fn barred(seed: u32, window: Window, bar: u8, gain: f32) -> Picture {
        Picture::draw(|x, y| {
            let inside = (window.left..window.right).contains(&x)
                && (window.top..window.bottom).contains(&y);
            let level = 30.0 + scene_level(seed, 0.5 * x as f32, 0.5 * y as f32);
            [if inside { (gain * level) as u8 } else { bar }; 3]
        })
    }

    const LETTERBOX: Window = Window {
        left: 0,
        top: 14,
        right: WIDTH,
        bottom: HEIGHT - 14,
    };
    const HALF: Window = Window {
        left: 48,
        top: 27,
        right: 144,
        bottom: 81,
    };

    #[test]
    fn black_and_white_bars_are_found_on_any_side() {
        for window in [LETTERBOX, HALF] {
            for bar in [0, 16, 255] {
                let found = window_of((1..9).map(|seed| barred(seed, window, bar, 1.0)));
                assert!(found.is_near(window, 1), "{bar}: {found:?}");
                let inside = found.left >= window.left && found.bottom <= window.bottom;
                assert!(inside, "{found:?}");
            }
        }
    }

    #[test]
    fn a_full_picture_has_no_bars_even_if_some_scenes_are_dark_or_fade() {
        let full = (1..6).map(|seed| barred(seed, Window::FULL, 0, 1.0));
        let dark = (6..12).map(|seed| barred(seed, Window::FULL, 0, 0.1));
        let black = (0..20).map(|_| Picture::draw(|_, _| [0; 3]));
        assert_eq!(window_of(full.chain(dark).chain(black)), Window::FULL);
        assert_eq!(window_of([]), Window::FULL);
    }

    #[test]
    fn a_dark_top_that_only_few_scenes_have_is_no_bar() {
        let full = (1..8).map(|seed| barred(seed, Window::FULL, 0, 1.0));
        let dark_top = (8..11).map(|seed| barred(seed, LETTERBOX, 0, 1.0));
        assert_eq!(window_of(full.chain(dark_top)), Window::FULL);
    }

    #[test]
    fn a_countdown_in_full_before_a_film_with_bars_does_not_hide_them() {
        let countdown = (1..5).map(|seed| barred(seed, Window::FULL, 0, 1.0));
        let film = (5..25).map(|seed| barred(seed, LETTERBOX, 0, 1.0));
        assert!(window_of(countdown.chain(film)).is_near(LETTERBOX, 1));
    }

    #[test]
    fn a_timecode_burnt_into_a_bar_does_not_hide_it() {
        let film = (1..9).map(|seed| {
            let timecode = |x, y| (60..130).contains(&x) && (3..10).contains(&y) && x % 4 < 2;
            let barred = barred(seed, LETTERBOX, 0, 1.0).levels(true);
            Picture::draw(|x, y| {
                [if timecode(x, y) {
                    220
                } else {
                    barred[y * WIDTH + x]
                }; 3]
            })
        });
        assert!(window_of(film).is_near(LETTERBOX, 1));
    }

    #[test]
    fn titles_and_objects_on_black_or_white_have_no_bars() {
        for (ground, ink) in [(0, 230), (255, 20)] {
            let title = Picture::draw(|x, y| {
                let text = (40..150).contains(&x) && (40..80).contains(&y);
                let is_ink = text && x / 2 % 2 == 0 && y / 8 % 2 == 0;
                [if is_ink { ink } else { ground }; 3]
            });
            let disc = Picture::draw(|x, y| {
                let (x, y) = (x as f32 - 96.0, y as f32 - 60.0);
                [if x * x + y * y < 1200.0 { ink } else { ground }; 3]
            });
            assert_eq!(window_of([title]), Window::FULL);
            assert_eq!(window_of([disc]), Window::FULL);
        }
    }
}
