//! Connections to DynamoDB and KMS.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, IdentityCache, Region, StalledStreamProtectionConfig};
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector};

use crate::dynamodb::calls::CountCalls;
use crate::dynamodb::conflicts::TransactionConflicts;
use crate::dynamodb::endpoints::Endpoints;
use crate::dynamodb::request_tokens::RequestTokens;

/// The location of the store and the caller's credentials, from the environment of a function.
#[derive(Clone)]
pub struct Connection {
    /// `AWS_REGION`: the region of the store.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`: the id of the access key.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`: the secret of the access key.
    pub secret_access_key: protocol::Secret,
    /// `AWS_SESSION_TOKEN`: the token of temporary credentials.
    pub session_token: Option<protocol::Secret>,
    /// `AWS_ENDPOINT_URL_DYNAMODB`: the endpoint of a store other than Amazon's.
    pub dynamodb_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_KMS`: the endpoint of a KMS other than Amazon's.
    pub kms_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_LAMBDA`: the endpoint of a Lambda other than Amazon's.
    pub lambda_endpoint: Option<String>,
    /// `true` if one of [`Connection::ROOTS`] is set: the operator chooses which certificates are trusted.
    pub names_its_roots: bool,
    /// The time that a call to DynamoDB or KMS may take.
    pub patience: Patience,
}

/// The time that a call to DynamoDB or KMS may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// The time of a function, whose caller waits for an answer.
    ///
    /// DynamoDB and KMS answer in milliseconds; a call that takes longer than these is lost. A caller that gets a 503
    /// after `operation_timeout` and retries when told to (`Retry-After`, a second) is still within the 5 seconds in
    /// which a used refresh token returns the same successor: so a client that lost an answer is not treated as a thief.
    /// Three operations in a row stay below the 10 seconds of a function.
    #[default]
    Request,
    /// The time of an operator's command, from a region or over a line where a round trip alone takes half a second, and
    /// a page of a table several. Nobody waits for an answer that never comes.
    Command,
}

/// The roots of Amazon Trust Services, as published at <https://www.amazontrust.com/repository/>.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon_roots.pem");
/// Prefixes of the regions whose endpoints have certificates from other roots than Amazon's.
const OTHER_ROOTS: [&str; 4] = ["cn-", "us-iso", "eu-iso", "eusc-"];

/// Connects to DynamoDB as a function does. Nothing is sent yet. Fixed credentials need no cache, and operations
/// with a timeout need no monitoring of the throughput. `name` has 24 random digits: it
/// tells the transactions of this connection from those of all others.
pub fn connect(connection: &Connection, name: String) -> Client {
    let endpoint = connection.dynamodb_endpoint.as_deref();
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(connection.region.clone()))
        .credentials_provider(connection.credentials())
        .http_client(connection.http_client(endpoint))
        .identity_cache(IdentityCache::no_cache())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50)))
        .timeout_config(connection.patience.timeouts())
        .retry_classifier(TransactionConflicts)
        .endpoint_resolver(Endpoints::default())
        .interceptor(RequestTokens::new(name))
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
        .http_client(connection.http_client(connection.kms_endpoint.as_deref()))
        .identity_cache(aws_sdk_kms::config::IdentityCache::no_cache())
        .stalled_stream_protection(aws_sdk_kms::config::StalledStreamProtectionConfig::disabled())
        .timeout_config(connection.patience.timeouts());
    config.set_endpoint_url(connection.kms_endpoint.clone());
    aws_sdk_kms::Client::from_conf(config.build())
}

impl Connection {
    /// The variables that name the certificates to trust.
    pub const ROOTS: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

    /// Returns the credentials of the caller.
    pub fn credentials(&self) -> Credentials {
        let token = self.session_token.as_ref().map(|token| token.expose().to_owned());
        Credentials::new(&self.access_key_id, self.secret_access_key.expose(), token, None, "environment")
    }

    /// Returns an HTTP client for an endpoint, or for Amazon's own. TLS costs milliseconds at start-up, so it is
    /// left out for a plain HTTP endpoint on this machine.
    pub fn http_client(&self, endpoint: Option<&str>) -> SharedHttpClient {
        if endpoint.is_some_and(|url| url.starts_with("http://")) {
            Builder::new().build_http()
        } else {
            https(self.roots(endpoint))
        }
    }

    /// Returns the same client for requests that no SDK makes.
    pub fn http_connector(&self, endpoint: Option<&str>) -> SharedHttpConnector {
        let builder = Connector::builder();
        if endpoint.is_some_and(|url| url.starts_with("http://")) {
            return SharedHttpConnector::new(builder.build_http());
        }
        let provider = builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        SharedHttpConnector::new(match TlsContext::builder().with_trust_store(self.roots(endpoint)).build() {
            Ok(context) => provider.tls_context(context).build(),
            // A context that only sets roots cannot be invalid; the default one trusts the system's roots.
            Err(_) => provider.build(),
        })
    }

