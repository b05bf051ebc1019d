//! What hostile input is written with.

use bytes::Bytes;

use super::judge::{Case, Expect, MARK};
use super::place::{Draft, Place};

/// Below what Lambda takes, 6 MB.
pub(super) const MEGABYTES_5: usize = 5_000_000;

/// All cases of a kind for one endpoint.
pub(super) type Kind = fn(&Place) -> Vec<Case>;

pub(super) fn case(name: impl Into<String>, draft: &Draft, expect: Expect) -> Case {
    raw(name, draft.event().to_string(), expect)
}

pub(super) fn raw(name: impl Into<String>, event: impl Into<Bytes>, expect: Expect) -> Case {
    Case { name: name.into(), event: event.into(), expect }
}

/// So many bytes that nobody should see again.
pub(super) fn fill(bytes: usize) -> String {
    format!("{MARK}{}", "A".repeat(bytes.saturating_sub(MARK.len())))
}

/// Pieces with a separator, as many as fit.
pub(super) fn joined(separator: &str, bytes: usize, piece: impl Fn(usize) -> String) -> String {
    let mut text = String::with_capacity(bytes);
    for number in 0.. {
        let piece = piece(number);
        if text.len() + separator.len() + piece.len() > bytes {
            return text;
        }
        if number > 0 {
            text.push_str(separator);
        }
        text.push_str(&piece);
    }
    text
}

/// Of the query, which an endpoint that takes a token and nothing else does not look at.
pub(super) fn of_query(place: &Place, expect: Expect) -> Expect {
    if place.name == "userinfo" { Expect::Answered } else { of_parameters(place, expect) }
}

/// Of the parameters of the place; where there are none, they may be skipped.
pub(super) fn of_parameters(place: &Place, expect: Expect) -> Expect {
    if place.known.is_empty() { Expect::Answered } else { expect }
}
