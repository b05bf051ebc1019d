//! The mails that the local stack keeps, as a test reads them.

use std::time::Duration;

use harness::Stack;
use serde_json::Value;

/// The most looks into the outbox before a mail is missed.
const MOST_LOOKS: u32 = 400;

/// Returns the mails to an address, the newest first, as soon as there are so many.
pub(crate) async fn mails_to(stack: &Stack, address: &str, number: usize) -> Vec<Value> {
    for _ in 0..MOST_LOOKS {
        let mails = kept(stack, address).await;
        if mails.len() >= number {
            return mails;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{address} got no {number} mails: {:?}\n{}", kept(stack, address).await, stack.log());
}

/// Returns the mails to an address that are there now, the newest first.
pub(crate) async fn kept(stack: &Stack, address: &str) -> Vec<Value> {
    let reply = stack.http().get("/outbox").header("accept", "application/json").send().await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let mails = reply.json();
    mails.as_array().expect("mails").iter().filter(|mail| mail["to"] == address).cloned().collect()
}

/// Returns the path of the link in a mail.
pub(crate) fn path_of_link(stack: &Stack, mail: &Value) -> String {
    let link = mail["links"][0].as_str().unwrap_or_else(|| panic!("no link in {mail}"));
    for form in ["text", "html"] {
        assert!(mail[form].as_str().is_some_and(|text| text.contains(link)), "{form}: {mail}");
    }
    link.strip_prefix(stack.issuer()).unwrap_or_else(|| panic!("{link} leads elsewhere")).to_owned()
}
