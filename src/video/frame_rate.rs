//! Rates of frames as exact fractions.

/// The highest rate that is taken from a file; recordings of varying rate may state that of their clock.
const MAX_FRAME_RATE_HZ: f64 = 240.0;

/// Frames per second as a fraction, so that 24000/1001 stays exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameRate {
    /// The numerator: frames in [`FrameRate::seconds`].
    pub(crate) frames: u32,
    /// The denominator.
    pub(crate) seconds: u32,
}

impl FrameRate {
    /// Returns the rate in frames per second.
    pub(crate) fn hz(self) -> f64 {
        f64::from(self.frames) / f64::from(self.seconds)
    }

    /// Parses a rate such as `24000/1001`, or returns `None` if it is not one, such as `0/0`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (frames, seconds) = text.split_once('/')?;
        let rate = Self {
            frames: frames.parse().ok()?,
            seconds: seconds.parse().ok()?,
        };
        (rate.frames > 0 && rate.seconds > 0).then_some(rate)
    }

    /// Chooses the rate that fits a clip's frames.
    ///
    /// `base` is the lowest rate at which every time stamp of the clip is exact. If that is above the limit, as for a
    /// variable-rate recording that needs 90,000 Hz, the average rate is used.
    pub(crate) fn of_analysis(base: Option<Self>, average: Option<Self>) -> Option<Self> {
        let fastest = Self {
            frames: MAX_FRAME_RATE_HZ as u32,
            seconds: 1,
        };
        let usable = |rate: &Self| rate.hz() <= MAX_FRAME_RATE_HZ;
        base.filter(usable)
            .or(average.filter(usable))
            .or(base.or(average).map(|_| fastest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(frames: u32, seconds: u32) -> FrameRate {
        FrameRate { frames, seconds }
    }

    #[test]
    fn fractional_film_rates_stay_exact() {
        assert_eq!(FrameRate::parse("24000/1001"), Some(rate(24000, 1001)));
        for text in ["0/0", "25", "", "-1/1"] {
            assert_eq!(FrameRate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_average_rate_is_used_if_timestamps_have_no_usable_common_rate() {
        let clock = Some(rate(90_000, 1));
        assert_eq!(
            FrameRate::of_analysis(clock, Some(rate(297, 10))),
            Some(rate(297, 10))
        );
        assert_eq!(FrameRate::of_analysis(clock, None), Some(rate(240, 1)));
        assert_eq!(FrameRate::of_analysis(None, None), None);
    }
}
