//! The parts of the demo that the explorer has too: the API, the addresses of apps, and the way to a secret.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keys::{HandleKeys, SECRET_PREFIX};
use protocol::{MalformedRedirectUri, RedirectUri, Secret};

pub(crate) const API: &str = "https://api.demo.example";

/// Returns the issuer with the other name of this machine, for apps that use it: apps compare issuers as text.
pub(crate) fn other_issuer(issuer: &str) -> Option<String> {
    let [address, name] = ["http://127.0.0.1", "http://localhost"];
    let with_name = issuer.strip_prefix(address).map(|rest| format!("{name}{rest}"));
    with_name.or_else(|| issuer.strip_prefix(name).map(|rest| format!("{address}{rest}")))
}

/// Returns the address at which the apps of the demo are: that of the issuer. A redirect URI with http is on this
/// machine only, so that an issuer by another name has them at the loopback address.
pub(crate) fn address_of_apps(issuer: &str) -> String {
    if RedirectUri::parse(&format!("{issuer}/")).is_ok() {
        return issuer.to_owned();
    }
    let rest = issuer.split_once("://").map_or(issuer, |(_, rest)| rest);
    let (authority, path) = rest.find('/').map_or((rest, ""), |start| rest.split_at(start));
    let port = authority.rsplit_once(':').map_or(String::new(), |(_, port)| format!(":{port}"));
    format!("http://127.0.0.1{port}{path}")
}

/// Returns the redirect URIs of an app with this path: at the address of the apps, and at the other name of this machine. So a
/// stack whose issuer gets the other name later has the same apps.
pub(crate) fn at_each_name(issuer: &str, path: &str) -> Result<Vec<RedirectUri>, MalformedRedirectUri> {
    let own = address_of_apps(issuer);
    let other = other_issuer(&own);
    std::iter::once(own).chain(other).map(|address| RedirectUri::parse(&format!("{address}{path}"))).collect()
}

/// Derives a secret that stays the same across starts on the same data and differs on other data.
pub(crate) fn secret(handles: &HandleKeys, id: &str) -> Secret {
    let digest = handles.digest(&Secret::new(format!("the demo secret of {id}")));
    Secret::new(format!("{SECRET_PREFIX}{}", URL_SAFE_NO_PAD.encode(digest.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_are_at_the_issuer_or_at_the_loopback_address() {
        for (issuer, apps) in [
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
            ("https://id.example/tenant", "https://id.example/tenant"),
            ("http://jeton:9000", "http://127.0.0.1:9000"),
            ("http://jeton/tenant", "http://127.0.0.1/tenant"),
        ] {
            assert_eq!(address_of_apps(issuer), apps);
        }
    }

    #[test]
    fn an_app_is_at_each_name_of_this_machine() {
        let of = |issuer| at_each_name(issuer, "/cb").unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(of("http://127.0.0.1:9000"), ["http://127.0.0.1:9000/cb", "http://localhost:9000/cb"]);
        assert_eq!(of("http://localhost:9000"), ["http://localhost:9000/cb", "http://127.0.0.1:9000/cb"]);
        assert_eq!(of("http://jeton:9000"), ["http://127.0.0.1:9000/cb", "http://localhost:9000/cb"]);
        assert_eq!(of("https://id.example"), ["https://id.example/cb"]);
    }
}
