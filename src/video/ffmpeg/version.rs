//! What differs between versions of FFmpeg.

use std::ffi::OsString;

/// A version of FFmpeg, as it matters here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Version {
    /// Before 5.1.
    Old,
    /// 5.1 or later, or unknown.
    #[default]
    New,
}

impl Version {
    /// Returns the version of this name. Builds between versions have other names than numbers and are new.
    pub(crate) fn of(name: &str) -> Self {
        let mut numbers = (name.trim_start_matches('n'))
            .split(|character: char| !character.is_ascii_digit())
            .map(|number| number.parse::<u32>().ok());
        let (major, minor) = (numbers.next().flatten(), numbers.next().flatten());
        match major {
            Some(major) if (major, minor.unwrap_or(0)) < (5, 1) => Self::Old,
            _ => Self::New,
        }
    }

    /// Returns the option that makes `ffmpeg` write every frame once, whatever its time.
    pub(crate) fn every_frame_once(self) -> [OsString; 2] {
        let option = match self {
            Self::Old => "-vsync",
            Self::New => "-fps_mode",
        };
        [option.into(), "passthrough".into()]
    }

    /// Returns the filter that reports the time stamp of each frame, without a checksum of it where that can be spared.
    pub(crate) fn stamp_filter(self) -> &'static str {
        match self {
            Self::Old => "showinfo",
            Self::New => "showinfo=checksum=0",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Version::{self, New, Old};

    #[test]
    fn versions_before_5_1_are_told_from_later_ones_and_from_unnumbered_builds() {
        for (name, expected) in [
            ("4.4.2-0ubuntu0.22.04.1", Old),
            ("5.0.1", Old),
            ("n4.3", Old),
            ("5.1.9-0+deb12u1", New),
            ("7.1", New),
            ("n9.0.1", New),
            ("N-110072-g073ec3b9da", New),
            ("", New),
        ] {
            assert_eq!(Version::of(name), expected, "{name}");
        }
    }
}
