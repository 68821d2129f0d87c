//! One decoded picture with its bars, at twice the size of the frames that are cut out of it.

use super::frame::{self, FRAME_BYTES, Frame};

/// Width of a picture in pixels, regardless of the clip's size.
pub(crate) const WIDTH: usize = 2 * frame::WIDTH;
/// Height of a picture in pixels, regardless of the clip's size.
pub(crate) const HEIGHT: usize = 2 * frame::HEIGHT;
/// Size of a picture in bytes: red, green and blue of every pixel.
pub(crate) const PICTURE_BYTES: usize = WIDTH * HEIGHT * 3;

/// A picture of [`WIDTH`] × [`HEIGHT`] pixels.
#[derive(Clone)]
pub(crate) struct Picture {
    rgb: Vec<[u8; 3]>,
}

/// The part of a picture inside its bars, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// The first column inside.
    pub(crate) left: usize,
    /// The first row inside.
    pub(crate) top: usize,
    /// The first column to the right of it.
    pub(crate) right: usize,
    /// The first row below it.
    pub(crate) bottom: usize,
}

impl Window {
    /// The whole picture.
    pub(crate) const FULL: Self = Self {
        left: 0,
        top: 0,
        right: WIDTH,
        bottom: HEIGHT,
    };

    /// Returns how much wider it is than the picture, each in proportion to its height.
    pub(crate) fn aspect(self) -> f64 {
        let share =
            |from: usize, to: usize, whole: usize| to.saturating_sub(from) as f64 / whole as f64;
        share(self.left, self.right, WIDTH) / share(self.top, self.bottom, HEIGHT)
    }

    /// Returns whether all sides lie within `pixels` of another window's.
    pub(crate) fn is_near(self, other: Self, pixels: usize) -> bool {
        let sides = |window: Self| [window.left, window.top, window.right, window.bottom];
        sides(self)
            .into_iter()
            .zip(sides(other))
            .all(|(here, there)| here.abs_diff(there) <= pixels)
    }
}

impl Picture {
    /// Makes a picture from RGB bytes, row by row.
    pub(crate) fn from_bytes(bytes: &[u8; PICTURE_BYTES]) -> Self {
        let (rgb, _) = bytes.as_chunks::<3>();
        Self { rgb: rgb.to_vec() }
    }

    /// Returns the pixels, row by row.
    pub(crate) fn pixels(&self) -> &[[u8; 3]] {
        &self.rgb
    }

    /// Returns the level of every pixel, 0 to 255, row by row: the largest of its colours if `brightest`, otherwise the
    /// smallest.
    pub(crate) fn levels(&self, brightest: bool) -> Vec<u8> {
        let mut levels = vec![0; self.rgb.len()];
        let pixels = levels.iter_mut().zip(&self.rgb);
        if brightest {
            pixels.for_each(|(level, &[red, green, blue])| *level = red.max(green).max(blue));
        } else {
            pixels.for_each(|(level, &[red, green, blue])| *level = red.min(green).min(blue));
        }
        levels
    }

    /// Cuts a window out and scales it to the size of a frame by averaging areas.
    pub(crate) fn frame(&self, window: Window) -> Frame {
        if window == Window::FULL {
            return self.halved();
        }
        let columns = spans(window.left, window.right, frame::WIDTH);
        let rows = spans(window.top, window.bottom, frame::HEIGHT);
        let levels = self.rgb.as_flattened();
        let mut bytes = [0; FRAME_BYTES];
        let (pixels, _) = bytes.as_chunks_mut::<3>();
        for (pixels, row) in pixels.chunks_exact_mut(frame::WIDTH).zip(&rows) {
            let mut line = [0.0_f32; 3 * WIDTH];
            for (y, height) in row.pixels() {
                for (sum, &level) in line.iter_mut().zip(&levels[3 * WIDTH * y..]) {
                    *sum += height * f32::from(level);
                }
            }
            let (line, _) = line.as_chunks::<3>();
            for (pixel, column) in pixels.iter_mut().zip(&columns) {
                let mut sums = [0.0_f32; 3];
                for (x, width) in column.pixels() {
                    for (sum, colour) in sums.iter_mut().zip(line[x]) {
                        *sum += width * colour;
                    }
                }
                for (level, sum) in pixel.iter_mut().zip(sums) {
                    // Half a level more, cut off: levels are not negative.
                    *level = (sum / (row.length * column.length) + 0.5) as u8;
                }
            }
        }
        Frame::from_bytes(&bytes)
    }

