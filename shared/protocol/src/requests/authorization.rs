//! Requests of the authorization endpoint (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1). A request is read in two steps, because an error may be sent to the client only once its redirect URI is
//! trusted: [`ReceivedRequest`] has the client and the redirect URI, [`AuthorizationRequest`] everything else.

use crate::claims::claim::IdentityScope;
use crate::claims::claims_request::ClaimsRequest;
use crate::requests::authorization_error::AuthorizationRequestError;
use crate::requests::sign_in_wishes::{acr_values, max_age};
use crate::values::grant_type::LegacyGrants;
use crate::values::names::{ClientId, Nonce, State};
use crate::values::parameters::Parameters;
use crate::values::pkce::CodeChallenge;
use crate::values::prompt::Prompt;
use crate::values::redirect_uri::RedirectUri;
use crate::values::resource::Resource;
use crate::values::response_type::{ResponseMode, ResponseType};
use crate::values::scope::Scope;
use crate::values::secret::Secret;
use crate::values::thumbprint::Thumbprint;

const MAX_RESOURCES: usize = 16;
const MAX_LOGIN_HINT_BYTES: usize = 128;

/// The part of an authorization request that decides whether a response may be redirected.
#[derive(Clone, Debug)]
pub struct ReceivedRequest {
    /// The client that sent the request.
    pub client_id: ClientId,
    /// The URI for the response; `None` when the client relies on its registration.
    pub redirect_uri: Option<RedirectUri>,
}

/// A well-formed authorization request.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    /// `response_type`: the kind of response requested.
    pub response_type: ResponseType,
    /// The requested scope; `None` requests the default.
    pub scope: Option<Scope>,
    /// The APIs the tokens are for (RFC 8707); empty requests the default.
    pub resources: Vec<Resource>,
    /// The S256 challenge of RFC 7636.
    pub code_challenge: Option<CodeChallenge>,
    /// `dpop_jkt`: the only key whose proofs may redeem the code (RFC 9449 §10).
    pub code_key: Option<Thumbprint>,
    /// `nonce`: copied into the ID token.
    pub nonce: Option<Nonce>,
    /// The pages that must or must not be shown.
    pub prompt: Vec<Prompt>,
    /// The maximum age of the sign-in, in seconds.
    pub max_age: Option<u32>,
    /// `acr_values`: the authentication contexts that are preferred, the first one most.
    pub acr_values: Vec<String>,
    /// The expected person's username, which prefills the sign-in form.
    pub login_hint: Option<String>,
    /// An ID token issued to the expected person.
    pub id_token_hint: Option<Secret>,
    /// The single claims requested about the person.
    pub claims: ClaimsRequest,
}

/// The reasons to refuse a request whose client or redirect URI cannot be read. Neither may be redirected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceivedRequestError {
    /// `client_id` is missing, repeated or malformed.
    #[error("client_id is missing or malformed")]
    ClientId,
    /// `redirect_uri` is repeated or malformed.
    #[error("redirect_uri is malformed")]
    RedirectUri,
    /// `state` is longer than 8192 bytes: a response would have to leave it out.
    #[error("state is longer than 8192 bytes")]
    State,
    /// The request has a request object and refers to another one (RFC 9101 §5).
    #[error("request and request_uri exclude each other")]
    TwoRequests,
}

impl ReceivedRequest {
    /// Reads the client and the redirect URI.
    ///
    /// # Errors
    /// [`ReceivedRequestError`]: for the redirect URI first, then for the client, then for a `state` that no response
    /// could have.
    pub fn parse(parameters: &Parameters) -> Result<Self, ReceivedRequestError> {
        let client_id = parameters.one("client_id").ok().flatten().and_then(|text| ClientId::parse(text).ok());
        let redirect_uri = parameters
            .one("redirect_uri")
            .map_err(|_| ReceivedRequestError::RedirectUri)?
            .map(RedirectUri::read)
            .transpose()
            .map_err(|_| ReceivedRequestError::RedirectUri)?;
        let client_id = client_id.ok_or(ReceivedRequestError::ClientId)?;
        let state = parameters.one("state").ok().flatten();
        if state.is_some_and(|text| State::parse(text).is_err()) {
            return Err(ReceivedRequestError::State);
        }
        Ok(Self { client_id, redirect_uri })
    }
}

impl AuthorizationRequest {
    /// Returns the `state` to send back with any response, including errors; `None` when it is absent or repeated.
    pub fn state(parameters: &Parameters) -> Option<State> {
        parameters.one("state").ok().flatten().and_then(|text| State::parse(text).ok())
    }

    /// Returns the mode of any response, including errors: the requested mode, if it is possible.
    pub fn response_mode(parameters: &Parameters) -> ResponseMode {
        let usual = Self::usual_mode(parameters);
        let asked = parameters.one("response_mode").ok().flatten().and_then(|text| ResponseMode::parse(text, usual));
        // A token is never put into a query, because servers log queries (RFC 6750 §5.3).
        asked.filter(|asked| usual.is_in_query() || !asked.is_in_query()).unwrap_or(usual)
    }

