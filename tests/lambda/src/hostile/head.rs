//! Hostile request heads: cookies, headers, targets.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::case::{MEGABYTES_5, case, fill, of_query, raw};
use super::judge::Case;
use super::judge::Expect::{Answered, AsGood, Refused};
use super::place::{Draft, Place};

pub(super) fn cookies(place: &Place) -> Vec<Case> {
    let with = |cookies: Vec<String>| Draft { cookies, ..place.draft.clone() };
    let ours = |bytes| {
        let names = ["session", "visit", "device"];
        with(names.map(|name| format!("jeton-{name}=jt{}_{}", &name[..1], fill(bytes))).into())
    };
    let beside =
        |cookies: Vec<String>| Draft { cookies: [&place.draft.cookies[..], &cookies].concat(), ..place.draft.clone() };
    vec![
        case("one cookie of 5 MB", &with(vec![format!("a={}", fill(MEGABYTES_5))]), Refused),
        case("100,000 cookies", &with((0..100_000).map(|number| format!("c{number}=1")).collect()), Refused),
        case("one name 100,000 times", &with(vec!["jeton-session=a".to_owned(); 100_000]), Refused),
        case("a million of nothing", &with(vec![String::new(); 1_000_000]), Refused),
        case("our cookies with 1 MB each", &ours(1_000_000), Refused),
        case("our cookies with 10 KB each", &ours(10_000), Answered),
        case("3,000 cookies", &beside((0..3_000).map(|number| format!("c{number}=1")).collect()), AsGood),
        case("cookies that no header can hold", &beside(vec!["a=\u{e9}".to_owned(), "b=\r\nc: d".to_owned()]), AsGood),
        case("one cookie of semicolons", &beside(vec![";".repeat(50_000)]), AsGood),
    ]
}

pub(super) fn headers(place: &Place) -> Vec<Case> {
    let draft = &place.draft;
    let many = |count: usize| (0..count).fold(draft.clone(), |draft, number| draft.header(&format!("h{number}"), ""));
    let mut cases = vec![
        case("100,000 headers", &many(100_000), Refused),
        case("30,000 headers", &many(30_000), Refused),
        case("3,000 headers", &many(3_000), AsGood),
        case("a header of 5 MB", &draft.clone().header("x-large", &fill(MEGABYTES_5)), Refused),
        case("a header of 50 KB", &draft.clone().header("x-large", &fill(50_000)), AsGood),
        case("a name of 5 MB", &draft.clone().header(&fill(MEGABYTES_5), "a"), Refused),
        case("a content type of 5 MB", &draft.clone().header("content-type", &fill(MEGABYTES_5)), Refused),
        case("an address of 50 KB", &draft.clone().header("x-jeton-source", &fill(50_000)), AsGood),
    ];
    for name in ["", " ", ":", "a b", "a\r\nb", "a\0", "\u{e9}", &"a".repeat(33_000), &"a".repeat(32_768)] {
        cases.push(case(format!("the name {name:.9?}"), &draft.clone().header(name, "a"), AsGood));
    }
    for value in ["\r\nset-cookie: a=b", "\0", "\u{e9}", "\u{ff}\u{fffd}", "\u{7f}", "\u{1f600}"] {
        cases.push(case(format!("the value {value:?}"), &draft.clone().header("user-agent", value), AsGood));
    }
    let bare = draft.clone().without(&["client_secret"]);
    for scheme in ["Basic", "Bearer", "Digest"] {
        for (bytes, expect) in [(MEGABYTES_5, Refused), (40_000, Answered)] {
            let credentials = format!("{scheme} {}", STANDARD.encode(fill(bytes)));
            let name = format!("{scheme} credentials of {bytes} bytes");
            cases.push(case(name, &bare.clone().header("authorization", &credentials), expect));
        }
    }
    cases
}

pub(super) fn targets(place: &Place) -> Vec<Case> {
    let draft = &place.draft;
    let path = |more: &str| Draft { path: format!("{}/{more}", draft.path), ..draft.clone() };
    let query = |query: String| Draft { query, ..draft.clone() };
    let mut cases = vec![
        case("a path of 1 MB", &path(&fill(1_000_000)), Refused),
        case("a path of 60 KB", &path(&fill(60_000)), Refused),
        case("a path of 20,000 letters that are escaped", &path(&"\u{e9}".repeat(20_000)), Refused),
        case("a path of 30,000 quotation marks", &path(&"\"".repeat(30_000)), Refused),
        case("a path of 3,000 quotation marks", &path(&"\"".repeat(3_000)), Answered),
        case("a path of slashes", &path(&"/".repeat(10_000)), Answered),
        case("a path of steps up", &path(&"../".repeat(6_000)), Answered),
        case("a query of 1 MB", &query(fill(1_000_000)), Refused),
        case("a query of 60 KB", &query(fill(60_000)), of_query(place, Refused)),
        case("a query of question marks", &query("?".repeat(30_000)), Answered),
    ];
    let event = draft.event();
    for (field, value) in
        [("rawPath", json!("")), ("rawPath", json!(null)), ("rawPath", json!("*")), ("rawQueryString", json!("#"))]
    {
        let mut event = event.clone();
        event[field] = value.clone();
        cases.push(raw(format!("{field} {value}"), event.to_string(), Answered));
    }
    cases
}