    /// Scales the whole picture to the size of a frame by averaging squares of four pixels.
    fn halved(&self) -> Frame {
        let mut bytes = [0; FRAME_BYTES];
        let lines = self.rgb.as_flattened().chunks_exact(2 * 3 * WIDTH);
        for (line, pair) in bytes.chunks_exact_mut(3 * frame::WIDTH).zip(lines) {
            let (upper, lower) = pair.split_at(3 * WIDTH);
            let mut sums = [0_u16; 3 * WIDTH];
            for ((sum, &upper), &lower) in sums.iter_mut().zip(upper).zip(lower) {
                *sum = u16::from(upper) + u16::from(lower);
            }
            let (pixels, _) = line.as_chunks_mut::<3>();
            for (pixel, sums) in pixels.iter_mut().zip(sums.as_chunks::<6>().0) {
                for channel in 0..3 {
                    pixel[channel] = ((sums[channel] + sums[channel + 3] + 2) / 4) as u8;
                }
            }
        }
        Frame::from_bytes(&bytes)
    }

    /// Draws a picture whose pixel at column `x` and row `y` is `colour(x, y)`.
    #[cfg(test)]
    pub(crate) fn draw(colour: impl Fn(usize, usize) -> [u8; 3]) -> Self {
        Self {
            rgb: (0..WIDTH * HEIGHT)
                .map(|pixel| colour(pixel % WIDTH, pixel / WIDTH))
                .collect(),
        }
    }
}

/// A stretch of a row or column that becomes one pixel.
struct Span {
    start: f32,
    length: f32,
    /// The last pixel that it may touch.
    last: usize,
}

impl Span {
    /// Returns the pixels that the span touches, with the length of each that lies within it.
    fn pixels(&self) -> impl Iterator<Item = (usize, f32)> + use<> {
        let (start, end) = (self.start, self.start + self.length);
        let (first, last) = (start as usize, ((end - 1e-3) as usize).min(self.last));
        (first..=last).map(move |at| {
            let covered = end.min((at + 1) as f32) - start.max(at as f32);
            (at, covered)
        })
    }
}

/// Divides the pixels from `start` to `end` into `count` equal spans.
fn spans(start: usize, end: usize, count: usize) -> Vec<Span> {
    let length = (end - start) as f32 / count as f32;
    (0..count)
        .map(|at| Span {
            start: start as f32 + at as f32 * length,
            length,
            last: end - 1,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_the_whole_picture_averages_four_pixels_each() {
        let picture = Picture::draw(|x, y| [(x % 2 * 100) as u8, (y % 2 * 60) as u8, x as u8]);
        let frame = picture.frame(Window::FULL);
        assert_eq!(frame.rgb[0], [50, 30, 1]);
        assert_eq!(frame.rgb[frame::WIDTH + 5], [50, 30, 11]);
    }

    #[test]
    fn a_window_a_pixel_smaller_than_the_picture_shows_nearly_what_the_whole_picture_does() {
        let picture = Picture::draw(|x, y| [x as u8, y as u8, ((x + y) / 2) as u8]);
        let smaller = Window {
            right: WIDTH - 1,
            bottom: HEIGHT - 1,
            ..Window::FULL
        };
        let (whole, part) = (picture.frame(Window::FULL), picture.frame(smaller));
        for (whole, part) in whole.rgb.as_flattened().iter().zip(part.rgb.as_flattened()) {
            assert!(whole.abs_diff(*part) <= 2, "{whole} {part}");
        }
    }

    #[test]
    fn a_frame_of_a_window_shows_nothing_from_outside_it() {
        let window = Window {
            left: 37,
            top: 23,
            right: 151,
            bottom: 85,
        };
        let inside = |x, y| (37..151).contains(&x) && (23..85).contains(&y);
        let picture = Picture::draw(|x, y| [if inside(x, y) { 200 } else { 0 }; 3]);
        let frame = picture.frame(window);
        assert!(frame.rgb.iter().all(|&pixel| pixel == [200; 3]));
    }
}