    /// Returns the mode of a response whose request names none. A client that asks for a token reads the fragment, also for
    /// the error that this response type is not offered (OAuth 2.0 Multiple Response Type Encoding Practices §5).
    fn usual_mode(parameters: &Parameters) -> ResponseMode {
        let kind = parameters.one("response_type").ok().flatten().unwrap_or_default();
        let in_fragment = kind.split(' ').any(|word| ["token", "id_token"].contains(&word));
        if in_fragment { ResponseMode::Fragment } else { ResponseMode::Query }
    }

    /// Returns whether no page may be shown (`prompt=none`), even when the request has faults.
    pub fn is_silent(parameters: &Parameters) -> bool {
        let prompt = parameters.one("prompt").ok().flatten();
        prompt.is_some_and(|prompt| Prompt::parse_list(Some(prompt)).is_ok_and(|list| list.contains(&Prompt::None)))
    }

    /// Reads everything except the client and the redirect URI, for a deployment that offers these `legacy` grants.
    ///
    /// # Errors
    /// [`AuthorizationRequestError`] for the first fault.
    pub fn parse(parameters: &Parameters, legacy: LegacyGrants) -> Result<Self, AuthorizationRequestError> {
        use AuthorizationRequestError as E;
        parameters.without_repeats().map_err(|_| E::Repeated)?;
        let one = |name| parameters.one(name).map_err(|_| E::Repeated);
        refuse_unsupported(parameters)?;
        let response_type = match one("response_type")? {
            None => return Err(E::ResponseTypeMissing),
            Some(text) => ResponseType::offered(text, legacy).ok_or(E::ResponseTypeUnsupported)?,
        };
        let mode = Self::response_mode(parameters);
        if one("response_mode")?
            .is_some_and(|asked| ResponseMode::parse(asked, Self::usual_mode(parameters)) != Some(mode))
        {
            return Err(E::ResponseModeUnsupported);
        }
        let scope = one("scope")?.map(Scope::parse).transpose().map_err(|_| E::Scope)?;
        let nonce = one("nonce")?.map(Nonce::parse).transpose().map_err(|_| E::Nonce)?;
        refuse_unbound(response_type, scope.as_ref(), nonce.as_ref())?;
        Ok(Self {
            response_type,
            scope: scope.filter(|scope| !scope.is_empty()),
            resources: crate::values::resource::several(parameters, MAX_RESOURCES).map_err(|_| E::Resource)?,
            code_challenge: code_challenge(one("code_challenge")?, one("code_challenge_method")?)?,
            code_key: one("dpop_jkt")?.map(Thumbprint::parse).transpose().map_err(|_| E::CodeKey)?,
            nonce,
            prompt: Prompt::parse_list(one("prompt")?).map_err(|_| E::Prompt)?,
            max_age: max_age(one("max_age")?)?,
            acr_values: acr_values(one("acr_values")?),
            login_hint: one("login_hint")?.filter(|hint| hint.len() <= MAX_LOGIN_HINT_BYTES).map(str::to_owned),
            id_token_hint: one("id_token_hint")?.map(|hint| Secret::new(hint.to_owned())),
            claims: one("claims")?.map(ClaimsRequest::parse).transpose().map_err(|_| E::Claims)?.unwrap_or_default(),
        })
    }
}

/// Refuses an ID token from the authorization endpoint unless the request has the scope `openid` and a `nonce`,
/// which binds the token to the browser's session (OpenID Connect Core §3.2.2.1).
fn refuse_unbound(
    response_type: ResponseType,
    scope: Option<&Scope>,
    nonce: Option<&Nonce>,
) -> Result<(), AuthorizationRequestError> {
    use AuthorizationRequestError as E;
    if !response_type.gives_id_token() {
        return Ok(());
    }
    if !scope.is_some_and(|scope| scope.has(IdentityScope::OpenId)) {
        return Err(E::OpenIdMissing);
    }
    if nonce.is_some() { Ok(()) } else { Err(E::NonceMissing) }
}

fn refuse_unsupported(parameters: &Parameters) -> Result<(), AuthorizationRequestError> {
    use AuthorizationRequestError as E;
    let unsupported =
        [("request", E::RequestObject), ("request_uri", E::RequestUri), ("registration", E::Registration)];
    let found = unsupported.into_iter().find(|(name, _)| parameters.has(name));
    found.map_or(Ok(()), |(_, error)| Err(error))
}

