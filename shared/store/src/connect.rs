//! The way to DynamoDB and KMS.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::calls::CountCalls;

/// Where the store is and who asks, as the environment of a function tells it.
#[derive(Clone)]
pub struct Connection {
    /// `AWS_REGION`.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: protocol::Secret,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: Option<protocol::Secret>,
    /// `AWS_ENDPOINT_URL_DYNAMODB`: another store than Amazon's.
    pub dynamodb_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_KMS`: another KMS than Amazon's.
    pub kms_endpoint: Option<String>,
}

/// Connects as a function does. Nothing is sent yet.
pub fn connect(connection: &Connection) -> Client {
    let endpoint = connection.dynamodb_endpoint.as_deref();
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(connection.region.clone()))
        .credentials_provider(connection.credentials())
        .http_client(http_client(endpoint))
        .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50)))
        .timeout_config(timeouts())
        .interceptor(CountCalls);
    config.set_endpoint_url(endpoint.map(str::to_owned));
    Client::from_conf(config.build())
}

/// Connects to KMS with the same credentials.
pub fn kms(connection: &Connection) -> aws_sdk_kms::Client {
    let mut config = aws_sdk_kms::Config::builder()
        .behavior_version(aws_sdk_kms::config::BehaviorVersion::latest())
        .region(Region::new(connection.region.clone()))
        .credentials_provider(connection.credentials())
        .http_client(http_client(connection.kms_endpoint.as_deref()))
        .timeout_config(timeouts());
    config.set_endpoint_url(connection.kms_endpoint.clone());
    aws_sdk_kms::Client::from_conf(config.build())
}

impl Connection {
    fn credentials(&self) -> Credentials {
        let token = self.session_token.as_ref().map(|token| token.expose().to_owned());
        Credentials::new(&self.access_key_id, self.secret_access_key.expose(), token, None, "environment")
    }
}

/// DynamoDB and KMS answer in milliseconds; what takes longer than this is lost. A caller that is told 503 after
/// `operation_timeout` and comes back when it was told to (`Retry-After`, a second) is still within the 5 seconds in which
/// a refresh token that was used already gives the same successor: whoever lost an answer is not taken for a thief. Three
/// operations in a row stay below the 10 seconds of a function.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(500))
        .operation_attempt_timeout(Duration::from_millis(800))
        .operation_timeout(Duration::from_millis(2500))
        .build()
}

/// An HTTP client with TLS, for the default chain of credentials on an operator's machine.
pub fn https_client() -> SharedHttpClient {
    http_client(None)
}

/// TLS costs milliseconds of start-up, so it is left out where the endpoint is a plain one on this machine.
fn http_client(endpoint: Option<&str>) -> SharedHttpClient {
    let builder = aws_smithy_http_client::Builder::new();
    if endpoint.is_some_and(|url| url.starts_with("http://")) {
        builder.build_http()
    } else {
        builder.tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc)).build_https()
    }
}
