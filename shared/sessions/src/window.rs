//! Limits of requests within a window of time, counted in memory: for work that costs no guess but should not be asked for
//! in floods.

use std::net::IpAddr;

use grants::{Seconds, Timestamp};

use crate::throttling::{Wait, networks};

/// A limit: the most requests in a window of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The most requests that are admitted in a window.
    pub most: u32,
    /// The length of the window, in seconds.
    pub within: Seconds,
}

/// The requests since the beginning of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    since: Timestamp,
    count: u32,
}

impl Window {
    /// Returns the window after one more request.
    ///
    /// # Errors
    /// [`Wait`] until the next window when there were as many already as the limit allows.
    pub fn admit(found: Option<Self>, limit: Limit, now: Timestamp) -> Result<Self, Wait> {
        match found.filter(|window| !window.is_over(limit, now)) {
            None => Ok(Self { since: now, count: 1 }),
            Some(window) if window.count < limit.most => Ok(Self { count: window.count.saturating_add(1), ..window }),
            Some(window) => {
                let next = window.since.plus(limit.within);
                Err(Wait(u32::try_from(next.since(now)).unwrap_or(limit.within)))
            }
        }
    }

    /// Returns whether the window has passed, so that nothing needs to be known of it. A clock that was set back begins
    /// another one.
    pub fn is_over(self, limit: Limit, now: Timestamp) -> bool {
        self.since.plus(limit.within) <= now || self.since > now
    }
}

/// Returns the names of a source in limits, each with the factor by which its limit is larger: its address, or the networks
/// around it.
pub fn source_names(source: IpAddr) -> Vec<(String, u32)> {
    networks(source).into_iter().map(|(name, wider)| (format!("{name:02x?}"), wider)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::tests::NOW;

    const THREE: Limit = Limit { most: 3, within: 60 };

    #[test]
    fn as_many_requests_as_the_limit_are_admitted_in_each_window() {
        let mut window = None;
        for start in [NOW, NOW.plus(60), NOW.plus(1000)] {
            for second in 0..3 {
                window = Some(Window::admit(window, THREE, start.plus(second)).unwrap());
            }
            assert_eq!(Window::admit(window, THREE, start.plus(10)), Err(Wait(50)));
            assert_eq!(Window::admit(window, THREE, start.plus(59)), Err(Wait(1)));
            assert!(Window::admit(window, Limit { most: 4, ..THREE }, start.plus(59)).is_ok());
            assert!(Window::admit(window, Limit { within: 59, ..THREE }, start.plus(59)).is_ok());
        }
        let is_over = |now| window.is_some_and(|window| window.is_over(THREE, now));
        assert!(is_over(NOW.plus(1060)) && !is_over(NOW.plus(1059)));
    }

    #[test]
    fn a_clock_that_was_set_back_closes_no_window_for_long() {
        let full = Window { since: NOW.plus(500), count: 3 };
        assert_eq!(Window::admit(Some(full), THREE, NOW), Ok(Window { since: NOW, count: 1 }));
    }

    #[test]
    fn a_household_is_one_source_and_a_prefix_is_a_larger_one() {
        let names = |text: &str| source_names(text.parse().unwrap());
        assert_eq!(names("2001:db8:1:2::1"), names("2001:db8:1:2:ffff::9"));
        let (one, other) = (names("2001:db8:1:2::1"), names("2001:db8:1:3::1"));
        assert_eq!((one[0] == other[0], &one[1..]), (false, &other[1..]));
        assert_eq!(one.iter().map(|(_, wider)| *wider).collect::<Vec<_>>(), [1, 4, 16]);
        assert_eq!(names("192.0.2.1"), names("::ffff:192.0.2.1"));
        assert_ne!(names("192.0.2.1"), names("192.0.2.2"));
    }
}