    /// Returns the trusted roots: Amazon's own for Amazon's endpoints, because reading the system's roots would
    /// take longer than everything else before the first event.
    fn roots(&self, endpoint: Option<&str>) -> TrustStore {
        if self.is_vouched_for_by_amazon(endpoint) {
            TrustStore::empty().with_pem_certificate(AMAZON_ROOTS)
        } else {
            TrustStore::default()
        }
    }

    fn is_vouched_for_by_amazon(&self, endpoint: Option<&str>) -> bool {
        let by_others = OTHER_ROOTS.iter().any(|prefix| self.region.starts_with(prefix));
        endpoint.is_none() && !by_others && !self.names_its_roots
    }
}

impl Patience {
    /// Returns the timeouts of a call.
    pub fn timeouts(self) -> TimeoutConfig {
        let [connect, attempt, operation] = match self {
            Self::Request => [500, 800, 2500],
            Self::Command => [3000, 10_000, 30_000],
        };
        TimeoutConfig::builder()
            .connect_timeout(Duration::from_millis(connect))
            .operation_attempt_timeout(Duration::from_millis(attempt))
            .operation_timeout(Duration::from_millis(operation))
            .build()
    }
}

/// Creates an HTTP client with TLS, for the default credentials chain on an operator's machine.
pub fn https_client() -> SharedHttpClient {
    https(TrustStore::default())
}

fn https(roots: TrustStore) -> SharedHttpClient {
    let provider = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    match TlsContext::builder().with_trust_store(roots).build() {
        Ok(context) => provider.tls_context(context).build_https(),
        // A context that only sets roots cannot be invalid; the default one trusts the system's roots.
        Err(_) => provider.build_https(),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fmt::Write as _;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest as _, Sha256};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// The fingerprints that Amazon Trust Services publishes: Amazon Root CA 1 to 4, and Starfield Services Root
    /// CA G2.
    const FINGERPRINTS: [&str; 5] = [
        "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
        "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
        "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
        "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
    ];

    pub(crate) fn connection(region: &str) -> Connection {
        Connection {
            region: region.to_owned(),
            access_key_id: "AKIA".to_owned(),
            secret_access_key: protocol::Secret::new("secret".to_owned()),
            session_token: None,
            dynamodb_endpoint: None,
            kms_endpoint: None,
            lambda_endpoint: None,
            names_its_roots: false,
            patience: Patience::Request,
        }
    }

    #[test]
    fn amazons_roots_are_the_five_that_amazon_publishes() {
        let text = std::str::from_utf8(AMAZON_ROOTS).unwrap();
        let bodies = text.split("-----BEGIN CERTIFICATE-----").skip(1);
        let fingerprints = bodies.map(|rest| {
            let body = rest.split("-----END CERTIFICATE-----").next().unwrap();
            let der = STANDARD.decode(body.split_whitespace().collect::<String>()).unwrap();
            Sha256::digest(der).iter().fold(String::new(), |mut text, byte| {
                write!(text, "{byte:02x}").unwrap();
                text
            })
        });
        assert_eq!(fingerprints.collect::<Vec<_>>(), FINGERPRINTS);
    }

    /// Answers a request as late as a store that is far away, and waits for the end of the connection.
    async fn answer_late(mut stream: TcpStream) {
        let mut request = [0; 4096];
        drop(stream.read(&mut request).await);
        tokio::time::sleep(Duration::from_millis(1200)).await;
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
        drop(stream.write_all(answer).await);
        while stream.read(&mut request).await.is_ok_and(|read| read > 0) {}
    }

    #[tokio::test]
    async fn a_command_waits_for_a_store_that_is_far_away_and_a_request_does_not() {
        for (patience, answered) in [(Patience::Request, false), (Patience::Command, true)] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let dynamodb_endpoint = Some(format!("http://{}", listener.local_addr().unwrap()));
            let server = tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(answer_late(stream));
                }
            });
            let connection = Connection { dynamodb_endpoint, patience, ..connection("us-east-1") };
            let asked = connect(&connection, "a5".repeat(12)).scan().table_name("t").send().await;
            assert_eq!(asked.is_ok(), answered, "{patience:?}");
            let of_keys = kms(&connection);
            let limit = |timeouts: &TimeoutConfig| timeouts.operation_timeout();
            assert_eq!(of_keys.config().timeout_config().and_then(limit), limit(&patience.timeouts()));
            server.abort();
        }
    }

    #[test]
    fn only_amazons_own_endpoints_are_held_to_amazons_roots() {
        for region in ["us-east-1", "eu-central-1", "us-gov-west-1", "ap-southeast-7"] {
            assert!(connection(region).is_vouched_for_by_amazon(None), "{region}");
        }
        for region in ["cn-north-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "eusc-de-east-1"] {
            assert!(!connection(region).is_vouched_for_by_amazon(None), "{region}");
        }
        assert!(!connection("us-east-1").is_vouched_for_by_amazon(Some("https://dynamodb.internal.example")));
        let named = Connection { names_its_roots: true, ..connection("us-east-1") };
        assert!(!named.is_vouched_for_by_amazon(None));
    }
}
