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
    /// The credentials were temporary, and their time is over.
    Expired,
    /// The caller's clock is wrong, so that its signatures are too old or not yet valid.
    Clock,
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
            SdkError::ServiceError(service) => {
                told(service.err().code().unwrap_or_default(), service.err().message().unwrap_or_default())
            }
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => Cause::Unreachable,
            SdkError::ConstructionFailure(_) | _ => Cause::Other,
        };
        let in_words = error.code().zip(error.message()).map(|(code, message)| format!("{code}: {message}"));
        let detail = in_words.unwrap_or_else(|| DisplayErrorContext(error).to_string());
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
            Cause::Expired => format!(
                "the credentials in use are over, so the table {table} cannot be used: sign in again (aws sso login), or set AWS_SESSION_TOKEN and its key anew"
            ),
            Cause::Clock => format!(
                "the clock of this machine is wrong, so the table {table} cannot be used: set it ({})",
                self.detail
            ),
            Cause::Throttled => format!("the table {table} is throttled: try again in a moment"),
            Cause::Unreachable => format!(
                "DynamoDB did not answer for the table {table}: check AWS_ENDPOINT_URL_DYNAMODB, AWS_REGION and the network"
            ),
            Cause::Damaged => format!("an item of the table {table} cannot be read: its {} is damaged", self.detail),
            Cause::Other => format!("DynamoDB could not serve the table {table}: {}", self.detail),
        }
    }
}

/// Returns the cause that DynamoDB tells with a code and a message.
fn told(code: &str, message: &str) -> Cause {
    // The times that such a message names tell how wrong the clock is.
    let is_about_time = ["Signature expired", "Signature not yet current"].iter().any(|words| message.contains(words));
    match code {
        "ResourceNotFoundException" => Cause::NoTable,
        "ExpiredTokenException" => Cause::Expired,
        "InvalidSignatureException" if is_about_time => Cause::Clock,
        "AccessDeniedException" | "UnrecognizedClientException" | "InvalidSignatureException" => Cause::Forbidden,
        "ProvisionedThroughputExceededException" | "ThrottlingException" | "RequestLimitExceeded" => Cause::Throttled,
        _ => Cause::Other,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::error::ErrorMetadata;

    use super::*;

    #[test]
    fn an_operator_is_told_what_to_do_about_each_refusal_of_credentials() {
        let expired = "The security token included in the request is expired";
        let late =
            "Signature expired: 20261128T120000Z is now earlier than 20261128T125500Z (20261128T130000Z - 5 min.)";
        let early = "Signature not yet current: 20261128T140000Z is still later than 20261128T130500Z (20261128T130000Z + 5 min.)";
        let other = "The request signature we calculated does not match the signature you provided.";
        for (code, message, cause, words) in [
            ("ExpiredTokenException", expired, Cause::Expired, "sign in again"),
            ("InvalidSignatureException", late, Cause::Clock, late),
            ("InvalidSignatureException", early, Cause::Clock, early),
            ("InvalidSignatureException", other, Cause::Forbidden, "AWS_PROFILE"),
            ("AccessDeniedException", "", Cause::Forbidden, "the role's policy"),
            ("UnrecognizedClientException", "", Cause::Forbidden, "AWS_PROFILE"),
        ] {
            let error = ErrorMetadata::builder().code(code).message(message).build();
            let unknown = Unknown::from_sdk("t", SdkError::service_error(error, ()));
            assert_eq!(unknown.cause, cause, "{message}");
            assert!(unknown.to_string().contains(words), "{unknown}");
        }
    }
}
