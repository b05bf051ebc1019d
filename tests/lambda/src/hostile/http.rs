//! Hostile input to the HTTP server of `jeton dev`: raw bytes on a connection.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::case::{MEGABYTES_5, fill};
use super::judge::MARK;
use crate::stack::SHARED;

/// Longer than any answer takes, but shorter than clients wait.
const PATIENCE: Duration = Duration::from_secs(30);

/// Returns the server's answer to these bytes, after which the client sends nothing more.
async fn said(bytes: &[u8]) -> String {
    let address: SocketAddr = SHARED.stack.issuer().strip_prefix("http://").unwrap().parse().unwrap();
    let (mut from, mut to) = TcpStream::connect(address).await.unwrap().into_split();
    let mut answer = Vec::new();
    let send = async {
        // The server may close the connection before it has read everything.
        let _ = to.write_all(bytes).await;
        let _ = to.shutdown().await;
    };
    let (read, ()) = tokio::join!(timeout(PATIENCE, from.read_to_end(&mut answer)), send);
    // A connection that is reset is closed as well.
    assert!(read.is_ok(), "neither an answer nor an end of the connection");
    String::from_utf8_lossy(&answer).into_owned()
}

fn post(head: &str, body: &str) -> Vec<u8> {
    let form = "content-type: application/x-www-form-urlencoded";
    format!("POST /token HTTP/1.1\r\nhost: a\r\n{form}\r\n{head}\r\n\r\n{body}").into_bytes()
}

fn get(target: &str, head: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nhost: a\r\n{head}connection: close\r\n\r\n").into_bytes()
}

fn requests() -> Vec<(&'static str, Vec<u8>)> {
    let mut many = String::new();
    for number in 0..100_000 {
        write!(many, "h{number}: a\r\n").unwrap();
    }
    let large = fill(2 * MEGABYTES_5);
    let chunked = |body: &str| post("transfer-encoding: chunked", body);
    vec![
        ("100,000 headers", get("/authorize", &many)),
        ("a header of 5 MB", get("/authorize", &format!("x: {}\r\n", fill(MEGABYTES_5)))),
        ("a header of 90 KB", get("/authorize", &format!("x: {}\r\n", fill(90_000)))),
        ("a cookie of 90 KB", get("/authorize", &format!("cookie: jeton-session={}\r\n", fill(90_000)))),
        ("a target of 1 MB", get(&format!("/{}", fill(1_000_000)), "")),
        ("a query of 60 KB", get(&format!("/authorize?{}", fill(60_000)), "")),
        ("malformed escapes", get("/authorize?client_id=%zz&%", "")),
        ("malformed escapes in the path", get("/authorize/%c0%ae%zz", "")),
        ("bytes in the target", [b"GET /authorize?a=\xff\xfe HTTP/1.1\r\nhost: a\r\n\r\n".as_slice()].concat()),
        ("bytes in a header", [b"GET /authorize HTTP/1.1\r\nhost: a\r\nx: \xff\0\xfe\r\n\r\n".as_slice()].concat()),
        ("a method of 100 KB", [fill(100_000).as_bytes(), b" /token HTTP/1.1\r\nhost: a\r\n\r\n"].concat()),
        ("no HTTP at all", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(2_000)),
        ("a body of 10 MB", post(&format!("content-length: {}", large.len()), &large)),
        ("a body that does not come", post("content-length: 5000000", "a")),
        ("a body of 10 MB in chunks", chunked(&format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len()))),
        ("a million chunks", chunked(&format!("{}0\r\n\r\n", "1\r\na\r\n".repeat(1_000_000)))),
        ("chunks without an end", chunked(&"1\r\na\r\n".repeat(1_000))),
        ("a chunk larger than a number", chunked("fffffffffffffffff\r\na")),
        ("a chunk with an extension of 1 MB", chunked(&format!("1;{}\r\na\r\n0\r\n\r\n", fill(1_000_000)))),
        ("two lengths", post("content-length: 1\r\ncontent-length: 2", "ab")),
        ("a length below nothing", post("content-length: -1", "ab")),
        ("a length and chunks", post("content-length: 1\r\ntransfer-encoding: chunked", "0\r\n\r\n")),
    ]
}

#[tokio::test]
async fn jeton_dev_refuses_or_hangs_up_and_lives_on() {
    let http = SHARED.stack.http();
    for (name, bytes) in requests() {
        let answer = said(&bytes).await;
        let refused = answer.is_empty() || answer.starts_with("HTTP/1.1 4");
        assert!(refused && answer.len() < 32 * 1024 && !answer.contains(MARK), "{name}: {answer:.1000}");
        assert_eq!(http.get("/.well-known/openid-configuration").send().await.status, 200, "{name}");
    }
    assert!(!SHARED.stack.log().contains(MARK), "hostile text is in the log");
}
