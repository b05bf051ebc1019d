//! The server under test, and the HTTP client of the crates.

use harness::{EnvFile, Stack};
use oauth2::{HttpRequest, HttpResponse};

/// The server under test.
pub(crate) struct Site {
    pub(crate) issuer: String,
    pub(crate) env_file: EnvFile,
    _stack: Option<Stack>,
}

impl Site {
    /// Finds the server: the deployed one whose env file `JETON_TEST_STACK` names (tests/cloud deploys it), or else
    /// a new local one.
    #[expect(clippy::disallowed_methods, reason = "the one thing that this test is told by its environment")]
    pub(crate) fn find() -> Self {
        if let Ok(path) = std::env::var("JETON_TEST_STACK") {
            let env_file = EnvFile::at(path);
            return Self { issuer: env_file.get("JETON_ISSUER"), env_file, _stack: None };
        }
        let stack = Stack::start();
        Self { issuer: stack.issuer().to_owned(), env_file: stack.env_file().clone(), _stack: Some(stack) }
    }
}

/// Sends one request without following redirects. It also stands in for TLS termination in front of a server on
/// loopback, because the crate revokes over https only.
pub(crate) async fn send(mut request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let plain = request.uri().to_string().replacen("https://127.0.0.1:", "http://127.0.0.1:", 1);
    *request.uri_mut() = plain.parse().expect("a URI as it was, with another scheme");
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let answer = http.execute(reqwest::Request::try_from(request)?).await?;
    let mut response = HttpResponse::new(Vec::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = answer.bytes().await?.to_vec();
    Ok(response)
}
