//! One decoded frame, scaled to the size at which everything is measured.

use super::sums::sum;

/// Width of a frame in pixels, regardless of the clip's size.
pub(crate) const WIDTH: usize = 96;
/// Height of a frame in pixels, regardless of the clip's size.
pub(crate) const HEIGHT: usize = 54;
/// Size of a frame in bytes: red, green and blue of every pixel.
pub(crate) const FRAME_BYTES: usize = WIDTH * HEIGHT * 3;

/// Steps in which luma is counted.
pub(crate) const LUMA_STEPS: usize = 64;

/// A frame of [`WIDTH`] × [`HEIGHT`] pixels.
pub(crate) struct Frame {
    /// Red, green and blue of every pixel, gamma-encoded as in the clip, row by row.
    pub(crate) rgb: Vec<[u8; 3]>,
    /// Luma of every pixel, 0 to 1: Y′ of ITU-R BT.709, a weighted sum of the gamma-encoded colours.
    pub(crate) luma: Vec<f32>,
}

impl Frame {
    /// Makes a frame from RGB bytes, row by row.
    pub(crate) fn from_bytes(bytes: &[u8; FRAME_BYTES]) -> Self {
        let (rgb, _) = bytes.as_chunks::<3>();
        Self {
            rgb: rgb.to_vec(),
            luma: rgb.iter().copied().map(luma).collect(),
        }
    }

    /// Returns the mean luma, 0 (black) to 1 (white); it is gamma-encoded, so that equal steps look about equal.
    pub(crate) fn brightness(&self) -> f32 {
        sum(&self.luma, |luma| luma) / self.luma.len() as f32
    }

    /// Returns how many pixels have each of [`LUMA_STEPS`] steps of luma, from black to white.
    pub(crate) fn luma_counts(&self) -> [u32; LUMA_STEPS] {
        let mut counts = [0; LUMA_STEPS];
        for &luma in &self.luma {
            counts[luma_step(luma)] += 1;
        }
        counts
    }

    /// Returns the standard deviation of luma, 0 to 1.
    pub(crate) fn contrast(&self) -> f32 {
        let count = self.luma.len() as f32;
        let mean = self.brightness();
        (sum(&self.luma, |luma| (luma - mean) * (luma - mean)) / count).sqrt()
    }

    /// Draws a frame whose pixel at column `x` and row `y` is `colour(x, y)`.
    #[cfg(test)]
    pub(crate) fn draw(mut colour: impl FnMut(usize, usize) -> [u8; 3]) -> Self {
        let bytes: Vec<u8> = (0..WIDTH * HEIGHT)
            .flat_map(|pixel| colour(pixel % WIDTH, pixel / WIDTH))
            .collect();
        Self::from_bytes(bytes.as_slice().try_into().unwrap())
    }

    /// Draws a synthetic scene of grey blotches, a different one for each `seed`, seen `shift` pixels further to the right,
    /// with levels from 0 to 200 times `gain`.
    #[cfg(test)]
    pub(crate) fn scene(seed: u32, shift: f32, gain: f32) -> Self {
        Self::draw(|x, y| [(gain * scene_level(seed, x as f32 + shift, y as f32)) as u8; 3])
    }
}

/// Returns the step of luma, 0 to 1.
pub(crate) fn luma_step(luma: f32) -> usize {
    ((luma * LUMA_STEPS as f32) as usize).min(LUMA_STEPS - 1)
}

fn luma([red, green, blue]: [u8; 3]) -> f32 {
    (0.2126 * f32::from(red) + 0.7152 * f32::from(green) + 0.0722 * f32::from(blue)) / 255.0
}

/// Returns the level of a synthetic scene, 0 to 200: value noise, interpolated between random levels seven pixels apart.
#[cfg(test)]
pub(crate) fn scene_level(seed: u32, x: f32, y: f32) -> f32 {
    let level_at = |column: f32, row: f32| {
        let key = (seed * 7919 + column as u32 * 263 + row as u32).wrapping_mul(0x9e37_79b9);
        ((key ^ (key >> 15)).wrapping_mul(0x85eb_ca6b) >> 16) as f32 * (200.0 / 65535.0)
    };
    let (x, y) = (x / 7.0, y / 7.0);
    let (column, row) = (x.floor(), y.floor());
    let (right, down) = (x - column, y - row);
    let upper = level_at(column, row) * (1.0 - right) + level_at(column + 1.0, row) * right;
    let lower =
        level_at(column, row + 1.0) * (1.0 - right) + level_at(column + 1.0, row + 1.0) * right;
    upper * (1.0 - down) + lower * down
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luma_runs_from_0_at_black_to_1_at_white_and_weighs_green_most() {
        assert_eq!(luma([0, 0, 0]), 0.0);
        assert!((luma([255, 255, 255]) - 1.0).abs() < 1e-6);
        assert!(luma([0, 255, 0]) > luma([255, 0, 0]));
        assert!(luma([255, 0, 0]) > luma([0, 0, 255]));
    }

    #[test]
    fn brightness_is_0_for_black_and_1_for_white_and_pixels_are_counted_by_it() {
        let (black, white) = (Frame::draw(|_, _| [0; 3]), Frame::draw(|_, _| [255; 3]));
        assert_eq!(black.brightness(), 0.0);
        assert!((white.brightness() - 1.0).abs() < 1e-4);
        assert_eq!(black.luma_counts()[0] as usize, WIDTH * HEIGHT);
        assert_eq!(white.luma_counts()[LUMA_STEPS - 1] as usize, WIDTH * HEIGHT);
    }
}
