//! Brightness and warmth of a frame.

use super::frame::Frame;

/// Hue of the warmest colour in CIELAB, in degrees.
///
/// Ou, Luo, Woodcock and Wright, "A study of colour emotion and colour preference", 2004: perceived warmth follows
/// C* · cos(h − 50°).
const WARMEST_HUE_DEGREES: f64 = 50.0;
/// Mean chroma towards the warmest hue that counts as fully warm: a picture of saturated orange only.
const FULL_WARMTH_CHROMA: f64 = 60.0;

/// Returns the mean luma, 0 (black) to 1 (white); it is gamma-encoded, so that equal steps look about equal.
pub(crate) fn brightness(frame: &Frame) -> f32 {
    frame.luma.iter().sum::<f32>() / frame.luma.len() as f32
}

/// Measures the warmth of frames.
pub(crate) struct WarmthMeter {
    /// Linear light of every gamma-encoded sRGB level.
    linear: [f32; 256],
    /// Warmth per unit of a*.
    warmth_of_a: f32,
    /// Warmth per unit of b*.
    warmth_of_b: f32,
}

impl WarmthMeter {
    pub(crate) fn new() -> Self {
        let hue = WARMEST_HUE_DEGREES.to_radians();
        Self {
            linear: std::array::from_fn(|level| {
                let level = level as f64 / 255.0;
                if level <= 0.040_45 {
                    (level / 12.92) as f32
                } else {
                    libm::pow((level + 0.055) / 1.055, 2.4) as f32
                }
            }),
            warmth_of_a: (libm::cos(hue) / FULL_WARMTH_CHROMA) as f32,
            warmth_of_b: (libm::sin(hue) / FULL_WARMTH_CHROMA) as f32,
        }
    }

    /// Returns the mean warmth of a frame's pixels, −1 to 1: their chroma towards orange in CIELAB.
    ///
    /// Grey has 0, saturated orange 1, saturated blue about −0.6; most pictures lie between −0.3 and 0.5.
    pub(crate) fn warmth(&self, frame: &Frame) -> f32 {
        let sum: f32 = frame
            .rgb
            .iter()
            .map(|&colour| self.pixel_warmth(colour))
            .sum();
        (sum / frame.rgb.len() as f32).clamp(-1.0, 1.0)
    }

    fn pixel_warmth(&self, [red, green, blue]: [u8; 3]) -> f32 {
        if red == green && green == blue {
            return 0.0;
        }
        let [red, green, blue] = [red, green, blue].map(|level| self.linear[usize::from(level)]);
        // The sRGB matrix to CIE XYZ, each row divided by the D65 white point.
        let x = (0.412_456 * red + 0.357_576 * green + 0.180_438 * blue) / 0.950_47;
        let y = 0.212_673 * red + 0.715_152 * green + 0.072_175 * blue;
        let z = (0.019_334 * red + 0.119_192 * green + 0.950_304 * blue) / 1.088_83;
        let [x, y, z] = [x, y, z].map(lightness_response);
        let a = 500.0 * (x - y);
        let b = 200.0 * (y - z);
        self.warmth_of_a * a + self.warmth_of_b * b
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
    fn brightness_is_0_for_black_and_1_for_white() {
        assert_eq!(brightness(&Frame::draw(|_, _| [0; 3])), 0.0);
        assert!((brightness(&Frame::draw(|_, _| [255; 3])) - 1.0).abs() < 1e-4);
    }
}
