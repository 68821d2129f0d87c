//! Warmth of a frame.

use super::frame::Frame;

/// Hue of the warmest colour in CIELAB, in degrees.
///
/// Ou, Luo, Woodcock and Wright, "A study of colour emotion and colour preference", 2004: perceived warmth follows
/// C* · cos(h − 50°).
const WARMEST_HUE_DEGREES: f64 = 50.0;
/// Mean chroma towards the warmest hue that counts as fully warm: a picture of saturated orange only.
const FULL_WARMTH_CHROMA: f64 = 60.0;

/// The part of the light of a pixel that red, green and blue have in X, Y and Z: the sRGB matrix to CIE XYZ, each row divided
/// by the D65 white point.
const LIGHT: [[f64; 3]; 3] = [
    [
        0.412_456 / 0.950_47,
        0.357_576 / 0.950_47,
        0.180_438 / 0.950_47,
    ],
    [0.212_673, 0.715_152, 0.072_175],
    [
        0.019_334 / 1.088_83,
        0.119_192 / 1.088_83,
        0.950_304 / 1.088_83,
    ],
];
/// Light is counted in this many steps from black to white.
const LIGHT_STEPS: u32 = 1 << 20;
/// This many of them are told apart in CIELAB.
const STEPS_TOLD_APART: u32 = 1 << 14;

/// Measures the warmth of frames.
pub(crate) struct WarmthMeter {
    /// The light that a gamma-encoded level of red, green and blue adds to X, Y and Z, in [`LIGHT_STEPS`]; and 0, which lets
    /// compilers add vectors.
    light: Box<[[[u32; 4]; 256]; 3]>,
    /// CIELAB's function f of light from 0 to 1, and a little more, as sums are rounded.
    response: Vec<f32>,
    /// Warmth per unit of f of X, Y and Z.
    warmth: [f32; 3],
}

impl WarmthMeter {
    pub(crate) fn new() -> Self {
        let hue = WARMEST_HUE_DEGREES.to_radians();
        // a* is 500 times f(X) − f(Y), and b* is 200 times f(Y) − f(Z).
        let of_a = 500.0 * libm::cos(hue) / FULL_WARMTH_CHROMA;
        let of_b = 200.0 * libm::sin(hue) / FULL_WARMTH_CHROMA;
        let mut light = Box::new([[[0; 4]; 256]; 3]);
        for (channel, levels) in light.iter_mut().enumerate() {
            for (level, light) in levels.iter_mut().enumerate() {
                let linear = linear(level as f64 / 255.0) * f64::from(LIGHT_STEPS);
                for (light, row) in light.iter_mut().zip(LIGHT) {
                    *light = (row[channel] * linear).round() as u32;
                }
            }
        }
        let told_apart = f64::from(STEPS_TOLD_APART);
        Self {
            light,
            response: (0..=STEPS_TOLD_APART + 1)
                .map(|step| lightness_response(((f64::from(step) + 0.5) / told_apart) as f32))
                .collect(),
            warmth: [of_a, of_b - of_a, -of_b].map(|warmth| warmth as f32),
        }
    }

    /// Returns the mean warmth of a frame's pixels, −1 to 1: their chroma towards orange in CIELAB.
    ///
    /// Grey has 0, saturated orange 1, saturated blue about −0.6; most pictures lie between −0.3 and 0.5.
    pub(crate) fn warmth(&self, frame: &Frame) -> f32 {
        let mut sum = 0.0;
        for &colour in &frame.rgb {
            sum += self.pixel_warmth(colour);
        }
        (sum / frame.rgb.len() as f32).clamp(-1.0, 1.0)
    }

    #[inline(always)]
    fn pixel_warmth(&self, [red, green, blue]: [u8; 3]) -> f32 {
        if red == green && green == blue {
            return 0.0;
        }
        let [reds, greens, blues] = &*self.light;
        let red = &reds[usize::from(red)];
        let green = &greens[usize::from(green)];
        let blue = &blues[usize::from(blue)];
        let mut light = [0; 4];
        for axis in 0..4 {
            light[axis] = red[axis] + green[axis] + blue[axis];
        }
        let [x, y, z, _] = light;
        let [of_x, of_y, of_z] = self.warmth;
        of_x * self.response(x) + of_y * self.response(y) + of_z * self.response(z)
    }

    /// Returns CIELAB's function f of light in [`LIGHT_STEPS`].
    #[inline(always)]
    fn response(&self, light: u32) -> f32 {
        let step = light / (LIGHT_STEPS / STEPS_TOLD_APART);
        self.response[step as usize]
    }
}

/// Returns the linear light of a gamma-encoded sRGB level, both 0 to 1.
fn linear(level: f64) -> f64 {
    if level <= 0.040_45 {
        level / 12.92
    } else {
        libm::pow((level + 0.055) / 1.055, 2.4)
    }
}

/// CIELAB's function f: a cube root, linear near black.
fn lightness_response(light: f32) -> f32 {
    const DELTA: f32 = 6.0 / 29.0;
    if light > DELTA * DELTA * DELTA {
        libm::cbrtf(light)
    } else {
        light / (3.0 * DELTA * DELTA) + 4.0 / 29.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warmth(colour: [u8; 3]) -> f32 {
        WarmthMeter::new().warmth(&Frame::draw(|_, _| colour))
    }

    #[test]
    fn orange_is_warm_blue_is_cold_and_grey_is_neutral() {
        assert_eq!(warmth([128, 128, 128]), 0.0);
        assert_eq!(warmth([255, 128, 0]), 1.0);
        for cold in [[0, 128, 255], [0, 255, 255], [30, 60, 120]] {
            assert!(warmth(cold) < -0.3, "{cold:?}");
        }
    }

    #[test]
    fn paler_colours_are_closer_to_neutral() {
        assert!(warmth([200, 150, 120]) < warmth([230, 140, 60]));
        assert!(warmth([120, 140, 170]) > warmth([50, 120, 220]));
    }

    #[test]
    fn the_warmth_of_a_frame_is_the_mean_of_its_pixels() {
        let (red, blue) = ([150, 120, 110], [110, 120, 150]);
        let frame = Frame::draw(|x, _| if x < 48 { red } else { blue });
        let halfway = 0.5 * (warmth(red) + warmth(blue));
        assert!((WarmthMeter::new().warmth(&frame) - halfway).abs() < 1e-3);
    }

    #[test]
    fn lightness_from_the_table_is_that_of_the_formula() {
        let meter = WarmthMeter::new();
        for light in (0..=LIGHT_STEPS).step_by(97) {
            let found = meter.response(light);
            let expected = lightness_response((f64::from(light) / f64::from(LIGHT_STEPS)) as f32);
            assert!(
                (found - expected).abs() < 3e-4,
                "{light}: {found} for {expected}"
            );
        }
    }

    #[test]
    fn warmth_follows_the_formula_of_cielab() {
        // a* and b* of these colours, computed apart.
        for (colour, a, b) in [([200, 120, 60], 26.18, 45.19), ([20, 40, 35], -9.63, 0.75)] {
            let hue = WARMEST_HUE_DEGREES.to_radians();
            let expected = (a * hue.cos() + b * hue.sin()) / FULL_WARMTH_CHROMA;
            let found = f64::from(warmth(colour));
            assert!(
                (found - expected).abs() < 5e-3,
                "{colour:?}: {found} for {expected}"
            );
        }
    }
}
