//! Helpers that build hostile input.

use bytes::Bytes;

use super::judge::{Case, Expect, MARK};
use super::place::{Draft, Place};

/// A size below Lambda's limit of 6 MB.
pub(super) const MEGABYTES_5: usize = 5_000_000;

/// A function that returns all cases of a kind for one endpoint.
pub(super) type Kind = fn(&Place) -> Vec<Case>;

pub(super) fn case(name: impl Into<String>, draft: &Draft, expect: Expect) -> Case {
    raw(name, draft.event().to_string(), expect)
}

pub(super) fn raw(name: impl Into<String>, event: impl Into<Bytes>, expect: Expect) -> Case {
    Case { name: name.into(), event: event.into(), expect }
}

/// Returns filler text of this size, which must not be logged or returned.
pub(super) fn fill(bytes: usize) -> String {
    format!("{MARK}{}", "A".repeat(bytes.saturating_sub(MARK.len())))
}

/// Joins as many pieces as fit, with a separator.
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

/// Returns the expectation for a hostile query. The UserInfo endpoint reads a token only, and endpoints that take a form
/// ignore whatever the query has that is none of their parameters.
pub(super) fn of_query(place: &Place, expect: Expect) -> Expect {
    if ["userinfo", "par", "device", "token", "introspect", "revoke"].contains(&place.name) {
        Expect::Answered
    } else {
        of_parameters(place, expect)
    }
}

/// Returns the expectation for hostile parameters; an endpoint without parameters may ignore them.
pub(super) fn of_parameters(place: &Place, expect: Expect) -> Expect {
    if place.known.is_empty() { Expect::Answered } else { expect }
}
