//! Reads numbers, text and lines from a pickle's bytes.

use std::borrow::Cow;

use crate::error::Fault;

/// A cursor over the bytes of a pickle.
pub(super) struct Reader<'a> {
    whole: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            whole: bytes,
            rest: bytes,
        }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Returns a fault at the current position.
    pub(super) fn fault(&self, found: &str) -> Fault {
        let at = self.whole.len() - self.rest.len();
        Fault::new(
            format!("{found} before byte {at} of a pickle"),
            "a pickle as torch or numpy writes it",
        )
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (array, rest) = self
            .rest
            .split_first_chunk()
            .ok_or_else(|| self.fault("the end of the data"))?;
        self.rest = rest;
        Ok(*array)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Fault> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Fault> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Fault> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn i32(&mut self) -> Result<i32, Fault> {
        self.array().map(i32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, Fault> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn f64_big_endian(&mut self) -> Result<f64, Fault> {
        self.array().map(f64::from_be_bytes)
    }

    pub(super) fn bytes(&mut self, length: u64) -> Result<&'a [u8], Fault> {
        let (bytes, rest) = usize::try_from(length)
            .ok()
            .and_then(|length| self.rest.split_at_checked(length))
            .ok_or_else(|| self.fault("the end of the data"))?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(super) fn text(&mut self, length: u64) -> Result<Cow<'a, str>, Fault> {
        let bytes = self.bytes(length)?;
        std::str::from_utf8(bytes)
            .map(Cow::Borrowed)
            .map_err(|_| self.fault("text that is not UTF-8"))
    }

    /// Reads a Python 2 string: one character per byte.
    pub(super) fn latin1(&mut self, length: u64) -> Result<Cow<'a, str>, Fault> {
        let bytes = self.bytes(length)?;
        Ok(match std::str::from_utf8(bytes) {
            Ok(text) if text.is_ascii() => Cow::Borrowed(text),
            _ => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
        })
    }

    /// Reads the bytes up to the end of the line.
    pub(super) fn line(&mut self) -> Result<&'a [u8], Fault> {
        let end = self
            .rest
            .iter()
            .position(|&byte| byte == b'\n')
            .ok_or_else(|| self.fault("the end of the data"))?;
        let line = &self.rest[..end];
        self.rest = &self.rest[end + 1..];
        Ok(line)
    }

    pub(super) fn text_line(&mut self) -> Result<&'a str, Fault> {
        let line = self.line()?;
        std::str::from_utf8(line).map_err(|_| self.fault("text that is not UTF-8"))
    }

    /// Reads a line in Python's `raw-unicode-escape`: one character per byte, with `\u` and `\U` for others.
    pub(super) fn escaped_line(&mut self) -> Result<String, Fault> {
        let mut line = self.line()?;
        let mut text = String::with_capacity(line.len());
        while let Some((&byte, rest)) = line.split_first() {
            let digits = match line {
                [b'\\', b'u', ..] => 4,
                [b'\\', b'U', ..] => 8,
                _ => 0,
            };
            if digits == 0 {
                text.push(char::from(byte));
                line = rest;
                continue;
            }
            let character = line
                .get(2..2 + digits)
                .and_then(|digits| std::str::from_utf8(digits).ok())
                .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                .and_then(char::from_u32)
                .ok_or_else(|| self.fault("an escape that is not a character"))?;
            text.push(character);
            line = &line[2 + digits..];
        }
        Ok(text)
    }

    /// Reads an integer of `length` bytes in two's complement.
    pub(super) fn long(&mut self, length: u64) -> Result<i128, Fault> {
        let bytes = self.bytes(length)?;
        if bytes.len() > size_of::<i128>() {
            return Err(self.fault("an integer of more than 128 bits"));
        }
        let negative = bytes.last().is_some_and(|&byte| byte >= 0x80);
        let mut wide = [if negative { 0xFF } else { 0 }; size_of::<i128>()];
        wide[..bytes.len()].copy_from_slice(bytes);
        Ok(i128::from_le_bytes(wide))
    }
}
