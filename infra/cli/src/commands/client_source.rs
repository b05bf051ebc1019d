//! The input of `jeton client import`.

use std::io::BufRead;

use edge::Error;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::commands::import::{BATCH, Line, Lines};

/// The input: lines, or one array whose elements count as lines.
pub(crate) enum Source<R> {
    Lines(Lines<R>),
    Array(std::vec::IntoIter<Value>, u64),
}

impl<R: BufRead> Source<R> {
    /// Looks at the beginning of the input.
    pub(crate) fn of(mut input: R) -> Result<Self, Error> {
        let mut empty = 0_u64;
        loop {
            match input.fill_buf()?.first() {
                Some(b'\n') => empty = empty.saturating_add(1),
                // The bytes of a byte order mark, which some systems write.
                Some(b' ' | b'\t' | b'\r' | 0xef | 0xbb | 0xbf) => {}
                Some(b'[') => break,
                Some(_) | None => return Ok(Self::Lines(Lines::after(empty, input))),
            }
            input.consume(1);
        }
        let mut text = Zeroizing::new(String::new());
        input.read_to_string(&mut text)?;
        let all: Vec<Value> = serde_json::from_str(&text)
            .map_err(|error| format!("the JSON array ends wrongly in line {}", error.line()))?;
        Ok(Self::Array(all.into_iter(), 0))
    }

    /// Reads the next clients, at most as many as a batch has; none at the end of the input.
    pub(crate) fn batch(&mut self) -> Result<Vec<Line>, Error> {
        match self {
            Self::Lines(lines) => lines.batch(),
            Self::Array(all, place) => {
                let next = all.by_ref().take(BATCH);
                let numbered = next.map(|element| {
                    *place = place.saturating_add(1);
                    (*place, Ok(Zeroizing::new(element.to_string())))
                });
                Ok(numbered.collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c245_an_array_or_lines_are_read_after_a_byte_order_mark_and_empty_lines() {
        let read = |text: &str| {
            let lines = Source::of(text.as_bytes()).unwrap().batch().unwrap();
            lines.into_iter().map(|(line, text)| (line, text.unwrap().to_string())).collect::<Vec<_>>()
        };
        let one = |line| vec![(line, r#"{"a":1}"#.to_owned())];
        assert_eq!(read("\u{feff}[\n{\"a\": 1}\n]\r\n"), one(1));
        assert_eq!(read("{\"a\":1}"), one(1));
        assert_eq!(read("\u{feff}\r\n \n\n{\"a\":1}\n"), one(4));
        assert!(read("\u{feff}\n").is_empty());
    }
}