fn code_challenge(
    challenge: Option<&str>,
    method: Option<&str>,
) -> Result<Option<CodeChallenge>, AuthorizationRequestError> {
    match (challenge, method) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(AuthorizationRequestError::CodeChallengeMissing),
        (Some(text), Some("S256")) => {
            CodeChallenge::parse(text).map(Some).map_err(|_| AuthorizationRequestError::CodeChallenge)
        }
        (Some(_), Some(_) | None) => Err(AuthorizationRequestError::CodeChallengeMethod),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "response_type=code&client_id=app&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=read\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

    fn parse(query: &str) -> Result<AuthorizationRequest, AuthorizationRequestError> {
        AuthorizationRequest::parse(&Parameters::parse(query.as_bytes()).unwrap(), LegacyGrants::default())
    }

    #[test]
    fn each_fault_of_an_authorization_request_is_told_apart() {
        use AuthorizationRequestError as E;
        let rows = [
            ("&state=a&state=b", E::Repeated),
            ("&unknown=a&unknown=b", E::Repeated),
            ("&request=x", E::RequestObject),
            ("&request_uri=x", E::RequestUri),
            ("&registration=x", E::Registration),
            ("&response_mode=web_message", E::ResponseModeUnsupported),
            ("&claims=%5B%5D", E::Claims),
            ("&prompt=none%20login", E::Prompt),
            ("&prompt=dance", E::Prompt),
            ("&max_age=-1", E::MaxAge),
            ("&max_age=1.5", E::MaxAge),
            ("&dpop_jkt=short", E::CodeKey),
            ("&resource=api", E::Resource),
        ];
        assert!(parse(GOOD).is_ok());
        for (more, why) in rows {
            assert_eq!(parse(&format!("{GOOD}{more}")).err(), Some(why), "{more}");
        }
        let spoiled = [
            ("response_type=code", "response_type=token", E::ResponseTypeUnsupported),
            ("response_type=code", "response_type=", E::ResponseTypeMissing),
            ("=S256", "=plain", E::CodeChallengeMethod),
            ("&code_challenge_method=S256", "", E::CodeChallengeMethod),
            ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "short", E::CodeChallenge),
            ("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "x=y", E::CodeChallengeMissing),
            ("scope=read", "scope=%5C", E::Scope),
        ];
        for (from, to, why) in spoiled {
            assert_eq!(parse(&GOOD.replace(from, to)).err(), Some(why), "{to}");
        }
    }

    #[test]
    fn what_a_client_says_about_the_sign_in_is_read_within_bounds() {
        let jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
        let asked = "&max_age=60&acr_values=mfa++pwd&prompt=login+consent&nonce=n&id_token_hint=a.b.c&resource=urn:a";
        let request = parse(&format!("{GOOD}{asked}&dpop_jkt={jkt}")).unwrap();
        assert_eq!((request.max_age, request.acr_values), (Some(60), vec!["mfa".to_owned(), "pwd".to_owned()]));
        assert_eq!(request.prompt, [Prompt::Login, Prompt::Consent]);
        assert_eq!(request.code_key, Thumbprint::parse(jkt).ok());
        assert_eq!(request.nonce.as_ref().map(Nonce::as_str), Some("n"));
        assert_eq!(request.id_token_hint.as_ref().map(Secret::expose), Some("a.b.c"));
        assert_eq!(request.resources.iter().map(Resource::as_str).collect::<Vec<_>>(), ["urn:a"]);
        let age = |text: &str| parse(&format!("{GOOD}&max_age={text}")).unwrap().max_age;
        assert_eq!(["0", "4294967295", "4294967296"].map(age), [Some(0), Some(u32::MAX), Some(u32::MAX)]);
        let hint = |bytes: usize| parse(&format!("{GOOD}&login_hint={}", "a".repeat(bytes))).unwrap().login_hint;
        assert_eq!([128, 129].map(|bytes| hint(bytes).is_some()), [true, false]);
        let nonce = |bytes: usize| parse(&format!("{GOOD}&nonce={}", "n".repeat(bytes))).err();
        assert_eq!([512, 513].map(nonce), [None, Some(AuthorizationRequestError::Nonce)]);
        let apis = |count: usize| (0..count).map(|number| format!("&resource=urn:{number}")).collect::<Vec<_>>();
        let refused = |count| parse(&format!("{GOOD}{}", apis(count).concat())).err();
        assert_eq!([16, 17].map(refused), [None, Some(AuthorizationRequestError::Resource)]);
    }

    #[test]
    fn c014_a_token_in_the_fragment_is_an_answer_only_where_it_is_offered() {
        let offered = LegacyGrants { implicit: true, password: false };
        let query = GOOD.replace("response_type=code", "response_type=token");
        let with = |more: &str| Parameters::parse(format!("{query}{more}").as_bytes()).unwrap();
        let request = AuthorizationRequest::parse(&with(""), offered).unwrap();
        assert_eq!(request.response_type, ResponseType::Token);
        assert!(AuthorizationRequest::parse(&with("&response_mode=fragment"), offered).is_ok());
        let in_query = AuthorizationRequest::parse(&with("&response_mode=query"), offered);
        assert_eq!(in_query.err(), Some(AuthorizationRequestError::ResponseModeUnsupported));
        assert_eq!(AuthorizationRequest::response_mode(&with("")), ResponseMode::Fragment);
        let code = Parameters::parse(GOOD.as_bytes()).unwrap();
        assert_eq!(AuthorizationRequest::response_mode(&code), ResponseMode::Query);
    }

    #[test]
    fn an_answer_goes_the_way_that_is_asked_for_and_a_token_never_in_a_query() {
        let mode = |response_type: &str, asked: &str| {
            let query =
                GOOD.replace("response_type=code", &format!("response_type={response_type}&response_mode={asked}"));
            AuthorizationRequest::response_mode(&Parameters::parse(query.as_bytes()).unwrap())
        };
        for known in ResponseMode::ALL {
            assert_eq!(mode("code", known.as_str()), known);
            let is_in_query = [ResponseMode::Query, ResponseMode::QueryJwt].contains(&known);
            assert_eq!(mode("token", known.as_str()), if is_in_query { ResponseMode::Fragment } else { known });
        }
        assert_eq!(mode("code", "jwt"), ResponseMode::QueryJwt);
        assert_eq!(mode("token", "jwt"), ResponseMode::FragmentJwt);
        assert_eq!(mode("code", "web_message"), ResponseMode::Query);
        for known in ResponseMode::ALL {
            assert!(parse(&format!("{GOOD}&response_mode={}", known.as_str())).is_ok());
        }
    }

    #[test]
    fn an_id_token_straight_from_here_needs_openid_and_a_nonce_and_goes_into_no_query() {
        use AuthorizationRequestError as E;
        let offered = LegacyGrants { implicit: true, password: false };
        let with = |response_type: &str, more: &str| {
            let query = GOOD.replace("response_type=code", &format!("response_type={response_type}"));
            Parameters::parse(format!("{}{more}", query.replace("scope=read", "scope=read+openid")).as_bytes()).unwrap()
        };
        let parse = |response_type: &str, more: &str| {
            AuthorizationRequest::parse(&with(response_type, more), offered).map(|request| request.response_type)
        };
        for (text, kind) in [
            ("id_token", ResponseType::IdToken),
            ("id_token+token", ResponseType::IdTokenToken),
            ("token+id_token", ResponseType::IdTokenToken),
        ] {
            assert_eq!(parse(text, "&nonce=n"), Ok(kind));
            assert_eq!(parse(text, ""), Err(E::NonceMissing));
            assert_eq!(parse(text, "&nonce=n&response_mode=form_post"), Ok(kind));
            assert_eq!(parse(text, "&nonce=n&response_mode=query"), Err(E::ResponseModeUnsupported));
            assert_eq!(AuthorizationRequest::response_mode(&with(text, "")), ResponseMode::Fragment);
            let none = LegacyGrants::default();
            assert_eq!(
                AuthorizationRequest::parse(&with(text, "&nonce=n"), none).err(),
                Some(E::ResponseTypeUnsupported)
            );
            let plain = GOOD.replace("response_type=code", &format!("response_type={text}&nonce=n"));
            let plain = Parameters::parse(plain.as_bytes()).unwrap();
            assert_eq!(AuthorizationRequest::parse(&plain, offered).err(), Some(E::OpenIdMissing));
        }
        for other in ["code+id_token", "code+token", "id_token+id_token", "none", "id_token++token"] {
            assert_eq!(parse(other, "&nonce=n"), Err(E::ResponseTypeUnsupported), "{other}");
            let way = if other == "none" { ResponseMode::Query } else { ResponseMode::Fragment };
            assert_eq!(AuthorizationRequest::response_mode(&with(other, "")), way, "{other}");
        }
        for kind in ResponseType::ALL {
            assert_eq!(ResponseType::parse(kind.as_str()), Some(kind));
        }
    }

    #[test]
    fn who_asks_is_read_before_anything_else() {
        let received = |query: &str| ReceivedRequest::parse(&Parameters::parse(query.as_bytes()).unwrap());
        assert!(received(GOOD).is_ok());
        assert_eq!(received("client_id=").err(), Some(ReceivedRequestError::ClientId));
        assert_eq!(received("client_id=a&client_id=b").err(), Some(ReceivedRequestError::ClientId));
        let twice = format!("{GOOD}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb");
        assert_eq!(received(&twice).err(), Some(ReceivedRequestError::RedirectUri));
        let state = |bytes: usize| received(&format!("{GOOD}&state={}", "s".repeat(bytes)));
        assert!(state(8192).is_ok());
        assert_eq!(state(8193).err(), Some(ReceivedRequestError::State));
    }
}
