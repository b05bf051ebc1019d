//! One question, and what came of it.

use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use grants::{Seconds, Timestamp};
use protocol::{Secret, Username};
use serde::Serialize;
use store::Connection;
use tokio::time::{Instant, timeout_at};

use crate::function::Place;
use crate::{Answer, DirectoryFunction};

/// The most bytes that are read of an answer.
const MAX_ANSWER: usize = 64 * 1024;
/// The header with which Lambda says that a function failed.
const FUNCTION_ERROR: &str = "x-amz-function-error";

/// The connection to the operator's function, with the time that an answer may take.
#[derive(Clone)]
pub struct Directory {
    url: String,
    /// The signer of requests; none for a function on this machine.
    signer: Option<Signer>,
    connector: SharedHttpConnector,
    limit: Duration,
}

/// The reasons why there is no answer. They contain nothing that was sent or received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// The answer takes too long.
    #[error("the directory function did not answer in time: see its log, or raise DirectorySeconds")]
    Timeout,
    /// There is no connection.
    #[error("the directory function cannot be reached: check the way to Lambda, from a VPC its endpoint")]
    Unreachable,
    /// The request could not be made.
    #[error("the request to the directory function could not be made")]
    Unsendable,
    /// Lambda refused the invocation.
    #[error(
        "the directory function was not invoked, the status is {0}: check DirectoryFunctionArn and its concurrency"
    )]
    Status(u16),
    /// Lambda invoked the function, which ended with an error.
    #[error("the directory function failed: see its log")]
    Failed,
    /// The answer cannot be read.
    #[error("the directory function returned no answer: it is {{\"verified\": true}} or {{\"verified\": false}}")]
    Malformed,
}

/// The values that a signature is made with.
#[derive(Clone)]
struct Signer {
    region: String,
    identity: Identity,
}

#[derive(Serialize)]
struct Question<'a> {
    username: &'a str,
    password: &'a str,
}

impl Directory {
    /// Creates the connection to a function that answers within `limit` seconds; nothing is sent yet.
    pub fn connect(function: &DirectoryFunction, connection: &Connection, limit: Seconds) -> Self {
        let limit = Duration::from_secs(limit.into());
        match function.place() {
            Place::Lambda { arn, region, partition } => {
                let given = connection.lambda_endpoint.as_deref();
                let endpoint = given.map_or_else(|| endpoint(region, partition), str::to_owned);
                let path = format!("/2015-03-31/functions/{}/invocations", arn.replace(':', "%3A"));
                Self {
                    url: format!("{}{path}", endpoint.trim_end_matches('/')),
                    signer: Some(Signer { region: region.clone(), identity: connection.credentials().into() }),
                    connector: connection.http_connector(given),
                    limit,
                }
            }
            Place::Local { url } => {
                Self { url: url.clone(), signer: None, connector: connection.http_connector(Some(url)), limit }
            }
        }
    }

    /// Returns the time when a question that is asked now must be answered.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.limit
    }

    /// Asks whether this is the person's password, once, until `deadline`.
    ///
    /// # Errors
    /// [`DirectoryError`] when there is no answer.
    pub async fn ask(
        &self,
        username: &Username,
        password: &Secret,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Answer, DirectoryError> {
        let exchange = async {
            let request = self.request(username, password, now).ok_or(DirectoryError::Unsendable)?;
            let response = self.connector.call(request).await.map_err(|_| DirectoryError::Unreachable)?;
            read(response).await
        };
        timeout_at(deadline, exchange).await.unwrap_or(Err(DirectoryError::Timeout))
    }

    fn request(&self, username: &Username, password: &Secret, now: Timestamp) -> Option<HttpRequest> {
        let question = Question { username: username.as_str(), password: password.expose() };
        let body = serde_json::to_vec(&question).ok()?;
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        if let Some(signer) = &self.signer {
            headers.extend(signer.sign(&self.url, &body, now)?);
        }
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST").ok()?;
        request.set_uri(self.url.clone()).ok()?;
        for (name, value) in headers {
            request.headers_mut().try_insert(name, value).ok()?;
        }
        Some(request)
    }
}

impl Signer {
    /// Returns the headers with the signature (Signature Version 4).
    fn sign(&self, url: &str, body: &[u8], now: Timestamp) -> Option<Vec<(String, String)>> {
        let parameters = SigningParams::builder().identity(&self.identity).region(&self.region).name("lambda");
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(now.seconds());
        let parameters = parameters.time(time).settings(SigningSettings::default()).build().ok()?.into();
        let headers = std::iter::once(("content-type", "application/json"));
        let request = SignableRequest::new("POST", url, headers, SignableBody::Bytes(body)).ok()?;
        let (instructions, _) = sign(request, &parameters).ok()?.into_parts();
        Some(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

/// Returns Lambda's endpoint in a region.
fn endpoint(region: &str, partition: &str) -> String {
    let suffix = match partition {
        "aws-cn" => "amazonaws.com.cn",
        "aws-eusc" => "amazonaws.eu",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-iso-e" => "cloud.adc-e.uk",
        "aws-iso-f" => "csp.hci.ic.gov",
        _ => "amazonaws.com",
    };
    format!("https://lambda.{region}.{suffix}")
}

async fn read(response: HttpResponse) -> Result<Answer, DirectoryError> {
    let status = response.status().as_u16();
    if status != 200 {
        return Err(DirectoryError::Status(status));
    }
    if response.headers().contains_key(FUNCTION_ERROR) {
        return Err(DirectoryError::Failed);
    }
    let (mut body, mut whole) = (ByteStream::new(response.into_body()), Vec::new());
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|_| DirectoryError::Unreachable)?;
        if whole.len() + piece.len() > MAX_ANSWER {
            return Err(DirectoryError::Malformed);
        }
        whole.extend_from_slice(&piece);
    }
    Answer::parse(&whole).ok_or(DirectoryError::Malformed)
}

#[cfg(test)]
mod tests {
    use store::Patience;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::task::JoinHandle;

