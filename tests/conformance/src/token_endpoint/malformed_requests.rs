//! Malformed bodies and paths, which every machine endpoint must handle.

use crate::support::case::Case;
use crate::support::counted::{at_each_endpoint, nothing_is_written};
use crate::support::handles::COUNTED;
use crate::support::session::{assert_granted, assert_refused, assert_refused_with};
use crate::support::world::ORDERS;

#[tokio::test]
async fn a_content_type_may_have_parameters_and_any_case() {
    let counted = COUNTED.lock().await;
    let session = counted.world.session();
    for kind in ["application/x-www-form-urlencoded; charset=UTF-8", "Application/X-WWW-Form-Urlencoded"] {
        let ask = session.http.post("/token").client(&counted.world.service).header("content-type", kind);
        let body = format!("grant_type=client_credentials&resource={ORDERS}");
        assert_granted(&ask.body(body).send().await);
    }
}

#[tokio::test]
async fn a_body_of_a_mebibyte_is_refused() {
    let long = "a".repeat(1024 * 1024);
    let bodies = [
        format!("grant_type=client_credentials&token=x&other={long}"),
        format!("grant_type=refresh_token&refresh_token={long}&token={long}"),
        long,
    ];
    for body in bodies {
        for (name, reply) in at_each_endpoint(|ask| ask.raw_form(&*body)).await {
            let _case = Case::new(name);
            let status = if reply.status == 413 { 413 } else { 400 };
            assert_refused_with(&reply, status, "invalid_request");
        }
    }
}

#[tokio::test]
async fn what_is_not_utf8_or_not_encoded_is_an_invalid_request() {
    let bodies: [&[u8]; 10] = [
        b"grant_type=client_credentials&token=\xff",
        b"grant_type=client_credentials&token=\xc3\x28",
        b"grant_type=client_credentials&token=%ff",
        b"grant_type=client_credentials&token=%C3",
        b"grant_type=client_credentials&token=%c0%80",
        b"grant_type=client_credentials&token=%ed%a0%80",
        b"grant_type=client_credentials&token=%",
        b"grant_type=client_credentials&token=%4",
        b"grant_type=client_credentials&token=%zz",
        b"grant_type=client_credentials&%ff=1&token=x",
    ];
    for body in bodies {
        for (name, reply) in at_each_endpoint(|ask| ask.raw_form(body)).await {
            let _case = Case::new(format!("{name} {}", String::from_utf8_lossy(body)));
            assert_refused(&reply, "invalid_request");
        }
    }
}

#[tokio::test]
async fn a_path_that_is_not_there_is_not_found() {
    let replies = nothing_is_written(|_, http| {
        let paths = ["/tokens", "/token/", "/token/x", "/.well-known/x", "/token%2fx", "/TOKEN", "/authorize/x"];
        paths
            .into_iter()
            .flat_map(|path| [(path.to_owned(), http.get(path)), (path.to_owned(), http.post(path))])
            .collect()
    })
    .await;
    for (name, reply) in replies {
        assert!(matches!(reply.status, 404 | 405), "{name}: {reply:?}");
    }
}
