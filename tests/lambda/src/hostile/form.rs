//! Hostile parameters and bodies.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::case::{MEGABYTES_5, case, fill, joined, of_parameters, of_query};
use super::judge::Case;
use super::judge::Expect::{Answered, AsGood, Refused};
use super::place::{Draft, Place};

/// A size just below the largest form that is read, 32 KiB.
const FORM: usize = 32_000;
/// Escapes that no encoder writes.
const MALFORMED: [&str; 8] = ["%", "%0", "%zz", "%c0%ae", "%80", "%u0041", "%%", "%ed%a0%80"];
/// A compressed text of 60,000 zeros.
const BOMB: &str = "H4sIAAAAAAACA+3BMQEAAADCoPVPbQ0PoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAC+DAWqJ1Fg6gAA";

pub(super) fn large_parameters(place: &Place) -> Vec<Case> {
    let mut cases = Vec::new();
    for name in place.known.iter().chain(&["odd"]) {
        for bytes in [64 * 1024, 1024 * 1024] {
            let expect = of_parameters(place, Refused);
            cases.push(case(format!("{name} of {bytes} bytes"), &place.draft.clone().with(name, &fill(bytes)), expect));
        }
        // These sizes are read, but may be too long for the parameter.
        cases.push(case(format!("{name} of 12 KB"), &place.draft.clone().with(name, &fill(12_000)), Answered));
        cases.push(case(format!("{name} of 28 KB"), &place.draft.clone().with(name, &fill(28_000)), Answered));
    }
    cases
}

pub(super) fn many_parameters(place: &Place) -> Vec<Case> {
    let name = |number: usize| -> String {
        let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~*!$'()";
        let count = letters.len();
        [number % count, number / count % count, number / count / count % count]
            .iter()
            .map(|at| char::from(letters[*at]))
            .collect()
    };
    let texts: [(&str, &dyn Fn(usize) -> String); 8] = [
        ("the shortest names", &|bytes| joined("&", bytes, name)),
        ("numbered names", &|bytes| joined("&", bytes, |number| format!("p{number}=1"))),
        ("one name", &|bytes| joined("&", bytes, |_| "odd=1".to_owned())),
        ("names of one hash in Java", &|bytes| joined("&", bytes, |number| colliding(["Aa", "BB"], number))),
        ("names of one hash in djb2", &|bytes| joined("&", bytes, |number| colliding(["bA", "ab"], number))),
        ("nothing but separators", &|bytes| "&".repeat(bytes)),
        ("resources", &|bytes| joined("&", bytes, |number| format!("resource=urn:{number}"))),
        ("scope words", &|bytes| format!("scope={}", joined("+", bytes - 6, |number| number.to_string()))),
    ];
    let mut cases = Vec::new();
    for (what, text) in texts {
        let draft = place.draft.clone().without(&["scope"]);
        let room = FORM - draft.body.len().max(draft.query.len());
        cases.push(case(format!("{what}, 32 KB"), &draft.clone().and(&text(room)), Answered));
        cases.push(case(format!("{what}, 14 KB"), &draft.clone().and(&text(14_000)), Answered));
        let expect = of_parameters(place, Refused);
        cases.push(case(format!("{what}, 2 MB"), &draft.and(&text(2_000_000)), expect));
    }
    cases
}

/// Returns different texts with the same hash (of Java and of djb2): each pair of letters has two spellings.
fn colliding(pairs: [&str; 2], number: usize) -> String {
    (0..17).map(|bit| pairs[number >> bit & 1]).collect()
}

pub(super) fn bodies(place: &Place) -> Vec<Case> {
    let draft = &place.draft;
    let put = |body: &str, base64| draft.clone().body(body.to_owned(), base64);
    let expect = if draft.method == "GET" { AsGood } else { Refused };
    let mut cases = vec![
        case("4 MB of zeros in base64", &put(&"A".repeat(5_600_000), true), expect),
        case("5 MB that are said to be base64", &put(&fill(MEGABYTES_5), true), Refused),
        case("5 MB of line ends said to be base64", &put(&"\n".repeat(MEGABYTES_5), true), Refused),
        case("5 MB of padding", &put(&"=".repeat(MEGABYTES_5), true), Refused),
        case("text that is said to be base64", &put("a=%", true), Refused),
        case("base64 that is said to be text", &put(&STANDARD.encode(&draft.body), false), expect),
        case("the right body in base64", &put(&STANDARD.encode(&draft.body), true), AsGood),
        case("bytes that are no text", &put(&STANDARD.encode([0xff; 20_000]), true), expect),
        case("5 MB of percent signs", &put(&"%".repeat(MEGABYTES_5), false), expect),
        case("5 MB of escapes", &put(&"%41".repeat(MEGABYTES_5 / 3), false), expect),
        case(
            "JSON instead of a form",
            &put(&"[".repeat(30_000), false).header("content-type", "application/json"),
            expect,
        ),
        case(
            "a multipart form",
            &put(&"--a\r\n".repeat(6_000), false).header("content-type", "multipart/form-data; boundary=a"),
            expect,
        ),
    ];
    for encoding in ["gzip", "br", "deflate", "zstd", "gzip, gzip"] {
        let draft = put(BOMB, true).header("content-encoding", encoding);
        cases.push(case(format!("a small body that says {encoding}"), &draft, expect));
    }
    cases
}