    use super::*;

    const ARN: &str = "arn:aws:lambda:eu-central-1:123456789012:function:old-directory:live";
    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn connection(lambda_endpoint: Option<String>) -> Connection {
        Connection {
            region: "eu-central-1".to_owned(),
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()),
            session_token: Some(Secret::new("session".to_owned())),
            dynamodb_endpoint: None,
            kms_endpoint: None,
            lambda_endpoint,
            names_its_roots: false,
            patience: Patience::Request,
        }
    }

    fn directory(function: &str, endpoint: Option<String>) -> Directory {
        Directory::connect(&DirectoryFunction::parse(function).unwrap(), &connection(endpoint), 1)
    }

    /// Answers one request with these headers and this body, and returns the request.
    async fn answering(status: &str, headers: &str, body: &str) -> (String, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let response = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len());
        let served = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = String::new();
            while !request.ends_with('}') {
                let mut piece = [0; 4096];
                let count = stream.read(&mut piece).await.unwrap();
                request.push_str(std::str::from_utf8(&piece[..count]).unwrap());
            }
            stream.write_all(response.as_bytes()).await.unwrap();
            request
        });
        (endpoint, served)
    }

    async fn ask(directory: &Directory) -> Result<Answer, DirectoryError> {
        let username = Username::parse("ada").unwrap();
        directory.ask(&username, &Secret::new("sesam".to_owned()), NOW, directory.deadline()).await
    }

    #[tokio::test]
    async fn c245_a_function_on_lambda_is_invoked_with_a_signature() {
        let (endpoint, served) = answering("200 OK", "", r#"{"verified": true}"#).await;
        assert_eq!(ask(&directory(ARN, Some(endpoint))).await, Ok(Answer::Verified(protocol::Claims::default())));
        let request = served.await.unwrap();
        let path = ARN.replace(':', "%3A");
        assert!(
            request.starts_with(&format!("POST /2015-03-31/functions/{path}/invocations HTTP/1.1\r\n")),
            "{request}"
        );
        let scope = "Credential=AKIDEXAMPLE/20270115/eu-central-1/lambda/aws4_request";
        let signed = "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token";
        for part in [scope, signed, "x-amz-security-token: session", "x-amz-date: 20270115T080000Z"] {
            assert!(request.contains(part), "{part}: {request}");
        }
        assert!(request.ends_with("\r\n\r\n{\"username\":\"ada\",\"password\":\"sesam\"}"), "{request}");
    }

    #[tokio::test]
    async fn c245_a_program_of_this_machine_is_asked_without_a_signature() {
        let (endpoint, served) = answering("200 OK", "", r#"{"verified": false}"#).await;
        assert_eq!(ask(&directory(&format!("{endpoint}/check"), None)).await, Ok(Answer::Denied));
        let request = served.await.unwrap();
        assert!(request.starts_with("POST /check HTTP/1.1\r\n") && !request.contains("uthorization"), "{request}");
    }

    #[tokio::test]
    async fn c245_a_function_that_failed_or_was_not_invoked_verifies_nobody() {
        let verified = r#"{"verified": true}"#;
        let large = format!("{{\"verified\": true, \"x\": \"{}\"}}", "x".repeat(MAX_ANSWER));
        for (status, headers, body, error) in [
            ("200 OK", "X-Amz-Function-Error: Unhandled\r\n", verified, DirectoryError::Failed),
            ("202 Accepted", "", verified, DirectoryError::Status(202)),
            ("429 Too Many Requests", "", verified, DirectoryError::Status(429)),
            ("200 OK", "", &large, DirectoryError::Malformed),
            ("200 OK", "", "{}", DirectoryError::Malformed),
        ] {
            let (endpoint, _served) = answering(status, headers, body).await;
            assert_eq!(ask(&directory(ARN, Some(endpoint))).await, Err(error), "{status} {headers}");
        }
        // Nobody listens there any more.
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let unreachable = ask(&directory(ARN, Some(format!("http://{gone}")))).await;
        assert_eq!(unreachable, Err(DirectoryError::Unreachable));
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", silent.local_addr().unwrap());
        assert_eq!(ask(&directory(ARN, Some(endpoint))).await, Err(DirectoryError::Timeout));
    }

    #[test]
    fn lambda_has_an_endpoint_in_each_partition() {
        for (arn, endpoint) in [
            (ARN, "https://lambda.eu-central-1.amazonaws.com/"),
            ("arn:aws-cn:lambda:cn-north-1:123456789012:function:a", "https://lambda.cn-north-1.amazonaws.com.cn/"),
            (
                "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:a",
                "https://lambda.us-gov-west-1.amazonaws.com/",
            ),
        ] {
            assert!(directory(arn, None).url.starts_with(endpoint), "{arn}");
        }
    }
}
