//! Wrong passwords from many addresses of one network: the source that counts is the one that the firewall saw.

use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Browser, Http, Pkce, authorization_url, dynamo_call};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::stack::{CALLBACK, SHARED, deployment};
use crate::{Deployment, Gateway};

const WORD: &str = "a-word-of-forty-three-characters-made-by-aws";
/// The wrong passwords that a /64, a /56 and a /48 may send.
const BOUNDS: [u32; 3] = [50, 200, 800];

/// The sign-in page behind a firewall.
struct Door {
    http: Http,
    fields: Vec<(String, String)>,
    cookies: String,
    _gateway: Gateway,
}

impl Door {
    async fn open() -> Self {
        let mut deployment: Deployment = deployment();
        deployment.template.functions.retain(|function| function.binary == "authorize");
        deployment.environment.insert("JETON_EDGE_PROOF".to_owned(), WORD.to_owned());
        deployment.environment.insert("JETON_EDGE_REQUIRED".to_owned(), "false".to_owned());
        let gateway = Gateway::start(&deployment).await.unwrap_or_else(|error| panic!("{error}"));
        let mut browser = Browser::new(&gateway.url());
        let page = browser.go(&authorization_url(&SHARED.web.id, CALLBACK, &Pkce::new(), &[("scope", "read")])).await;
        let fields = page.form().filled(&[("password", "not the pass phrase")]);
        let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Self { http: Http::new(&gateway.url()), fields, cookies: cookies.join("; "), _gateway: gateway }
    }

    /// Sends a wrong password for an account of this number from an address, and returns the status.
    async fn guess(&self, source: &str, account: u32) -> u16 {
        let ask = self.http.post("/authorize/sign-in").header("cookie", &self.cookies);
        let ask = ask.header("x-jeton-edge", WORD).header("x-jeton-source", source);
        let ask = ask.header("sec-fetch-site", "same-origin");
        let fields = self.fields.iter().filter(|(name, _)| name != "username");
        let ask = fields.fold(ask, |ask, (name, value)| ask.field(name, value));
        let reply = ask.field("username", &format!("farmed-{account}")).send().await;
        assert!(reply.status != 429 || reply.retry_after().is_some_and(|wait| wait > 0), "{reply:?}");
        reply.status
    }
}

/// The first bytes of a network, as it is counted.
fn network(source: &str, bytes: usize) -> Vec<u8> {
    let address: std::net::Ipv6Addr = source.parse().unwrap();
    address.octets()[..bytes].to_vec()
}

/// Calls the store about the counter of a network.
async fn counter(network: &[u8], operation: &str, more: Value) -> Value {
    let environment = SHARED.stack.env_file();
    let name = URL_SAFE_NO_PAD.encode(&Sha256::digest(network)[..16]);
    let mut input = json!({
        "TableName": environment.get("JETON_TABLE_GRANTS"),
        "Key": {"id": {"S": format!("throttle#password-source#{name}")}},
    });
    for (member, value) in more.as_object().unwrap() {
        input[member] = value.clone();
    }
    dynamo_call(&environment.get("AWS_ENDPOINT_URL_DYNAMODB"), operation, &input).await
}

/// Returns how many guesses of a network are counted.
async fn counted(network: &[u8]) -> u32 {
    let item = counter(network, "GetItem", json!({"ConsistentRead": true})).await;
    item["Item"]["failures"]["N"].as_str().unwrap_or_else(|| panic!("not counted: {item}")).parse().unwrap()
}

/// Fills the counter of a network, so that it is over for a minute: as many guesses as that would each cost a hash.
async fn fill(network: &[u8], bound: u32) {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let update = json!({
        "UpdateExpression": "SET failures = :count, last_at = :now",
        "ExpressionAttributeValues": {":count": {"N": (bound + 4).to_string()}, ":now": {"N": now.to_string()}},
    });
    counter(network, "UpdateItem", update).await;
}

#[tokio::test]
async fn c144_a_farm_of_ipv6_addresses_is_throttled_at_the_sign_in_by_its_networks() {
    let door = Door::open().await;
    let [host, house, site] = BOUNDS;
    // Each address of one /64, and each time another account.
    for number in 0..host {
        assert_eq!(door.guess(&format!("2001:db8:1:100::{number:x}"), number).await, 403, "{number}");
    }
    assert_eq!(door.guess("2001:db8:1:100:ffff::1", host).await, 429);
    // Each guess counted for the networks around it too, of which the widest forgets one in some seconds.
    let [of_house, of_site] = [7, 6].map(|bytes| network("2001:db8:1:100::", bytes));
    for network in [&of_house, &of_site] {
        let counted = counted(network).await;
        assert!((host / 2..=host).contains(&counted), "{counted}");
    }
    assert_eq!(door.guess("2001:db8:1:101::1", 100).await, 403);
    fill(&of_house, house).await;
    assert_eq!(door.guess("2001:db8:1:102::1", 101).await, 429);
    assert_eq!(door.guess("2001:db8:1:200::1", 102).await, 403);
    fill(&of_site, site).await;
    assert_eq!(door.guess("2001:db8:1:300::1", 103).await, 429);
    // A refused guess is not counted, and another /48 has nothing to do with it.
    assert_eq!(counted(&of_site).await, site + 4);
    assert_eq!(door.guess("2001:db8:2:100::1", 104).await, 403);
}
