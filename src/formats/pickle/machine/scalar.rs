//! The opcodes that hold a number, text or bytes.

use super::super::Node;
use super::super::reader::Reader;
use super::Machine;
use crate::error::Fault;

impl<'a> Machine<'a> {
    /// Reads the value that the opcode holds.
    pub(super) fn scalar(&mut self, opcode: u8) -> Result<Node<'a>, Fault> {
        let input = &mut self.input;
        Ok(match opcode {
            b'N' => Node::None,
            0x88 => Node::Bool(true),
            0x89 => Node::Bool(false),
            b'K' => Node::Int(input.byte()?.into()),
            b'M' => Node::Int(input.u16()?.into()),
            b'J' => Node::Int(input.i32()?.into()),
            0x8A => {
                let length = input.byte()?;
                Node::Int(input.long(length.into())?)
            }
            0x8B => {
                let length = input.u32()?;
                Node::Int(input.long(length.into())?)
            }
            b'I' => match input.text_line()? {
                "00" => Node::Bool(false),
                "01" => Node::Bool(true),
                digits => Node::Int(number(input, digits)?),
            },
            b'L' => {
                let digits = input.text_line()?;
                Node::Int(number(input, digits.strip_suffix('L').unwrap_or(digits))?)
            }
            b'F' => {
                let digits = input.text_line()?;
                Node::Float(number(input, digits)?)
            }
            b'G' => Node::Float(input.f64_big_endian()?),
            b'V' => Node::Text(input.escaped_line()?.into()),
            b'S' => {
                let line = input.text_line()?;
                let text = ['\'', '"']
                    .iter()
                    .find_map(|&quote| line.strip_prefix(quote)?.strip_suffix(quote))
                    .filter(|text| !text.contains('\\'))
                    .ok_or_else(|| input.fault("a string with escapes"))?;
                Node::Text(text.into())
            }
            0x8C => {
                let length = input.byte()?;
                Node::Text(input.text(length.into())?)
            }
            b'X' => {
                let length = input.u32()?;
                Node::Text(input.text(length.into())?)
            }
            0x8D => {
                let length = input.u64()?;
                Node::Text(input.text(length)?)
            }
            b'U' => {
                let length = input.byte()?;
                Node::Text(input.latin1(length.into())?)
            }
            b'T' => {
                let length = input.u32()?;
                Node::Text(input.latin1(length.into())?)
            }
            b'C' => {
                let length = input.byte()?;
                Node::Bytes(input.bytes(length.into())?)
            }
            b'B' => {
                let length = input.u32()?;
                Node::Bytes(input.bytes(length.into())?)
            }
            0x8E | 0x96 => {
                let length = input.u64()?;
                Node::Bytes(input.bytes(length)?)
            }
            other => return Err(input.fault(&format!("the opcode {other:#04x}"))),
        })
    }
}

/// Parses a number in decimal digits.
pub(super) fn number<T: std::str::FromStr>(input: &Reader<'_>, digits: &str) -> Result<T, Fault> {
    digits
        .trim()
        .parse()
        .map_err(|_| input.fault("digits that are not a number"))
}
