//! What a clip is recognised by in another cut, as projects save it.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use serde::{Deserialize, Serialize};

use crate::error::Fault;
use crate::features::{FINGERPRINT_WIDTH, Fingerprint};

/// The most rows that are saved: those of half an hour at 24 frames a second. Longer clips are saved with fewer a second.
const MOST_ROWS: usize = 43_200;

/// The fingerprint of a clip, and a number for it. Clones of it should share it, since it is large.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedForm", into = "SavedForm")]
pub struct Looks {
    /// The same for the same fingerprint.
    id: LooksId,
    fingerprint: Fingerprint,
}

/// Tells one clip from another by its picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LooksId(u64);

/// The rows as differences to the row before, deflated, in base 64.
#[derive(Serialize, Deserialize)]
struct SavedForm {
    rate_hz: f64,
    rows: String,
}

impl Looks {
    /// Keeps a fingerprint, of a long clip only every so many-th row.
    pub fn new(fingerprint: &Fingerprint) -> Self {
        let fingerprint = fingerprint.thinned(MOST_ROWS);
        Self {
            id: LooksId::of(&fingerprint),
            fingerprint,
        }
    }

    /// Returns the number of the clip.
    pub fn id(&self) -> LooksId {
        self.id
    }

    /// Returns the fingerprint.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// Returns about how much memory it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.fingerprint.values().len()
    }
}

impl LooksId {
    /// FNV-1a of the rows.
    fn of(fingerprint: &Fingerprint) -> Self {
        let start = 0xcbf2_9ce4_8422_2325_u64 ^ fingerprint.rate_hz().to_bits();
        let bytes = fingerprint.values().iter();
        Self(bytes.fold(start, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }
}

impl From<Looks> for SavedForm {
    fn from(looks: Looks) -> Self {
        let values = looks.fingerprint.values();
        let first = [0; FINGERPRINT_WIDTH];
        let before = first.iter().chain(values);
        let differences: Vec<u8> = (values.iter().zip(before))
            .map(|(value, before)| value.wrapping_sub(*before))
            .collect();
        let mut deflated = Vec::new();
        // Reading from memory does not fail.
        let _ = DeflateEncoder::new(differences.as_slice(), Compression::default())
            .read_to_end(&mut deflated);
        Self {
            rate_hz: looks.fingerprint.rate_hz(),
            rows: BASE64.encode(deflated),
        }
    }
}

impl TryFrom<SavedForm> for Looks {
    type Error = Fault;

    fn try_from(saved: SavedForm) -> Result<Self, Fault> {
        let damaged = || Fault::new("fingerprints that are damaged", "what Diff-BGM saved");
        let deflated = BASE64.decode(saved.rows).map_err(|_| damaged())?;
        let limit = (MOST_ROWS * FINGERPRINT_WIDTH) as u64;
        let mut values = Vec::new();
        DeflateDecoder::new(deflated.as_slice())
            .take(limit + 1)
            .read_to_end(&mut values)
            .map_err(|_| damaged())?;
        if values.len() as u64 > limit {
            return Err(damaged());
        }
        for at in FINGERPRINT_WIDTH..values.len() {
            values[at] = values[at].wrapping_add(values[at - FINGERPRINT_WIDTH]);
        }
        Ok(Self::new(&Fingerprint::new(saved.rate_hz, values)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(rows: usize) -> Looks {
        let values = (0..rows * FINGERPRINT_WIDTH).map(|at| ((at * 7) % 251) as u8);
        Looks::new(&Fingerprint::new(25.0, values.collect()).unwrap())
    }

    #[test]
    fn looks_come_back_from_a_project_with_their_number() {
        let json = serde_json::to_string(&looks(250)).unwrap();
        assert!(json.len() < 250 * FINGERPRINT_WIDTH / 4, "{}", json.len());
        let back: Looks = serde_json::from_str(&json).unwrap();
        assert_eq!(back, looks(250));
        assert_ne!(back.id(), looks(251).id());
    }

    #[test]
    fn damaged_or_endless_looks_are_refused() {
        for rows in ["", "?", "AAAA"] {
            let json = format!(r#"{{"rate_hz":25.0,"rows":"{rows}"}}"#);
            assert!(serde_json::from_str::<Looks>(&json).is_err(), "{rows}");
        }
        let mut bomb = Vec::new();
        let zeros = vec![0; 4 * MOST_ROWS * FINGERPRINT_WIDTH];
        DeflateEncoder::new(zeros.as_slice(), Compression::default())
            .read_to_end(&mut bomb)
            .unwrap();
        let saved = SavedForm {
            rate_hz: 25.0,
            rows: BASE64.encode(bomb),
        };
        assert!(Looks::try_from(saved).is_err());
    }

    #[test]
    fn a_long_clip_is_saved_with_fewer_rows() {
        let long = looks(2 * MOST_ROWS);
        assert_eq!(long.fingerprint().rows(), MOST_ROWS);
        assert_eq!(long.fingerprint().rate_hz(), 12.5);
    }
}
