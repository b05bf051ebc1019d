//! Bad input at the browser endpoints gets a page, never a redirect or a stack trace, and writes nothing.

use std::sync::LazyLock;

use harness::{Ask, Http, Pkce, Reply, authorization_url};
use tokio::sync::Mutex;

use crate::support::case::Case;
use crate::support::counted::Counted;
use crate::support::session::assert_no_store;
use crate::support::world::CALLBACK;

static COUNTED: LazyLock<Mutex<Counted>> = LazyLock::new(|| Mutex::new(Counted::start()));

/// Sends requests from a new browser, and asserts that each answer is a page and that none wrote anything.
async fn pages(requests: impl Fn(&Counted, &Http) -> Vec<(String, Ask)>) -> Vec<(String, Reply)> {
    let counted = COUNTED.lock().await;
    counted.proxy.reset();
    let mut replies = Vec::new();
    for (name, ask) in requests(&counted, &counted.world.stack.http()) {
        let reply = ask.send().await;
        let _case = Case::new(&name);
        assert!((400..500).contains(&reply.status), "{name}: {reply:?}");
        assert_eq!(reply.header("location"), None, "{name}");
        assert_no_store(&reply);
        replies.push((name, reply));
    }
    assert_eq!(counted.proxy.writes(), []);
    replies
}

fn assert_html(reply: &Reply) {
    assert!(reply.header("content-type").unwrap_or_default().starts_with("text/html"), "{reply:?}");
    assert!(reply.text().contains("<h1"), "{reply:?}");
}

/// Builds a valid request of the spa with `more` appended.
fn good(counted: &Counted, more: &str) -> String {
    format!("{}{more}", authorization_url(&counted.world.spa.id, CALLBACK, &Pkce::new(), &[]))
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_shown_here() {
    let replies = pages(|counted, http| {
        let long = format!("&x={}", "a".repeat(40 * 1024));
        let rows = ["&state=%ff", "&state=%zz", "&state=%", "&state=%4", "&%ff=1", "&state=%C3%28", &long];
        rows.into_iter().map(|more| (more.chars().take(20).collect(), http.get(&good(counted, more)))).collect()
    })
    .await;
    for (_, reply) in &replies {
        assert_html(reply);
    }
}

#[tokio::test]
async fn a_request_by_post_that_cannot_be_read_is_shown_here() {
    let replies = pages(|counted, http| {
        let good = good(counted, "");
        let form = good.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
        let json = http.post("/authorize").header("content-type", "application/json").body("{}");
        vec![
            ("1 MiB".to_owned(), http.post("/authorize").raw_form(vec![b'a'; 1024 * 1024])),
            ("not UTF-8".to_owned(), http.post("/authorize").raw_form([form.as_bytes(), b"&state=\xff"].concat())),
            ("JSON".to_owned(), json),
        ]
    })
    .await;
    for (_, reply) in &replies {
        assert_html(reply);
    }
}

#[tokio::test]
async fn another_method_is_refused() {
    drop(
        pages(|counted, http| {
            let mut asks = Vec::new();
            for method in ["PUT", "DELETE", "PATCH"] {
                asks.push((format!("{method} /authorize"), http.ask(method, &good(counted, ""))));
            }
            for path in ["/authorize/sign-in", "/authorize/consent"] {
                for method in ["GET", "PUT", "DELETE"] {
                    asks.push((format!("{method} {path}"), http.ask(method, path)));
                }
            }
            asks
        })
        .await,
    );
}

#[tokio::test]
async fn a_form_that_was_not_given_out_here_is_refused() {
    let replies = pages(|_, http| {
        let mut asks = Vec::new();
        for path in ["/authorize/sign-in", "/authorize/consent"] {
            let bodies: [&[u8]; 8] = [
                b"",
                b"request=&ticket=&username=&password=&decision=",
                b"request=x&ticket=y&username=ana&password=z&decision=allow",
                b"request=x&request=x&ticket=y&username=ana&username=ana&password=z&decision=allow&decision=deny",
                b"request=%ff&ticket=%ff&username=%ff&password=%ff&decision=allow",
                b"request=%&ticket=%zz&username=\xff&password=\xff",
                b"username=ana&password=correct+horse+battery+staple",
                b"decision=allow",
            ];
            for body in bodies {
                asks.push((format!("{path} {}", String::from_utf8_lossy(body)), http.post(path).raw_form(body)));
            }
            let json = http.post(path).header("content-type", "application/json").body("{}");
            asks.push((format!("{path} JSON"), json));
            asks.push((format!("{path} 1 MiB"), http.post(path).raw_form(vec![b'a'; 1024 * 1024])));
        }
        asks
    })
    .await;
    for (_, reply) in &replies {
        assert_html(reply);
    }
}

#[tokio::test]
async fn a_cookie_that_was_not_given_out_here_is_as_good_as_none() {
    let counted = COUNTED.lock().await;
    let mut session = counted.world.session();
    let spa = &counted.world.spa;
    drop(session.code(spa).await);
    let names: Vec<String> = session.browser.cookies.keys().cloned().collect();
    let http = counted.world.stack.http();
    for value in ["", "x", "\"x\"", &"A".repeat(4096), "js_AAAA", "%ff", "a=b"] {
        let cookies: Vec<String> = names.iter().map(|name| format!("{name}={value}")).collect();
        let reply = http.get(&good(&counted, "")).header("cookie", cookies.join("; ")).send().await;
        assert_eq!(reply.status, 200, "{value}: {reply:?}");
        assert!(reply.text().contains("name=\"password\""), "{value}: {reply:?}");
    }
    let reply = http.get(&good(&counted, "")).header("cookie", b"\xff\xfe=\xff; ;;==;").send().await;
    assert!(reply.status < 500, "{reply:?}");
}
