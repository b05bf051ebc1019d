//! Retries of writes that meet a transaction.

use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;

/// The rule that a write to one item is sent again if a transaction is writing to this item at that moment. The SDK itself
/// takes this refusal for a final one.
#[derive(Debug)]
pub(crate) struct TransactionConflicts;

impl ClassifyRetry for TransactionConflicts {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(|answer| answer.err()?.as_operation_error());
        let meets_a_transaction = error.is_some_and(|error| {
            let put = error.downcast_ref().is_some_and(PutItemError::is_transaction_conflict_exception);
            let update = error.downcast_ref().is_some_and(UpdateItemError::is_transaction_conflict_exception);
            let delete = error.downcast_ref().is_some_and(DeleteItemError::is_transaction_conflict_exception);
            put || update || delete
        });
        if meets_a_transaction { RetryAction::transient_error() } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "writes that meet a transaction"
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
    use crate::dynamodb::connect::tests::connection;
    use crate::dynamodb::connect::{Connection, connect};
    use crate::dynamodb::expression::Expression;
    use crate::dynamodb::items::{Item, by_id};
    use crate::dynamodb::request_tokens::tests::answer_once;

    const CONFLICT: &str = r#"{"__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException"}"#;

    #[tokio::test]
    async fn a_write_alone_that_meets_a_transaction_is_sent_again() {
        let kinds: [fn(Item) -> Kind; 3] = [Kind::Put, Kind::Update, Kind::Delete];
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Some(format!("http://{}", listener.local_addr().unwrap()));
        let server = tokio::spawn(async move {
            let mut bodies = Vec::new();
            for _ in kinds {
                bodies.push(answer_once(&listener, "400 Bad Request", CONFLICT).await);
                bodies.push(answer_once(&listener, "200 OK", "{}").await);
            }
            bodies
        });
        let client = connect(&Connection { dynamodb_endpoint: endpoint, ..connection("us-east-1") }, "a5".repeat(12));
        for kind in kinds {
            let mut expression = Expression::default();
            expression.absent("id");
            let written = commit(&client, vec![Write::new("t", kind(by_id("a")), expression)]).await.unwrap();
            assert!(matches!(written, Outcome::Done(_)), "{written:?}");
        }
        let bodies = server.await.unwrap();
        assert!(bodies.chunks(2).all(|pair| pair[0] == pair[1]), "{bodies:?}");
    }
}
