//! A limit of requests within a window of time, for work that costs no guess but should not be asked for in floods.

use std::net::IpAddr;

use grants::{Seconds, Timestamp};

use crate::throttling::{Wait, network};

/// The length of a window, in seconds.
const LENGTH: Seconds = 60;

/// The requests since the beginning of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    since: Timestamp,
    count: u32,
}

impl Window {
    /// Returns the window after one more request, of at most `most`.
    ///
    /// # Errors
    /// [`Wait`] until the next window when there were as many already.
    pub fn admit(found: Option<Self>, most: u32, now: Timestamp) -> Result<Self, Wait> {
        match found.filter(|window| !window.is_over(now)) {
            None => Ok(Self { since: now, count: 1 }),
            Some(window) if window.count < most => Ok(Self { count: window.count.saturating_add(1), ..window }),
            Some(window) => {
                let next = window.since.plus(LENGTH);
                Err(Wait(u32::try_from(next.since(now)).unwrap_or(LENGTH)))
            }
        }
    }

    /// Returns whether the window has passed, so that nothing needs to be known of it.
    pub fn is_over(self, now: Timestamp) -> bool {
        self.since.plus(LENGTH) <= now
    }
}

/// Returns the name of a source in a limit: its address, or the network that one household gets.
pub fn source_name(source: IpAddr) -> String {
    format!("{:02x?}", network(source))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::tests::NOW;

    #[test]
    fn as_many_requests_as_the_limit_are_admitted_in_each_window() {
        let mut window = None;
        for start in [NOW, NOW.plus(60), NOW.plus(1000)] {
            for second in 0..3 {
                window = Some(Window::admit(window, 3, start.plus(second)).unwrap());
            }
            assert_eq!(Window::admit(window, 3, start.plus(10)), Err(Wait(50)));
            assert_eq!(Window::admit(window, 3, start.plus(59)), Err(Wait(1)));
            assert!(Window::admit(window, 4, start.plus(59)).is_ok());
        }
        assert!(window.is_some_and(|window| window.is_over(NOW.plus(1060)) && !window.is_over(NOW.plus(1059))));
    }

    #[test]
    fn a_household_is_one_source() {
        let name = |text: &str| source_name(text.parse().unwrap());
        assert_eq!(name("2001:db8:1:2::1"), name("2001:db8:1:2:ffff::9"));
        assert_ne!(name("2001:db8:1:2::1"), name("2001:db8:1:3::1"));
        assert_eq!(name("192.0.2.1"), name("::ffff:192.0.2.1"));
        assert_ne!(name("192.0.2.1"), name("192.0.2.2"));
    }
}
