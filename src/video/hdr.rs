//! Brings pictures of high dynamic range (HDR) to the range of ordinary video, in which everything is measured.

/// The filter of FFmpeg that this needs.
pub(crate) const FILTER: &str = "zscale";

/// How a clip of high dynamic range encodes light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hdr {
    /// Perceptual quantiser, SMPTE ST 2084.
    Pq,
    /// Hybrid log-gamma, ARIB STD-B67.
    Hlg,
}

impl Hdr {
    /// Returns the encoding with FFmpeg's name of a transfer function, or `None` if that is of ordinary video.
    pub(crate) fn of_transfer(name: &str) -> Option<Self> {
        [Self::Pq, Self::Hlg]
            .into_iter()
            .find(|hdr| hdr.transfer() == name)
    }

    fn transfer(self) -> &'static str {
        match self {
            Self::Pq => "smpte2084",
            Self::Hlg => "arib-std-b67",
        }
    }

    /// Returns the name that people know.
    fn label(self) -> &'static str {
        match self {
            Self::Pq => "PQ",
            Self::Hlg => "HLG",
        }
    }

    /// Returns the filters that map the picture, each followed by a comma. White at 203 cd/m², as ITU-R BT.2408 has it,
    /// becomes white; what is brighter is cut off.
    pub(crate) fn filters(self) -> String {
        let transfer = self.transfer();
        format!(
            "format=yuv420p10le,zscale=tin={transfer}:pin=bt2020:min=bt2020nc:t=linear:npl=203,format=gbrpf32le,\
             zscale=p=bt709,tonemap=clip,zscale=t=bt709:m=bt709:r=tv,format=yuv420p,"
        )
    }

    /// Says that the picture could not be mapped.
    pub(crate) fn warning(self) -> String {
        format!(
            "The picture is HDR ({}), and this FFmpeg lacks the filter `{FILTER}`: colours and brightness are measured too \
             pale. Install an FFmpeg built with zimg.",
            self.label()
        )
    }
}
