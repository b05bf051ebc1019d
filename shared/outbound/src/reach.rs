//! The private hosts that may be requested by exception.

use std::collections::HashSet;

use url::Host;

/// The private hosts that the operator allowed; empty by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    hosts: HashSet<(Host<String>, Option<u16>)>,
}

/// The error for a word that is neither a host nor a host with a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it must be a list of hosts, each with or without a port, separated by spaces: `keys.internal.example [::1]:8443`"
)]
pub struct MalformedReach;

impl Reach {
    /// Reads hosts separated by spaces or commas. A host with a port allows that port only; names match exactly, without
    /// their subdomains.
    ///
    /// # Errors
    /// [`MalformedReach`] when a word is malformed.
    pub fn parse(text: &str) -> Result<Self, MalformedReach> {
        let words = text.split(|letter: char| letter.is_ascii_whitespace() || letter == ',');
        let hosts = words.filter(|word| !word.is_empty()).map(host).collect::<Result<_, _>>()?;
        Ok(Self { hosts })
    }

    /// Returns whether `host` may be requested at `port`, wherever the host is.
    pub(crate) fn holds(&self, host: &Host<String>, port: u16) -> bool {
        [None, Some(port)].into_iter().any(|port| self.hosts.contains(&(host.clone(), port)))
    }
}

fn host(word: &str) -> Result<(Host<String>, Option<u16>), MalformedReach> {
    let (host, port) = match word.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            (host, Some(port.parse().ok().filter(|_| digits).ok_or(MalformedReach)?))
        }
        Some(_) | None => (word, None),
    };
    Ok((Host::parse(host).map_err(|_| MalformedReach)?, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(reach: &str, host: &str, port: u16) -> bool {
        Reach::parse(reach).unwrap().holds(&Host::parse(host).unwrap(), port)
    }

    #[test]
    fn a_host_is_held_as_it_is_written_and_nothing_below_it() {
        let reach = "keys.internal  LOCALHOST:8443\t[::1]:1 10.0.0.7";
        for (host, port, held) in [
            ("keys.internal", 443, true),
            ("keys.internal", 1, true),
            ("KEYS.internal", 1, true),
            ("a.keys.internal", 443, false),
            ("internal", 443, false),
            ("localhost", 8443, true),
            ("localhost", 443, false),
            ("[::1]", 1, true),
            ("[::1]", 2, false),
            ("10.0.0.7", 9, true),
            ("10.0.0.8", 9, false),
        ] {
            assert_eq!(holds(reach, host, port), held, "{host}:{port}");
        }
        assert!(!holds("", "localhost", 443));
        assert_eq!(Reach::parse(" "), Ok(Reach::default()));
        assert_eq!(Reach::parse("a.internal,b.internal:1"), Reach::parse("a.internal b.internal:1"));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for bad in ["https://a", "a/b", "a:b", "a:", "a:+1", "a:65536", "::1", "a@b", "a b:c", "[::1"] {
            assert_eq!(Reach::parse(bad), Err(MalformedReach), "{bad}");
        }
    }
}
