//! Contents that are drawn smaller in a window that is smaller than they need.

use baseview::dpi::{LogicalSize, PhysicalSize};

/// The smallest share of the full size that is still of use.
const LEAST: f32 = 0.25;

/// Returns the factor by which contents of at least `least` logical pixels are scaled down in a window.
pub(crate) fn factor(window: PhysicalSize<u32>, scale: f64, least: LogicalSize<f32>) -> f32 {
    let window: LogicalSize<f32> = window.to_logical(scale);
    let share = (window.width / least.width).min(window.height / least.height);
    share.clamp(LEAST, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST_SIZE: LogicalSize<f32> = LogicalSize::new(900.0, 600.0);

    #[test]
    fn a_window_of_the_least_size_or_more_is_drawn_at_full_size() {
        for (width, height, scale) in [(900, 600, 1.0), (1920, 1200, 1.0), (1800, 1200, 2.0)] {
            let window = PhysicalSize::new(width, height);
            assert_eq!(factor(window, scale, LEAST_SIZE), 1.0, "{window:?}");
        }
    }

    #[test]
    fn a_smaller_window_is_scaled_down_by_its_tighter_side() {
        let of = |width, height, scale| factor(PhysicalSize::new(width, height), scale, LEAST_SIZE);
        assert_eq!(of(450, 600, 1.0), 0.5);
        assert_eq!(of(1800, 900, 2.0), 0.75);
        assert_eq!(of(1040, 768, 2.0), 520.0 / 900.0);
        assert_eq!(of(0, 0, 1.0), LEAST);
    }
}
