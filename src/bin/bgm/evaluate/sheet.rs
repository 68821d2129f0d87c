//! The contact sheet of pairs of rolls, and the key to it.

use std::path::{Path, PathBuf};

use diff_bgm::Result;
use diff_bgm::formats::atomic_file::expect_writable;
use diff_bgm::music::metre::Metre;
use diff_bgm::music::piano_roll::PianoRoll;
use diff_bgm::music::roll_picture::{SHEET_COLUMNS, write_contact_sheet_in};
use serde::Serialize;

use crate::output::{expect_extension, write_json};

/// The most pairs on a contact sheet.
pub(super) const MAX_PAIRS: usize = 32;

/// A real roll and the one generated for it.
pub(super) struct Couple<'a, Origin> {
    pub(super) real: &'a PianoRoll,
    pub(super) generated: &'a PianoRoll,
    pub(super) metre: Metre,
    /// Where the real music comes from, for the key.
    pub(super) origin: Origin,
}

/// The position of a pair on the contact sheet, and which of its sides is real.
#[derive(Serialize)]
struct Placed<'a, Origin> {
    row: usize,
    real_column: usize,
    generated_column: usize,
    #[serde(flatten)]
    origin: &'a Origin,
}

/// Returns the path of the key of the sheet at `path`.
pub(super) fn key_path(path: &Path) -> PathBuf {
    path.with_extension("key.json")
}

/// Returns an error if the sheet or its key cannot be written, or the sheet is no `.png`.
pub(super) fn check(path: &Path) -> Result<()> {
    expect_writable(path)?;
    expect_writable(&key_path(path))?;
    expect_extension(path, &["png"])
}

/// Writes the sheet of the first [`MAX_PAIRS`] couples, each in an order drawn by lot, and its key.
pub(super) fn write<Origin: Serialize>(path: &Path, couples: &[Couple<Origin>]) -> Result<()> {
    let mut cells = Vec::new();
    let mut key = Vec::new();
    for (index, couple) in couples.iter().take(MAX_PAIRS).enumerate() {
        let left = 2 * index % SHEET_COLUMNS;
        let real_first = is_heads(index);
        key.push(Placed {
            row: 1 + 2 * index / SHEET_COLUMNS,
            real_column: 1 + left + usize::from(!real_first),
            generated_column: 1 + left + usize::from(real_first),
            origin: &couple.origin,
        });
        let pair = [couple.real, couple.generated].map(|roll| (roll, couple.metre));
        cells.extend(if real_first { pair } else { [pair[1], pair[0]] });
    }
    write_contact_sheet_in(path, &cells)?;
    write_json(&key_path(path), &key)
}

/// Flips a deterministic coin for the pair `index`: the bit parity of a scrambled number.
fn is_heads(index: usize) -> bool {
    let scrambled = (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (scrambled ^ (scrambled >> 29))
        .count_ones()
        .is_multiple_of(2)
}
