//! The header of a `.npy` file: a Python dictionary of three entries, as text.

use crate::error::Fault;

/// The longest header that is read, in bytes; numpy itself writes 118 for an array of numbers.
const MAX_HEADER_BYTES: usize = 1 << 16;

const MAGIC: &[u8] = b"\x93NUMPY";

/// The header's description of the array after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// The element type in numpy's notation, such as `<f4`, or `|O` for Python objects.
    pub(crate) element: String,
    /// Whether the first index varies fastest.
    pub(crate) fortran_order: bool,
    /// The sizes of the dimensions.
    pub(crate) shape: Vec<usize>,
}

impl Header {
    /// Reads the header and returns it with the bytes after it.
    ///
    /// # Errors
    /// Returns an error if the bytes do not start with a header of version 1, 2 or 3 that has exactly its three
    /// entries, or if it is longer than [`MAX_HEADER_BYTES`].
    pub(crate) fn parse(bytes: &[u8]) -> Result<(Self, &[u8]), Fault> {
        let cut_off = || Fault::new("a file that ends in its header", "a whole .npy file");
        let rest = bytes
            .strip_prefix(MAGIC)
            .ok_or_else(|| Fault::new("a file without numpy's magic bytes", "a .npy file"))?;
        let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(cut_off)?;
        let (length, rest) = match version {
            [1, _] => rest
                .split_first_chunk()
                .map(|(length, rest)| (u16::from_le_bytes(*length).into(), rest)),
            [2 | 3, _] => rest
                .split_first_chunk()
                .map(|(length, rest)| (u32::from_le_bytes(*length) as usize, rest)),
            [other, _] => {
                return Err(Fault::new(
                    format!("version {other} of the .npy format"),
                    "version 1, 2 or 3",
                ));
            }
        }
        .ok_or_else(cut_off)?;
        if length > MAX_HEADER_BYTES {
            return Err(Fault::new(
                format!("a header of {length} bytes"),
                format!("at most {MAX_HEADER_BYTES}"),
            ));
        }
        let (text, data) = rest.split_at_checked(length).ok_or_else(cut_off)?;
        let text = std::str::from_utf8(text)
            .map_err(|_| Fault::new("a header that is not text", "a .npy file"))?;
        let header = Scanner { rest: text }.header().ok_or_else(|| {
            let start: String = text.trim_end().chars().take(120).collect();
            Fault::new(
                format!("the header `{start}`"),
                "`descr` as one type, `fortran_order` and `shape`",
            )
        })?;
        Ok((header, data))
    }
}

/// Reads the few Python literals that a header contains, from left to right.
struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    fn header(mut self) -> Option<Header> {
        let (mut element, mut fortran_order, mut shape) = (None, None, None);
        self.token("{")?;
        while self.token("}").is_none() {
            let key = self.string()?;
            self.token(":")?;
            match key {
                "descr" => element = Some(self.string()?.to_owned()),
                "fortran_order" => fortran_order = Some(self.boolean()?),
                "shape" => shape = Some(self.sizes()?),
                _ => return None,
            }
            if self.token(",").is_none() {
                self.token("}")?;
                break;
            }
        }
        if !self.rest.trim().is_empty() {
            return None;
        }
        Some(Header {
            element: element?,
            fortran_order: fortran_order?,
            shape: shape?,
        })
    }

    fn token(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(token)?;
        Some(())
    }

    fn string(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let (text, rest) = rest[1..].split_once(quote)?;
        self.rest = rest;
        Some(text)
    }

    fn boolean(&mut self) -> Option<bool> {
        if self.token("True").is_some() {
            return Some(true);
        }
        self.token("False").map(|()| false)
    }

    fn sizes(&mut self) -> Option<Vec<usize>> {
        let mut sizes = Vec::new();
        self.token("(")?;
        while self.token(")").is_none() {
            let rest = self.rest.trim_start();
            let digits = rest.find(|c: char| !c.is_ascii_digit())?;
            sizes.push(rest[..digits].parse().ok()?);
            // Python 2 appended `L` to long integers.
            self.rest = rest[digits..].strip_prefix('L').unwrap_or(&rest[digits..]);
            if self.token(",").is_none() {
                self.token(")")?;
                break;
            }
        }
        Some(sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_may_come_in_any_order_and_spacing() {
        let text = r#"{"shape":(3,),"fortran_order":True , 'descr' : '|O'}   "#;
        let header = Scanner { rest: text }.header().unwrap();
        assert_eq!(header.element, "|O");
        assert!(header.fortran_order);
        assert_eq!(header.shape, [3]);
    }

    #[test]
    fn a_header_with_a_missing_extra_or_malformed_entry_is_refused() {
        for text in [
            "{'descr': '<f4', 'fortran_order': False}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'extra': 1}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} {",
            "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': 1}",
            "{'descr': '<f4' 'fortran_order': False, 'shape': (1,)}",
            "{",
            "",
        ] {
            assert!(Scanner { rest: text }.header().is_none(), "{text}");
        }
    }
}
