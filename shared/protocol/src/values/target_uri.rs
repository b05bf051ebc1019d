//! The target of a request, as a DPoP proof names it (`htu`, RFC 9449 §4.3).

use std::fmt;

use url::Url;

const MAX_BYTES: usize = 2048;

/// An HTTP URI without query and fragment, in its normal form (RFC 3986 §6.2.2, §6.2.3): two spellings of one target are
/// equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetUri(String);

/// The error for a text that is not the URI of an HTTP request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an http or https URI")]
pub struct MalformedTargetUri;

impl TargetUri {
    /// Reads an http or https URI, and drops its query and its fragment.
    ///
    /// # Errors
    /// [`MalformedTargetUri`] for any other text.
    pub fn parse(text: &str) -> Result<Self, MalformedTargetUri> {
        let is_uri = text.len() <= MAX_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let mut url = Url::parse(text).ok().filter(|_| is_uri).ok_or(MalformedTargetUri)?;
        let is_web = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        if !is_web {
            return Err(MalformedTargetUri);
        }
        url.set_query(None);
        url.set_fragment(None);
        let path = normal_path(url.path());
        let origin = url.origin().ascii_serialization();
        Ok(Self(format!("{origin}{path}")))
    }
}

impl fmt::Display for TargetUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Decodes unreserved characters, and writes the other percent-encodings in upper case (RFC 3986 §6.2.2.1, §6.2.2.2).
fn normal_path(path: &str) -> String {
    let mut parts = path.split('%');
    let mut normal = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let decoded = part.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok().map(|byte| (byte, code)));
        match (decoded, part.get(2..)) {
            (Some((byte, _)), Some(rest)) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                normal.push(char::from(byte));
                normal.push_str(rest);
            }
            (Some((_, code)), Some(rest)) => {
                normal.push('%');
                normal.push_str(&code.to_ascii_uppercase());
                normal.push_str(rest);
            }
            _ => {
                normal.push('%');
                normal.push_str(part);
            }
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c182_a_target_has_one_normal_form_without_query_and_fragment() {
        let target = TargetUri::parse("https://as.example/~a/token").unwrap();
        for same in [
            "HTTPS://AS.Example/~a/token",
            "https://as.example:443/~a/token",
            "https://as.example/%7Ea/token",
            "https://as.example/%7ea/token?x=1",
            "https://as.example/~a/token#x",
            "https://as.example/~a/./b/../token",
        ] {
            assert_eq!(TargetUri::parse(same), Ok(target.clone()), "{same}");
        }
        for other in [
            "http://as.example/~a/token",
            "https://as.example:8443/~a/token",
            "https://as.example/~A/token",
            "https://as.example/~a/token/",
            "https://as.example/~a%2Ftoken",
            "https://other.example/~a/token",
        ] {
            assert_ne!(TargetUri::parse(other), Ok(target.clone()), "{other}");
        }
        assert_eq!(TargetUri::parse("https://a.example/x%2fy"), TargetUri::parse("https://a.example/x%2Fy"));
        assert_eq!(TargetUri::parse("https://a.example"), TargetUri::parse("https://a.example/"));
        let long = format!("https://a.example/{}", "a".repeat(MAX_BYTES));
        for bad in
            ["", "/token", "urn:a", "ftp://a/b", "https://u@a.example/", "https://a.example/a b", " https://a", &long]
        {
            assert_eq!(TargetUri::parse(bad), Err(MalformedTargetUri), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_normal_form_is_its_own(text in "https?://[a-zA-Z.]{1,9}(:[0-9]{1,4})?/[a-zA-Z0-9%._~/?#-]{0,40}") {
            if let Ok(target) = TargetUri::parse(&text) {
                proptest::prop_assert_eq!(TargetUri::parse(&target.to_string()), Ok(target));
            }
        }
    }
}
