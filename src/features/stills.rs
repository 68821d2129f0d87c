//! Small pictures of a clip at some of its times, for people to see. Music does not depend on them.
//!
//! They are kept in files of their own: safetensors with `stills` as `u8 [stills, 54, 96, 3]` (red, green and blue) and
//! `times` as `f64 [stills]`, in seconds. The metadata holds `format`, `aspect`, and `of`, which tells the video.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::tensor::Dtype;

use crate::error::{Fault, Result};
use crate::formats::bounded_file::read_bounded;
use crate::formats::raw_tensor::RawTensor;
use crate::formats::safetensors_file::{self, Container};
use crate::time::Seconds;

/// Width of a still in pixels, whatever the shape of the picture.
pub const STILL_WIDTH: usize = 96;
/// Height of a still in pixels.
pub const STILL_HEIGHT: usize = 54;
/// The most stills of a clip.
pub const MAX_STILLS: usize = 4096;
/// The `format` entry of a file of stills.
const FORMAT: &str = "diff-bgm-stills/1";
/// The shape of a picture that is not known.
const USUAL_ASPECT: f64 = 16.0 / 9.0;
/// The widest and the narrowest picture that is shown undistorted.
const ASPECTS: (f64, f64) = (0.4, 3.0);
/// The bytes of one still.
const STILL_BYTES: usize = STILL_WIDTH * STILL_HEIGHT * 3;
/// The largest accepted file, in bytes.
const MAX_FILE_BYTES: u64 = (MAX_STILLS * STILL_BYTES + (1 << 20)) as u64;

/// The stills of a clip, ascending in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Stills {
    /// How much wider than high the picture is.
    aspect: f64,
    stills: Vec<Still>,
}

/// A picture of [`STILL_WIDTH`] × [`STILL_HEIGHT`] pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Still {
    /// When it is first shown.
    pub at: Seconds,
    /// Red, green and blue of every pixel, row by row.
    pub rgb: Vec<[u8; 3]>,
}

impl Default for Stills {
    fn default() -> Self {
        Self {
            aspect: USUAL_ASPECT,
            stills: Vec::new(),
        }
    }
}

impl Stills {
    /// Makes them of pictures in any order; of those at one time, one is kept. `aspect` is how much wider than high the
    /// picture is, if that is known.
    ///
    /// # Errors
    /// Returns an error if a picture has another size, a time is not finite or below 0, or there are more than
    /// [`MAX_STILLS`].
    pub fn new(aspect: Option<f64>, mut stills: Vec<Still>) -> Result<Self, Fault> {
        if stills.len() > MAX_STILLS {
            let expected = format!("at most {MAX_STILLS}");
            return Err(Fault::new(format!("{} stills", stills.len()), expected));
        }
        for still in &stills {
            if still.rgb.len() != STILL_WIDTH * STILL_HEIGHT {
                let expected = format!("{STILL_WIDTH} × {STILL_HEIGHT}");
                return Err(Fault::new(format!("{} pixels", still.rgb.len()), expected));
            }
            if !still.at.0.is_finite() || still.at.0 < 0.0 {
                return Err(Fault::new(
                    format!("a still at {} s", still.at.0),
                    "a time from 0",
                ));
            }
        }
        stills.sort_by(|one, other| one.at.0.total_cmp(&other.at.0));
        stills.dedup_by(|one, other| one.at == other.at);
        let aspect = aspect.filter(|aspect| aspect.is_finite());
        Ok(Self {
            aspect: aspect.unwrap_or(USUAL_ASPECT).clamp(ASPECTS.0, ASPECTS.1),
            stills,
        })
    }

    /// Returns how much wider than high the picture is.
    pub fn aspect(&self) -> f64 {
        self.aspect
    }

    /// Returns the stills, ascending in time.
    pub fn all(&self) -> &[Still] {
        &self.stills
    }

    /// Returns the index of the still nearest to `time` among those from `from` until `end`, or `None` if there are none: the
    /// stills of another shot say nothing about this one.
    pub fn nearest(&self, time: Seconds, from: Seconds, end: Seconds) -> Option<usize> {
        let before = |limit: Seconds| {
            self.stills
                .partition_point(|still| still.at.0 < limit.0 - 1e-6)
        };
        let (first, end) = (before(from), before(end));
        let away = |&index: &usize| (self.stills[index].at.0 - time.0).abs();
        (first..end).min_by(|one, other| away(one).total_cmp(&away(other)))
    }

    /// Reads the stills of the video `of`; see [`Stills::write`].
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, is none of stills, or has those of another video.
    pub fn read(path: &Path, of: &str) -> Result<Self> {
        let bytes = read_bounded(path, MAX_FILE_BYTES)?;
        Self::parse(&bytes, of).map_err(|fault| fault.in_file(path))
    }

    /// Parses the bytes of a file of stills.
    ///
    /// # Errors
    /// Returns an error if they are none, or those of another video than `of`.
    pub fn parse(bytes: &[u8], of: &str) -> Result<Self, Fault> {
        parse(bytes, of)
    }

