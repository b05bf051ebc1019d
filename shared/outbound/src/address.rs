//! IP addresses: distinguishes those on the public internet from all others.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The IPv4 networks that are not globally reachable (IANA's registry of special-purpose addresses, RFC 6890).
const NOT_PUBLIC: [(Ipv4Addr, u32); 18] = [
    // This network.
    (Ipv4Addr::UNSPECIFIED, 8),
    // Private use.
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    // Shared by the customers of a provider (RFC 6598).
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    // Loopback.
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Link-local: a cloud provides a machine's credentials here.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    // Private use.
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    // Protocol assignments.
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    // Documentation.
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    // AS112, AMT and the relays of 6to4.
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    // Private use.
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // AS112.
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    // Benchmarks.
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    // Documentation.
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    // Reserved, and the broadcast address.
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Returns whether an address is on the public internet.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let within = |(network, bits): &(Ipv4Addr, u32)| (address.to_bits() ^ network.to_bits()).leading_zeros() >= *bits;
    !NOT_PUBLIC.iter().any(within)
}

/// Accepts only the public part of IPv6 (`2000::/3`). An address that embeds an IPv4 address is judged by the
/// latter.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // IPv4-mapped (RFC 4291 §2.5.5.2), NAT64 (RFC 6052 §2.1) and 6to4 (RFC 3056 §2).
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            is_public_v4(embedded(high, low))
        }
        // Protocol assignments, including Teredo (2001::/23), and documentation (2001:db8::/32, 3fff::/20).
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

fn embedded(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn c119_no_address_inside_a_network_is_public() {
        let rows = "
            0.0.0.0 0.255.255.255 10.0.0.1 10.255.255.255 100.64.0.0 100.100.100.200 100.127.255.255
            127.0.0.1 127.255.255.254 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255
            192.0.0.1 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.7
            224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 fe80::1 fec0::1 fc00::1 fd00:ec2::254
            ff02::1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:1ff:ffff::1
            2001:db8::1 3fff::1 3fff:fff:ffff::1 5f00::1 4000::1";
        for address in rows.split_whitespace() {
            assert!(!public(address), "{address}");
        }
    }

    #[test]
    fn c119_no_other_spelling_hides_a_private_address() {
        let rows = "
            ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:10.0.0.1 ::127.0.0.1 ::a00:1 64:ff9b::127.0.0.1
            64:ff9b::a9fe:a9fe 64:ff9b:1::a9fe:a9fe 64:ff9b::1:808:808 2002:7f00:1::1 2002:a9fe:a9fe::
            2002:c0a8:101::1";
        for address in rows.split_whitespace() {
            assert!(!public(address), "{address}");
        }
    }

    #[test]
    fn an_address_of_the_internet_is_public() {
        let rows = "
            1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
            169.253.255.255 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.20.0.0
            223.255.255.255 2600:1f18::1 2a05:d018::1 2001:200::1 2001:4860:4860::8888 ::ffff:8.8.8.8
            64:ff9b::808:808 2002:808:808::1";
        for address in rows.split_whitespace() {
            assert!(public(address), "{address}");
        }
    }
}
