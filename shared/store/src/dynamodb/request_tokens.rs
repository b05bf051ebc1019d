//! The tokens by which DynamoDB recognises a transaction that is sent again (`ClientRequestToken`).
//!
//! The SDK draws such tokens from a generator whose seed is the time since the machine started. Two processes that start
//! at the same tick, on one machine or in two fresh ones, would use the same tokens, and DynamoDB would take the later
//! transaction for a changed repetition (`IdempotentParameterMismatchException`). So the tokens are made here, from
//! random bytes of the operating system.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsInput;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeSerializationInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// The tokens of one connection: its random name, and a number that grows. DynamoDB allows 36 characters.
#[derive(Debug)]
pub(crate) struct RequestTokens {
    connection: String,
    sent: AtomicU64,
}

impl RequestTokens {
    pub(crate) const fn new(connection: String) -> Self {
        Self { connection, sent: AtomicU64::new(0) }
    }

    fn next(&self) -> String {
        format!("{}-{:x}", self.connection, self.sent.fetch_add(1, Ordering::Relaxed))
    }
}

#[dyn_dispatch_hint]
impl Intercept for RequestTokens {
    fn name(&self) -> &'static str {
        "RequestTokens"
    }

    /// Runs once for each call, before its retries: they all have the same token.
    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(input) = context.input_mut().downcast_mut::<TransactWriteItemsInput>() {
            input.client_request_token = Some(self.next());
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::dynamodb::connect::tests::connection;
    use crate::dynamodb::connect::{Connection, connect};
    use crate::dynamodb::items::{Item, text};

    #[test]
    fn no_token_comes_twice_and_each_has_the_size_that_dynamodb_allows() {
        let (one, other) = (RequestTokens::new("a5".repeat(12)), RequestTokens::new("01".repeat(12)));
        let tokens: BTreeSet<String> = (0..1000).flat_map(|_| [one.next(), other.next()]).collect();
        assert_eq!(tokens.len(), 2000);
        let late = RequestTokens { sent: AtomicU64::new(u64::from(u32::MAX)), ..RequestTokens::new("ff".repeat(12)) };
        assert!(tokens.iter().chain([&late.next()]).all(|token| token.len() <= 36 && token.is_ascii()));
    }

    #[tokio::test]
    async fn a_transaction_that_is_sent_again_is_the_same_to_the_letter_and_the_next_one_has_another_token() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Some(format!("http://{}", listener.local_addr().unwrap()));
        let server = tokio::spawn(async move {
            let mut bodies = Vec::new();
            for status in ["500 Internal Server Error", "200 OK", "200 OK"] {
                bodies.push(answer_once(&listener, status, "{}").await);
            }
            bodies
        });
        let client = connect(&Connection { dynamodb_endpoint: endpoint, ..connection("us-east-1") }, "a5".repeat(12));
        for _ in 0..2 {
            let put = Put::builder().table_name("t").set_item(Some(Item::from([("id".to_owned(), text(&"a"))])));
            let item = TransactWriteItem::builder().put(put.build().unwrap()).build();
            client.transact_write_items().transact_items(item).send().await.unwrap();
        }
        let bodies = server.await.unwrap();
        let token = |number: usize| format!("\"ClientRequestToken\":\"{}-{number}\"", "a5".repeat(12));
        assert!(bodies[0] == bodies[1] && bodies[1].contains(&token(0)) && bodies[2].contains(&token(1)), "{bodies:?}");
    }

    /// Answers the request of one connection, and returns its body.
    pub(crate) async fn answer_once(listener: &TcpListener, status: &str, answer: &str) -> String {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = String::new();
        let body = loop {
            let mut piece = [0; 4096];
            let read = stream.read(&mut piece).await.unwrap();
            request.push_str(std::str::from_utf8(&piece[..read]).unwrap());
            let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
            let length = head.to_ascii_lowercase().split_once("content-length: ").unwrap().1.to_owned();
            if body.len() >= length.lines().next().unwrap().parse::<usize>().unwrap() {
                break body.to_owned();
            }
        };
        let length = answer.len();
        let whole = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}");
        stream.write_all(whole.as_bytes()).await.unwrap();
        body
    }
}
