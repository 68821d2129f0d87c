//! The events of a track, one after the other.

use super::oddities::{Oddities, Oddity};
use crate::error::Fault;

/// The status byte of a meta message.
const META: u8 = 0xFF;
/// The status bytes of a system-exclusive message and of its continuation.
const SYSTEM: [u8; 2] = [0xF0, 0xF7];
/// The most bytes of a number of variable length.
const LONGEST_NUMBER: usize = 4;

/// What happens at a tick.
#[derive(Debug, PartialEq)]
pub(super) enum Event<'a> {
    /// A channel message; the second byte is 0 if it has only one.
    Channel {
        channel: u8,
        command: u8,
        data: [u8; 2],
    },
    /// A meta message.
    Meta { kind: u8, data: &'a [u8] },
    /// A system-exclusive message.
    System,
}

/// Reads the events of one track.
pub(super) struct Events<'a> {
    rest: &'a [u8],
    track: usize,
    tick: u64,
    /// The status of the last channel message.
    running: Option<u8>,
    /// Whether another kind of message came since, after which the standard asks for a status.
    is_interrupted: bool,
}

impl<'a> Events<'a> {
    pub(super) fn new(contents: &'a [u8], track: usize) -> Self {
        Self {
            rest: contents,
            track,
            tick: 0,
            running: None,
            is_interrupted: false,
        }
    }

    /// Returns the next event and its tick, or `None` at the end of the track's contents.
    ///
    /// # Errors
    /// Returns an error if the event is malformed or cut short.
    pub(super) fn next(
        &mut self,
        oddities: &mut Oddities,
    ) -> Result<Option<(u64, Event<'a>)>, Fault> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.tick += u64::from(self.number()?);
        let first = self.byte()?;
        let event = match first {
            META => {
                let kind = self.byte()?;
                self.is_interrupted = true;
                let data = self.data()?;
                Event::Meta { kind, data }
            }
            status if SYSTEM.contains(&status) => {
                self.is_interrupted = true;
                self.data()?;
                Event::System
            }
            0xF1.. => {
                let found = format!("the status 0x{first:02X}");
                return Err(Fault::new(
                    found,
                    "a channel, meta or system-exclusive message",
                ));
            }
            0x80.. => {
                let data = self.data_byte()?;
                self.channel_event(first, data)?
            }
            data => {
                let expected = "a message that starts with its status";
                let status = self.running.ok_or_else(|| {
                    Fault::new(format!("0x{data:02X} as the first message"), expected)
                })?;
                if self.is_interrupted {
                    oddities.add(Oddity::RunningStatus, Some(self.track));
                }
                self.channel_event(status, data)?
            }
        };
        Ok(Some((self.tick, event)))
    }

    fn channel_event(&mut self, status: u8, first: u8) -> Result<Event<'a>, Fault> {
        let (command, channel) = (status & 0xF0, status & 0x0F);
        let second = match command {
            0xC0 | 0xD0 => 0,
            _ => self.data_byte()?,
        };
        self.running = Some(status);
        self.is_interrupted = false;
        Ok(Event::Channel {
            channel,
            command,
            data: [first, second],
        })
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        let (&byte, rest) = self.rest.split_first().ok_or_else(cut_short)?;
        self.rest = rest;
        Ok(byte)
    }

    fn data_byte(&mut self) -> Result<u8, Fault> {
        match self.byte()? {
            byte @ 0..0x80 => Ok(byte),
            byte => {
                let found = format!("0x{byte:02X} in a message");
                Err(Fault::new(found, "a value of at most 127"))
            }
        }
    }

    /// Reads a number of variable length.
    fn number(&mut self) -> Result<u32, Fault> {
        let mut number = 0;
        for _ in 0..LONGEST_NUMBER {
            let byte = self.byte()?;
            number = number << 7 | u32::from(byte & 0x7F);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        let found = format!("a number of more than {LONGEST_NUMBER} bytes");
        Err(Fault::new(found, format!("at most {LONGEST_NUMBER}")))
    }

    /// Reads bytes after their number.
    fn data(&mut self) -> Result<&'a [u8], Fault> {
        let length = self.number()? as usize;
        let (data, rest) = self.rest.split_at_checked(length).ok_or_else(cut_short)?;
        self.rest = rest;
        Ok(data)
    }
}

fn cut_short() -> Fault {
    Fault::new("a message that is cut short", "a whole MIDI file")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(bytes: &[u8]) -> Result<(Vec<(u64, Event<'_>)>, usize), Fault> {
        let mut oddities = Oddities::default();
        let mut reader = Events::new(bytes, 0);
        let mut events = Vec::new();
        while let Some(event) = reader.next(&mut oddities)? {
            events.push(event);
        }
        Ok((events, oddities.sentences().len()))
    }

    #[test]
    fn ticks_add_up_and_a_status_holds_for_the_messages_after_it() {
        let (events, oddities) = events(&[0, 0xC1, 5, 0x81, 0x00, 6]).unwrap();
        let change = |program| Event::Channel {
            channel: 1,
            command: 0xC0,
            data: [program, 0],
        };
        assert_eq!(events, [(0, change(5)), (128, change(6))]);
        assert_eq!(oddities, 0);
    }

    #[test]
    fn a_status_that_holds_across_a_meta_message_is_read_and_noted() {
        let across = [0, 0x90, 60, 9, 0, META, 1, 1, b'a', 0, 60, 0];
        let (events, oddities) = events(&across).unwrap();
        let end = Event::Channel {
            channel: 0,
            command: 0x90,
            data: [60, 0],
        };
        assert_eq!(events[2], (0, end));
        assert_eq!(oddities, 1);
    }

    #[test]
    fn malformed_messages_are_refused() {
        for (bytes, found) in [
            (&[0, 60, 9][..], "0x3C"),
            (&[0, 0x90, 60], "cut short"),
            (&[0, 0x90, 60, 0x90], "0x90"),
            (&[0, 0xF8], "0xF8"),
            (&[0, META, 1, 9, b'a'], "cut short"),
            (&[0x80, 0x80, 0x80, 0x80, 0], "4 bytes"),
            (&[0x81], "cut short"),
        ] {
            let fault = events(bytes).unwrap_err();
            assert!(fault.to_string().contains(found), "{fault}");
        }
    }
}