pub(super) fn percent_encoding(place: &Place) -> Vec<Case> {
    let draft = &place.draft;
    let mut cases = Vec::new();
    for piece in MALFORMED {
        let query = Draft { query: format!("{}&a={piece}", draft.query), ..draft.clone() };
        let path = Draft { path: format!("{}{piece}", draft.path), ..draft.clone() };
        let expect = of_parameters(place, Refused);
        cases.push(case(format!("{piece} in the query"), &query, of_query(place, Refused)));
        cases.push(case(format!("{piece} in a name"), &draft.clone().and(&format!("{piece}=a")), expect));
        cases.push(case(format!("{piece} in a value"), &draft.clone().and(&format!("odd={piece}")), expect));
        cases.push(case(format!("{piece} in the path"), &path, Answered));
    }
    for piece in
        ["%00", "%2541", "%252e%252e", "+", "%0d%0aset-cookie:%20a=b", "\u{e9}", "%F0%9F%98%80", "\"", "<", "\\"]
    {
        let path = Draft { path: format!("{}/{piece}", draft.path), ..draft.clone() };
        // These three characters are not allowed in a URI.
        let expect = if ["\"", "<", "\\"].contains(&piece) { Answered } else { AsGood };
        cases.push(case(format!("{piece} in a value"), &draft.clone().and(&format!("odd={piece}")), expect));
        cases.push(case(format!("{piece} in the path"), &path, Answered));
    }
    cases
}

pub(super) fn tokens(place: &Place) -> Vec<Case> {
    let Some(name) = ["token", "refresh_token", "access_token"].into_iter().find(|name| place.known.contains(name))
    else {
        return Vec::new();
    };
    let draft = match name {
        "refresh_token" => place.draft.clone().with("grant_type", name),
        _ => place.draft.clone(),
    };
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let header = part("{\"typ\":\"at+jwt\",\"alg\":\"RS256\",\"kid\":\"a\"}");
    let nested = |levels: usize| part(&format!("{{\"a\":{}}}", "[".repeat(levels) + &"]".repeat(levels)));
    let jwt = |bytes: usize| {
        let half = |text: &str| format!("{{\"typ\":\"{text}\",\"alg\":\"RS256\",\"kid\":\"{}\"}}", fill(bytes));
        vec![
            ("header", format!("{}.e30.AAAA", part(&half("at+jwt")))),
            ("claims", format!("{header}.{}.AAAA", part(&half("a")))),
            ("signature", format!("{header}.e30.{}", "A".repeat(bytes))),
            ("dots", ".".repeat(bytes)),
            ("nested header", format!("{}.e30.AAAA", nested(bytes / 3))),
            ("nested claims", format!("{header}.{}.AAAA", nested(bytes / 3))),
            ("handle", format!("jtr_{}", "A".repeat(bytes))),
        ]
    };
    let mut cases = Vec::new();
    for (bytes, expect) in [(1_000_000, Refused), (100_000, Refused), (5_000, Answered)] {
        for (what, token) in jwt(bytes) {
            cases.push(case(format!("{what} of {bytes} bytes"), &draft.clone().with(name, &token), expect));
        }
    }
    cases
}

/// Returns cases with a valid ticket of the browser, because passwords are only checked behind one.
pub(super) fn forms(place: &Place) -> Vec<Case> {
    let nobody = place.draft.clone().with("username", "nobody");
    match place.name {
        "sign-in" | "account sign-in" => vec![
            case("a password of 5 MB", &nobody.clone().with("password", &fill(MEGABYTES_5)), Refused),
            case("a password of 28 KB", &nobody.clone().with("password", &fill(28_000)), Refused),
            case("a password of escapes", &nobody.clone().with("password", &"%F0%9F%98%80".repeat(2_000)), Refused),
            case("a username of 1 MB", &nobody.clone().with("username", &fill(1_000_000)), Refused),
            case("a ticket of 28 KB", &nobody.clone().with("ticket", &format!("jtl_{}", fill(28_000))), Refused),
            case("a request of 28 KB", &nobody.with("request", &"%26a".repeat(7_000)), Refused),
        ],
        "consent" => vec![
            case("a ticket of 28 KB", &place.draft.clone().with("ticket", &format!("jtf_{}", fill(28_000))), Refused),
            case("a ticket of 5 MB", &place.draft.clone().with("ticket", &fill(MEGABYTES_5)), Refused),
            case("a decision of 28 KB", &place.draft.clone().with("decision", &fill(28_000)), Refused),
            case("a request of 28 KB", &place.draft.clone().with("request", &"%26a".repeat(7_000)), Refused),
        ],
        "account passkey" => vec![
            case("a passkey of 5 MB", &place.draft.clone().with("passkey", &fill(MEGABYTES_5)), Refused),
            case("a passkey of nested lists", &place.draft.clone().with("passkey", &"[".repeat(28_000)), Refused),
            case("a passkey of nested objects", &place.draft.clone().with("passkey", &nested_objects(2_500)), Refused),
            case("a passkey of long texts", &place.draft.clone().with("passkey", &long_passkey(20_000)), Refused),
        ],
        _ => Vec::new(),
    }
}

/// Returns objects within objects, encoded for a form.
fn nested_objects(levels: usize) -> String {
    "%7B%22a%22:".repeat(levels)
}

/// Returns what a browser sends for a passkey, with texts of this size together.
fn long_passkey(bytes: usize) -> String {
    let text = "A".repeat(bytes / 4);
    let parts = ["clientDataJSON", "authenticatorData", "signature", "userHandle"];
    let response = parts.map(|name| format!("\"{name}\":\"{text}\"")).join(",");
    let passkey = format!("{{\"id\":\"AAAA\",\"type\":\"public-key\",\"response\":{{{response}}}}}");
    form_urlencoded::byte_serialize(passkey.as_bytes()).collect()
}
