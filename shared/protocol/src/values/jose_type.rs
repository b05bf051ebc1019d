//! The type of a signed document, as its header writes it.

/// Returns the value of `typ` in its short form and in lower case: `application/` in front of it may be left out, so both
/// spellings name one type (RFC 7515 §4.1.9).
pub fn jose_type(typ: &str) -> String {
    let typ = typ.to_ascii_lowercase();
    typ.strip_prefix("application/").unwrap_or(&typ).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_a_short_and_a_long_spelling() {
        for (typ, short) in [
            ("JWT", "jwt"),
            ("application/jwt", "jwt"),
            ("Application/DPoP+JWT", "dpop+jwt"),
            ("application/application/jwt", "application/jwt"),
            ("text/jwt", "text/jwt"),
            ("application/", ""),
            ("", ""),
        ] {
            assert_eq!(jose_type(typ), short, "{typ}");
        }
    }
}
