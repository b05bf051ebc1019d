//! Client ids that are the URL of a client ID metadata document (draft-ietf-oauth-client-id-metadata-document §3).

use url::Url;

use crate::values::names::ClientId;
use crate::values::redirect_uri::is_loopback;
use crate::values::server_uri::plain_url;

/// A client id at which its client publishes its metadata: an `https` URL with a path, in the form that URL parsers
/// write. So the URL that is fetched is, character by character, the id that is compared. The crate `outbound` decides
/// whether it may be fetched; it allows `http` for a server on this machine that the operator names, and only that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientIdUrl {
    id: ClientId,
    host: String,
}

impl ClientIdUrl {
    /// Reads a client id; `None` if it is not such a URL.
    pub fn parse(id: &ClientId) -> Option<Self> {
        let text = id.as_str();
        // Most ids are no URLs, and this is asked for each client that is read.
        if !text.starts_with("http") {
            return None;
        }
        let url = plain_url(text).filter(|url| is_in_normal_form(url, text))?;
        let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
        let host = url.host_str().filter(|_| safe)?.to_owned();
        Some(Self { id: id.clone(), host })
    }

    /// The client id, which is the URL as it was written.
    pub const fn id(&self) -> &ClientId {
        &self.id
    }

    /// The host that vouches for the client.
    pub fn host(&self) -> &str {
        &self.host
    }
}

/// Checks that the URL has a path, no fragment and no empty query, and that a parser changes nothing of it: it has no
/// dot segment in any spelling, no empty port, and no capital letter in its host.
fn is_in_normal_form(url: &Url, text: &str) -> bool {
    let has_path = url.path() != "/";
    let empty_query = url.query().is_some_and(str::is_empty);
    has_path && !empty_query && !text.contains('#') && url.as_str() == text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<ClientIdUrl> {
        ClientIdUrl::parse(&ClientId::parse(text).unwrap())
    }

    #[test]
    fn c118_a_document_has_an_https_url_with_a_path() {
        for good in [
            "https://app.example/client",
            "https://app.example/a/b.json",
            "https://app.example/a/",
            "https://app.example:8443/client.json",
            "https://app.example/client?v=1",
            "https://xn--bcher-kva.example/client",
            "https://app.example/a.b/..c",
            "https://8.8.8.8/client",
            "http://127.0.0.1:8080/client",
            "http://localhost/client",
        ] {
            assert_eq!(parse(good).unwrap().id().as_str(), good);
        }
    }

    #[test]
    fn c118_no_other_id_is_the_url_of_a_document() {
        for other in [
            "app",
            "dyn_1",
            "urn:app",
            "http://app.example/client",
            "http://10.0.0.1/client",
            "httpx://127.0.0.1/client",
            "http://127.0.0.1:80/client",
            "HTTPS://app.example/client",
            "https:app.example/client",
            "https:///client",
            "https://app.example",
            "https://app.example/",
            "https://app.example?x=1",
            "https://app.example/.",
            "https://app.example/a/./b",
            "https://app.example/a/../b",
            "https://app.example/a/%2e%2E/b",
            "https://app.example/a/%2e",
            "https://app.example/client#x",
            "https://app.example/client#",
            "https://app.example/client?",
            "https://user@app.example/client",
            "https://user:p@app.example/client",
            "https://@app.example/client",
            "https://:@app.example/client",
            "https://app.example:/client",
            "https://app.example:443/client",
            "https://APP.example/client",
            "https://app.example\\client",
            "https://0x7f.1/client",
            "https://app.ex%61mple/client",
            "https://app.example/\"",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_host_of_a_document_has_no_port() {
        let rows = [
            ("https://app.example/c", "app.example"),
            ("https://app.example:8443/c", "app.example"),
            ("https://[2600:1f18::1]:8443/c", "[2600:1f18::1]"),
        ];
        for (text, host) in rows {
            assert_eq!(parse(text).unwrap().host(), host);
        }
    }
}
