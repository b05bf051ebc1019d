//! The third outcome of a call: unknown.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

/// The error for a call whose effect is unknown: answer 503, release nothing, revoke nothing.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.advice())]
pub struct Unknown {
    /// The name of the table.
    pub table: String,
    /// The cause, as far as it can be determined.
    pub cause: Cause,
    detail: String,
}

/// The causes of an unknown outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The table does not exist.
    NoTable,
    /// The credentials do not allow the call.
    Forbidden,
    /// The store throttled the call.
    Throttled,
    /// There was no connection, or no answer in time.
    Unreachable,
    /// The item does not have the expected form.
    Damaged,
    /// Any other cause of failure.
    Other,
}

impl Unknown {
    pub(crate) fn from_sdk<E, R>(table: &str, error: SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug + 'static,
    {
        let cause = match &error {
            SdkError::ServiceError(service) => match service.err().code().unwrap_or_default() {
                "ResourceNotFoundException" => Cause::NoTable,
                "AccessDeniedException"
                | "UnrecognizedClientException"
                | "InvalidSignatureException"
                | "ExpiredTokenException" => Cause::Forbidden,
                "ProvisionedThroughputExceededException" | "ThrottlingException" | "RequestLimitExceeded" => {
                    Cause::Throttled
                }
                _ => Cause::Other,
            },
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => Cause::Unreachable,
            SdkError::ConstructionFailure(_) | _ => Cause::Other,
        };
        let told = error.code().zip(error.message()).map(|(code, message)| format!("{code}: {message}"));
        let detail = told.unwrap_or_else(|| DisplayErrorContext(error).to_string());
        Self { table: table.to_owned(), cause, detail }
    }

    pub(crate) fn damaged(table: &str, attribute: &'static str) -> Self {
        Self { table: table.to_owned(), cause: Cause::Damaged, detail: attribute.to_owned() }
    }

    pub(crate) fn unprocessed(table: &str) -> Self {
        Self { table: table.to_owned(), cause: Cause::Throttled, detail: "keys were left unprocessed".to_owned() }
    }

    /// Returns one line for the operator: the problem and its solution.
    fn advice(&self) -> String {
        let table = &self.table;
        match self.cause {
            Cause::NoTable => format!(
                "the table {table} does not exist: deploy infra/template.yaml, or make it in this store with `jeton tables create`"
            ),
            Cause::Forbidden => {
                format!("the credentials in use may not use the table {table}: check AWS_PROFILE or the role's policy")
            }
            Cause::Throttled => format!("the table {table} is throttled: try again in a moment"),
            Cause::Unreachable => format!(
                "DynamoDB did not answer for the table {table}: check AWS_ENDPOINT_URL_DYNAMODB, AWS_REGION and the network"
            ),
            Cause::Damaged => format!("an item of the table {table} cannot be read: its {} is damaged", self.detail),
            Cause::Other => format!("DynamoDB could not serve the table {table}: {}", self.detail),
        }
    }
}
