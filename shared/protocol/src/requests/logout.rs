//! A request to sign out (OpenID Connect RP-Initiated Logout §2).

use crate::values::names::{ClientId, State};
use crate::values::parameters::Parameters;
use crate::values::redirect_uri::RedirectUri;
use crate::values::secret::Secret;

/// A request from an app to sign a person out. `logout_hint` has no effect, and `ui_locales` on the pages alone.
#[derive(Debug)]
pub struct LogoutRequest {
    /// An ID token of the person to sign out, expired or not.
    pub id_token_hint: Option<Secret>,
    /// The app that sent the request.
    pub client_id: Option<ClientId>,
    /// The URI to which the person returns afterwards.
    pub post_logout_redirect_uri: Option<RedirectUri>,
    /// A text to return with the person, unchanged.
    pub state: Option<State>,
}

/// The reasons to refuse a sign-out request for its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoutRequestError {
    /// A parameter is included more than once, so its value is ambiguous.
    #[error("a parameter is included more than once")]
    Repeated,
    /// `client_id` is not a possible client identifier.
    #[error("client_id is malformed")]
    ClientId,
    /// `post_logout_redirect_uri` is not a possible redirect URI.
    #[error("post_logout_redirect_uri is no absolute URI without a fragment")]
    PostLogoutRedirectUri,
    /// `state` is too long to be returned unchanged.
    #[error("state is longer than 8192 bytes")]
    State,
}

impl LogoutRequest {
    /// Reads a request to sign out.
    ///
    /// # Errors
    /// [`LogoutRequestError`] for the first fault.
    pub fn parse(parameters: &Parameters) -> Result<Self, LogoutRequestError> {
        use LogoutRequestError as E;
        parameters.without_repeats().map_err(|_| E::Repeated)?;
        let one = |name: &str| parameters.one(name).map_err(|_| E::Repeated);
        let uri = one("post_logout_redirect_uri")?.map(RedirectUri::read).transpose();
        Ok(Self {
            id_token_hint: one("id_token_hint")?.map(|hint| Secret::new(hint.to_owned())),
            client_id: one("client_id")?.map(ClientId::parse).transpose().map_err(|_| E::ClientId)?,
            post_logout_redirect_uri: uri.map_err(|_| E::PostLogoutRedirectUri)?,
            state: one("state")?.map(State::parse).transpose().map_err(|_| E::State)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(form: &str) -> Result<LogoutRequest, LogoutRequestError> {
        LogoutRequest::parse(&Parameters::parse(form.as_bytes()).unwrap())
    }

    #[test]
    fn everything_may_be_left_out() {
        let request = parse("ui_locales=fr&logout_hint=ada&extra=1").unwrap();
        assert!(request.id_token_hint.is_none() && request.client_id.is_none() && request.state.is_none());
        assert!(request.post_logout_redirect_uri.is_none());
    }

    #[test]
    fn c128_what_cannot_be_followed_is_named() {
        use LogoutRequestError as E;
        let request =
            parse("id_token_hint=a.b.c&client_id=app&state=s%201&post_logout_redirect_uri=https://app.example/out");
        let request = request.unwrap();
        assert_eq!(request.id_token_hint.unwrap().expose(), "a.b.c");
        assert_eq!(request.state.unwrap().as_str(), "s 1");
        for (form, error) in [
            ("state=a&state=b", E::Repeated),
            ("unknown=a&unknown=b", E::Repeated),
            ("post_logout_redirect_uri=/out", E::PostLogoutRedirectUri),
            ("post_logout_redirect_uri=https://app.example/out%23x", E::PostLogoutRedirectUri),
            ("client_id=%00", E::ClientId),
        ] {
            assert_eq!(parse(form).err(), Some(error), "{form}");
        }
        assert_eq!(parse(&format!("state={}", "a".repeat(9000))).err(), Some(E::State));
    }
}
