//! Good events with a few random changes: none of them causes a 5xx or ends the function.

use std::collections::BTreeMap;

use bytes::Bytes;
use report::{Random, depth, seed};

use super::SECTION;
use super::place::{Draft, Place, places};
use crate::{Function, InvokeError, event};

/// The number of events for each endpoint.
const EVENTS: u64 = 400;
const EVENTS_OF_LONG_RUN: u64 = 20_000;

/// The delimiters of events, forms, headers and tokens.
const PIECES: [&[u8]; 30] = [
    b"\"",
    b"\\",
    b"\\ud800",
    b"\\u0000",
    b"\\r\\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b"[[[[[[[[[[[[[[[[",
    b":",
    b",",
    b"\"\":",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"%",
    b"%00",
    b"%zz",
    b"&",
    b"=",
    b";",
    b"..",
    b"/",
    b"?",
    b"#",
    b"\xff",
    "\u{202e}".as_bytes(),
];

fn changed(good: &[u8], random: &mut Random) -> Vec<u8> {
    let mut event = good.to_vec();
    for _ in 0..=random.below(3) {
        let place = random.below(event.len() + 1);
        let end = (place + random.below(40)).min(event.len());
        let piece = random.one_of(&PIECES);
        match random.below(6) {
            0 => event.truncate(place),
            1 => drop(event.drain(place..end)),
            2 => drop(event.splice(place..end, piece.iter().copied())),
            3 => drop(event.splice(place..place, piece.repeat(1 + random.below(2_000)))),
            4 => drop(event.splice(place..place, good[..end.min(good.len())].iter().copied())),
            _ => drop(event.splice(place..place, piece.iter().copied())),
        }
    }
    event
}

/// Changes one text of a request, which still makes a valid event, as one that comes through a gateway.
fn changed_in_one_text(good: &Draft, random: &mut Random) -> Draft {
    let mut draft = good.clone();
    let Draft { path, query, headers, cookies, body, .. } = &mut draft;
    let mut texts: Vec<&mut String> = vec![path, query, body];
    texts.extend(headers.iter_mut().flat_map(|(name, value)| [name, value]).chain(cookies));
    let place = random.below(texts.len());
    let changed = changed(texts[place].as_bytes(), random);
    *texts[place] = String::from_utf8_lossy(&changed).into_owned();
    draft
}

/// Counts the status of each answer, 0 for none.
async fn answers(place: &Place, seed: u64, all: &mut BTreeMap<u16, u64>) {
    let function = Function::start(place.settings()).await.unwrap();
    let good = place.draft.event().to_string();
    for number in 0..depth(EVENTS, EVENTS_OF_LONG_RUN) {
        let random = &mut Random::of(seed, number);
        let event = if random.once_in(3) {
            changed(good.as_bytes(), random)
        } else {
            changed_in_one_text(&place.draft, random).event().to_string().into_bytes()
        };
        let about = || format!("{}, seed {seed}, event {number}: {}", place.name, String::from_utf8_lossy(&event));
        let status = match function.invoke(Bytes::from(event.clone())).await {
            Ok(invoked) => event::to_response(&invoked.payload).unwrap().status().as_u16(),
            Err(InvokeError::Failed(report)) if report.contains("panicked") => panic!("{}: {report}", about()),
            Err(InvokeError::Failed(_)) => 0,
            Err(error) => panic!("{}: {error}", about()),
        };
        assert!(status < 500, "{}: {status}", about());
        *all.entry(status).or_default() += 1;
    }
    let invoked = function.invoke(place.good.0.event().to_string().into()).await.unwrap();
    assert_eq!(event::to_response(&invoked.payload).unwrap().status(), place.good.1, "{}", place.name);
}

#[tokio::test]
async fn events_with_random_changes_are_answered_or_refused() {
    let seed = seed("events_with_random_changes_are_answered_or_refused");
    let mut all = BTreeMap::new();
    for place in places().await {
        answers(&place, seed, &mut all).await;
    }
    let requests: u64 = all.values().sum();
    let told: Vec<String> = all.iter().map(|(status, count)| format!("{count} × {status}")).collect();
    assert!(all.len() > 3, "every change comes to the same: {told:?}");
    println!("by status, 0 for none: {}", told.join(", "));
    SECTION.tell("good events with random changes", &[&requests, &"not measured", &"not measured", &"not measured"]);
}
