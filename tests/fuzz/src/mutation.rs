//! Hostile variants of valid input: parameters, their values, redirect URIs, bytes.

use report::Random;

pub(crate) type Pairs = Vec<(String, String)>;

/// Hosts and fragments that can be confused with a trusted host.
const PIECES: [&str; 44] = [
    "@",
    "@evil.example",
    "\\",
    "\\@evil.example",
    "\t",
    "\r\n",
    "\r\nSet-Cookie: a=b",
    "%2e",
    "%2E%2e",
    "%2f",
    "%5c",
    "%00",
    "%09",
    "%0d%0a",
    "%40",
    "%23",
    "%3f",
    "#",
    "?",
    "&",
    ";",
    "/",
    "//",
    "/..",
    "/../",
    "/./",
    ".",
    ".evil.example",
    ":",
    ":80",
    ":443",
    ":99999",
    ":80@evil.example",
    "\u{3002}",
    "\u{ff0f}",
    "\u{ff20}",
    "\u{200d}",
    "\u{e9}",
    "[",
    "]",
    "https://evil.example/",
    "https:",
    "javascript:alert(1)//",
    "\0",
];

const VALUES: [&str; 24] = [
    "",
    " ",
    "\0",
    "\u{fffd}",
    "\u{e9}\u{202e}",
    "\"",
    "\\",
    "'",
    "<script>",
    "%",
    "%00",
    "%zz",
    "a b",
    "none",
    "none login",
    "-1",
    "0",
    "18446744073709551616",
    "code",
    "token",
    "code token",
    "plain",
    "S256",
    "\r\nLocation: https://evil.example",
];

const NAMES: [&str; 20] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "state",
    "scope",
    "resource",
    "nonce",
    "prompt",
    "max_age",
    "login_hint",
    "request",
    "request_uri",
    "registration",
    "code_challenge",
    "code_challenge_method",
    "client_secret",
    "grant_type",
    "token",
    "odd",
];

/// Makes a few changes to parameters: their values, their order, their number, their names.
pub(crate) fn parameters(pairs: &mut Pairs, random: &mut Random) {
    for _ in 0..=random.below(2) {
        if pairs.is_empty() {
            return;
        }
        let (place, other) = (random.below(pairs.len()), random.below(pairs.len()));
        match random.below(8) {
            0 => drop(pairs.remove(place)),
            1 => pairs.push(pairs[place].clone()),
            2 => pairs.swap(place, other),
            3 => pairs[place].0 = random.one_of(&NAMES).to_owned(),
            4 => {
                let taken = pairs[other].1.clone();
                pairs[place].1 = taken;
            }
            5 => pairs.push((random.one_of(&NAMES).to_owned(), random.one_of(&VALUES).to_owned())),
            6 => pairs[place].1 = text(&pairs[place].1, random),
            _ => pairs[place].1 = random.one_of(&VALUES).to_owned(),
        }
    }
}

/// Returns a redirect URI that looks like `uri`.
pub(crate) fn redirect_uri(uri: &str, random: &mut Random) -> String {
    let host_end = uri.match_indices('/').nth(2).map_or(uri.len(), |(at, _)| at);
    let insert = |at: usize, piece: &str| format!("{}{piece}{}", &uri[..at], &uri[at..]);
    let host_start = uri.find("//").map_or(0, |at| at + 2);
    match random.below(11) {
        0 => insert(host_end, random.one_of(&PIECES)),
        1 => {
            insert(host_start, random.one_of(&["evil.example@", "evil.example\\", "evil.example/", "a:b@", "/", "\t"]))
        }
        2 => insert(uri.len(), random.one_of(&PIECES)),
        3 => insert(random.below(uri.len() + 1), random.one_of(&PIECES)),
        4 => uri.to_ascii_uppercase(),
        5 => {
            uri.replace(random.one_of(&[".", "/", ":", "app", "cb"]), random.one_of(&["%2e", "%2f", "%3a", "..", "\\"]))
        }
        6 => format!(
            "{}{uri}",
            random.one_of(&["https://evil.example/", "//", "\t", " ", "javascript:", "https://evil.example?"])
        ),
        7 => insert(host_end, &":1234".repeat(1 + random.below(2))),
        8 => format!("{uri}{}", "a".repeat(random.below(5_000))),
        9 => uri.replacen("http", random.one_of(&["https", "http", "ftp", "HTTP"]), 1),
        _ => text(uri, random),
    }
}

/// Returns the text with one character added, removed or replaced.
pub(crate) fn text(text: &str, random: &mut Random) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let place = random.below(characters.len() + 1);
    let new = char::from(random.byte());
    match random.below(3) {
        0 => characters.insert(place, new),
        _ if place == characters.len() => characters.push(new),
        1 => drop(characters.remove(place)),
        _ => characters[place] = new,
    }
    characters.into_iter().collect()
}

/// Encodes `application/x-www-form-urlencoded` in one of many equivalent ways.
pub(crate) fn encode(pairs: &Pairs, random: &mut Random) -> Vec<u8> {
    let style = random.below(4);
    let mut form = Vec::new();
    for (name, value) in pairs {
        if !form.is_empty() {
            form.push(b'&');
        }
        encode_text(name, style, &mut form);
        form.push(b'=');
        encode_text(value, style, &mut form);
    }
    form
}

fn encode_text(text: &str, style: usize, form: &mut Vec<u8>) {
    for byte in text.bytes() {
        let harmless = byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let legal = byte.is_ascii_graphic() && !b"%&=+#\"<>".contains(&byte);
        match style {
            0 | 1 if harmless => form.push(byte),
            2 if legal => form.push(byte),
            1 => form.extend(format!("%{byte:02x}").bytes()),
            _ => form.extend(format!("%{byte:02X}").bytes()),
        }
    }
}

/// Changes bytes into sequences that no encoder writes.
pub(crate) fn bytes(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(3) {
        let place = random.below(bytes.len() + 1);
        match random.below(5) {
            0 => bytes.insert(place, random.byte()),
            1 => bytes.insert(place, b'%'),
            2 => bytes.truncate(place.max(1)),
            _ if place == bytes.len() => {}
            3 => drop(bytes.remove(place)),
            _ => bytes[place] ^= 1 << random.below(8),
        }
    }
}