    /// Writes them, atomically. `of` tells the video from others and from other versions of it.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn write(&self, path: &Path, of: &str) -> Result<()> {
        let bytes = self.encoded(of).map_err(|fault| fault.in_file(path))?;
        safetensors_file::write(path, &bytes)
    }

    fn encoded(&self, of: &str) -> Result<Vec<u8>, Fault> {
        let metadata = BTreeMap::from([
            ("format".to_owned(), FORMAT.to_owned()),
            ("aspect".to_owned(), self.aspect.to_string()),
            ("of".to_owned(), of.to_owned()),
        ]);
        let shape = vec![self.stills.len(), STILL_HEIGHT, STILL_WIDTH, 3];
        let pixels = self
            .stills
            .iter()
            .flat_map(|still| still.rgb.as_flattened());
        let pixels = RawTensor::new(Dtype::U8, shape, pixels.copied().collect())?;
        let times: Vec<f64> = self.stills.iter().map(|still| still.at.0).collect();
        let tensors = BTreeMap::from([
            ("stills".to_owned(), pixels),
            ("times".to_owned(), RawTensor::from_f64_list(&times)),
        ]);
        Ok(safetensors_file::encode(&metadata, &tensors))
    }
}

fn parse(bytes: &[u8], of: &str) -> Result<Stills, Fault> {
    let file = Container::parse(bytes)?;
    file.expect_format(FORMAT)?;
    let word = |key: &str| file.metadata.get(key).map(String::as_str);
    if word("of") != Some(of) {
        return Err(Fault::new(
            "the stills of another video",
            "those of this one",
        ));
    }
    let (Ok(pixels), Ok(times)) = (file.tensors.tensor("stills"), file.tensors.tensor("times"))
    else {
        return Err(Fault::new("no `stills` or no `times`", "a file of stills"));
    };
    let times = RawTensor::from(&times).to_f64()?;
    let shape = [times.len(), STILL_HEIGHT, STILL_WIDTH, 3];
    if pixels.dtype() != Dtype::U8 || pixels.shape() != shape {
        return Err(Fault::new(
            format!(
                "`stills` as {} of shape {:?}",
                pixels.dtype(),
                pixels.shape()
            ),
            format!("U8 of shape {shape:?}"),
        ));
    }
    let pictures = pixels.data().chunks_exact(STILL_BYTES);
    let stills = times.iter().zip(pictures).map(|(&at, bytes)| Still {
        at: Seconds(at),
        rgb: bytes.as_chunks::<3>().0.to_vec(),
    });
    let aspect = word("aspect").and_then(|aspect| aspect.parse().ok());
    Stills::new(aspect, stills.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn still(at: f64, level: u8) -> Still {
        Still {
            at: Seconds(at),
            rgb: vec![[level, 1, 2]; STILL_WIDTH * STILL_HEIGHT],
        }
    }

    fn stills() -> Stills {
        let all = [4.0, 0.0, 2.5].map(|at| still(at, (10.0 * at) as u8));
        Stills::new(Some(2.0), all.into()).unwrap()
    }

    #[test]
    fn stills_come_back_from_their_file_for_the_same_video_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.stills");
        stills().write(&path, "a 1 2").unwrap();
        assert_eq!(Stills::read(&path, "a 1 2").unwrap(), stills());
        let problem = Stills::read(&path, "a 1 3").unwrap_err().to_string();
        assert!(problem.contains("another video"), "{problem}");
    }

    #[test]
    fn the_nearest_still_is_one_of_the_same_shot() {
        let stills = stills();
        let nearest = |time, from, end| stills.nearest(Seconds(time), Seconds(from), Seconds(end));
        assert_eq!(nearest(3.9, 0.0, 9.0), Some(2));
        assert_eq!(nearest(3.9, 0.0, 4.0), Some(1));
        assert_eq!(nearest(2.4, 2.5, 4.0), Some(1));
        assert_eq!(nearest(3.0, 2.6, 4.0), None);
        assert_eq!(
            Stills::default().nearest(Seconds(0.0), Seconds(0.0), Seconds(1.0)),
            None
        );
    }

    #[test]
    fn impossible_stills_are_refused_and_shapes_kept_within_reason() {
        assert!(Stills::new(None, vec![still(-1.0, 0)]).is_err());
        assert!(Stills::new(None, vec![still(f64::NAN, 0)]).is_err());
        let small = Still {
            at: Seconds(0.0),
            rgb: vec![[0; 3]; 4],
        };
        assert!(Stills::new(None, vec![small]).is_err());
        for (given, aspect) in [
            (None, USUAL_ASPECT),
            (Some(f64::NAN), USUAL_ASPECT),
            (Some(100.0), 3.0),
        ] {
            assert_eq!(Stills::new(given, Vec::new()).unwrap().aspect(), aspect);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn damaged_files_are_faults_and_never_panics(at in 0_usize..400, byte: u8, end in 0_usize..400) {
            let mut bytes = stills().encoded("of").unwrap();
            bytes[at] = byte;
            let _ = parse(&bytes, "of");
            prop_assert!(parse(&bytes[..end], "of").is_err());
        }
    }
}
