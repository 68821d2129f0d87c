//! Which pieces are trained on and which are held out.

use std::path::Path;

use super::layout::{Layout, is_name};
use crate::error::{Fault, Result};
use crate::formats::atomic_file::write_bytes;
use crate::formats::bounded_file::read_bounded;
use crate::formats::pickle::write::{Protocol, Written, pickle};
use crate::formats::pickle::{Pickle, Value};

/// The largest split that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The names of the pieces of a data set, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Those that are trained on.
    pub training: Vec<String>,
    /// Those that are held out while training.
    pub validation: Vec<String>,
    /// Those that are kept for figures; the authors' code does not read them.
    pub test: Vec<String>,
}

impl Split {
    /// Divides `names` by lot. The same names, shares and seed give the same split, and a piece that is added moves few others.
    ///
    /// A share above 0 gets at least one piece, as long as one is left to train on.
    ///
    /// # Errors
    /// Returns an error unless the shares are from 0 to 1 and less than 1 together.
    pub fn draw(names: &[String], validation: f64, test: f64, seed: u64) -> Result<Self, Fault> {
        let is_share = |share: f64| (0.0..=1.0).contains(&share);
        if !is_share(validation) || !is_share(test) || validation + test >= 1.0 {
            return Err(Fault::new(
                format!("{validation} of the pieces for validation and {test} for tests"),
                "shares from 0 to 1 that leave some to train on",
            ));
        }
        let mut lots: Vec<&String> = names.iter().collect();
        lots.sort_by_key(|name| (lot(name, seed), *name));
        let count = |share: f64, left: usize| {
            let count = (share * names.len() as f64).round() as usize;
            let count = count.max(usize::from(share > 0.0));
            count.min(left.saturating_sub(1))
        };
        let held_out = count(validation, names.len());
        let kept = count(test, names.len() - held_out);
        let sorted = |lots: &[&String]| {
            let mut names: Vec<String> = lots.iter().map(|name| (*name).clone()).collect();
            names.sort_unstable();
            names
        };
        Ok(Self {
            validation: sorted(&lots[..held_out]),
            test: sorted(&lots[held_out..held_out + kept]),
            training: sorted(&lots[held_out + kept..]),
        })
    }

    /// Reads the split of the data set in `data`.
    ///
    /// # Errors
    /// Returns an error if the file is missing or malformed.
    pub fn read(data: &Path) -> Result<Self> {
        let path = Layout(data).split();
        let bytes = read_bounded(&path, MAX_BYTES)?;
        Self::parse(&bytes).map_err(|fault| fault.in_file(&path))
    }

    /// Writes it as the split of the data set in `data`: a tuple of lists of names such as `001.npz`, of which the authors' code
    /// reads the first two.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn write(&self, data: &Path) -> Result<()> {
        let mut lists = vec![&self.training, &self.validation];
        if !self.test.is_empty() {
            lists.push(&self.test);
        }
        let names = |names: &Vec<String>| {
            let files = names.iter().map(|name| format!("{name}.npz"));
            Written::List(files.map(Written::Text).collect())
        };
        let value = Written::Tuple(lists.into_iter().map(names).collect());
        write_bytes(&Layout(data).split(), &pickle(&value, Protocol::Two))
    }

    fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let pickle = Pickle::parse(bytes)?;
        let fault = || {
            let root = pickle.root();
            root.instead_of("lists of names to train on and to hold out")
        };
        let lists = pickle.root().sequence().ok_or_else(fault)?;
        let mut lists = lists.map(|list| names(list).ok_or_else(fault));
        let mut next = || lists.next().transpose();
        Ok(Self {
            training: next()?.ok_or_else(fault)?,
            validation: next()?.unwrap_or_default(),
            test: next()?.unwrap_or_default(),
        })
    }
}

/// Returns the names of a list, `001` for `001.npz`.
fn names(list: Value<'_>) -> Option<Vec<String>> {
    let name = |name: Value<'_>| {
        let name = name.text()?;
        let stem = name.strip_suffix(".npz").unwrap_or(name);
        is_name(stem).then(|| stem.to_owned())
    };
    list.sequence()?.map(name).collect()
}

/// Returns the number that a name draws: FNV-1a of its bytes, mixed with the seed.
fn lot(name: &str, seed: u64) -> u64 {
    let hash = name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    let mut mixed = hash ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    mixed ^ (mixed >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (1..=count).map(|number| format!("{number:03}")).collect()
    }

    #[test]
    fn every_piece_is_in_one_list_and_the_seed_decides_in_which() {
        let all = names(50);
        let split = Split::draw(&all, 0.2, 0.1, 7).unwrap();
        assert_eq!((split.validation.len(), split.test.len()), (10, 5));
        let lists = [&split.training, &split.validation, &split.test];
        let mut found: Vec<String> = lists.into_iter().flatten().cloned().collect();
        found.sort_unstable();
        assert_eq!(found, all);
        assert_eq!(Split::draw(&all, 0.2, 0.1, 7).unwrap(), split);
        assert_ne!(Split::draw(&all, 0.2, 0.1, 8).unwrap(), split);
    }

    #[test]
    fn a_piece_that_is_added_leaves_the_others_where_they_are() {
        let held_out = |count| Split::draw(&names(count), 0.1, 0.0, 1).unwrap().validation;
        let (before, after) = (held_out(40), held_out(41));
        let kept = before.iter().filter(|name| after.contains(name)).count();
        assert!(kept + 1 >= before.len(), "{before:?} {after:?}");
    }

    #[test]
    fn few_pieces_are_held_out_while_one_is_left_to_train_on() {
        let split = |count, validation, test| {
            let split = Split::draw(&names(count), validation, test, 1).unwrap();
            [
                split.training.len(),
                split.validation.len(),
                split.test.len(),
            ]
        };
        assert_eq!(split(2, 0.1, 0.1), [1, 1, 0]);
        assert_eq!(split(3, 0.1, 0.1), [1, 1, 1]);
        assert_eq!(split(1, 0.5, 0.0), [1, 0, 0]);
        assert_eq!(split(4, 0.0, 0.0), [4, 0, 0]);
        assert_eq!(split(0, 0.1, 0.0), [0, 0, 0]);
        for (validation, test) in [(1.0, 0.0), (0.5, 0.5), (-0.1, 0.0), (f64::NAN, 0.0)] {
            assert!(Split::draw(&names(3), validation, test, 1).is_err());
        }
    }

    #[test]
    fn a_split_is_read_back_as_written_and_other_pickles_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for test in [0.0, 0.2] {
            let split = Split::draw(&names(20), 0.2, test, 3).unwrap();
            split.write(folder.path()).unwrap();
            assert_eq!(Split::read(folder.path()).unwrap(), split);
        }
        for bytes in [
            b"N.".as_slice(),
            b").",
            b"](K\x01e.",
            b"](](X\x04\0\0\0../ae]e.",
        ] {
            assert!(Split::parse(bytes).is_err(), "{bytes:?}");
        }
    }
}
