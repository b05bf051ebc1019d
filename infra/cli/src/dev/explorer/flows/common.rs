//! Parameters and steps that several flows share.

use crate::dev::explorer::clients::APP;
use crate::dev::explorer::model::{
    Action, Arrow, Credentials, Parameter, Party, Request, Step, Verified, arrow, parameter,
};

pub(crate) const RESPONSE_TYPE: Parameter = parameter(
    "response_type",
    "code",
    "The app asks for a code, not for a token: what passes through the browser is useless alone.",
    "RFC 6749 §3.1.1",
);
pub(crate) const CLIENT_ID: Parameter = parameter(
    "client_id",
    APP,
    "The name under which the app is registered. It is public and proves nothing.",
    "RFC 6749 §2.2",
);
pub(crate) const REDIRECT_URI: Parameter = parameter(
    "redirect_uri",
    "{redirect_uri}",
    "The address that gets the answer. The server compares it with the registered one, character by character.",
    "RFC 6749 §3.1.2",
);
pub(crate) const ASKED_SCOPE: Parameter =
    parameter("scope", "read", "The access that the app asks for.", "RFC 6749 §3.3");
pub(crate) const STATE: Parameter = parameter(
    "state",
    "{state}",
    "A random value that the server sends back. It binds the answer to the browser that asked.",
    "RFC 6749 §10.12",
);
pub(crate) const CODE_CHALLENGE: Parameter = parameter(
    "code_challenge",
    "{code_challenge}",
    "The SHA-256 hash of the verifier. Nobody can compute the verifier from it.",
    "RFC 7636 §4.3",
);
pub(crate) const CODE_CHALLENGE_METHOD: Parameter =
    parameter("code_challenge_method", "S256", "The kind of hash: SHA-256.", "RFC 7636 §4.3");
pub(crate) const GRANT_TYPE_CODE: Parameter =
    parameter("grant_type", "authorization_code", "The app redeems a code.", "RFC 6749 §4.1.3");
pub(crate) const CODE: Parameter =
    parameter("code", "{code}", "The code from the redirect. It works once, for a minute.", "RFC 6749 §4.1.3");
pub(crate) const SAME_REDIRECT_URI: Parameter =
    parameter("redirect_uri", "{redirect_uri}", "The same address as in the authorization request.", "RFC 6749 §4.1.3");
pub(crate) const CODE_VERIFIER: Parameter = parameter(
    "code_verifier",
    "{code_verifier}",
    "The secret behind the challenge: it proves that the caller started this flow.",
    "RFC 7636 §4.5",
);
pub(crate) const OWN_CLIENT_ID: Parameter =
    parameter("client_id", APP, "A public app has no secret, so it only says who it is.", "RFC 6749 §3.2.1");

pub(crate) const ANSWERED_CODE: Parameter =
    parameter("code", "{code}", "The authorization code, in the address of the app.", "RFC 6749 §4.1.2");
pub(crate) const ANSWERED_STATE: Parameter =
    parameter("state", "{returned_state}", "The value from the request. The app compares the two.", "RFC 6749 §4.1.2");
pub(crate) const ANSWERED_ISS: Parameter =
    parameter("iss", "{iss}", "The server that answers, so that apps with several servers mix none up.", "RFC 9207 §2");

pub(crate) const ACCESS_TOKEN: Parameter =
    parameter("access_token", "", "The token for the API, here a JWT signed by the server.", "RFC 6749 §5.1");
pub(crate) const TOKEN_TYPE: Parameter =
    parameter("token_type", "", "Bearer: whoever holds the token can use it.", "RFC 6750 §4");
pub(crate) const EXPIRES_IN: Parameter =
    parameter("expires_in", "", "The lifetime of the access token in seconds.", "RFC 6749 §5.1");
pub(crate) const REFRESH_TOKEN: Parameter =
    parameter("refresh_token", "", "Gets the next access token without the person.", "RFC 6749 §6");
pub(crate) const SCOPE: Parameter = parameter("scope", "", "The scope that was granted.", "RFC 6749 §3.3");
pub(crate) const ID_TOKEN: Parameter =
    parameter("id_token", "", "A signed statement about who signed in.", "OpenID Connect Core §3.1.3.3");

/// The claims of an access token.
pub(crate) const ACCESS_TOKEN_CLAIMS: &[Parameter] = &[
    parameter("iss", "", "The server that signed the token.", "RFC 9068 §2.2"),
    parameter("aud", "", "The API that the token is for. Any other API must refuse it.", "RFC 9068 §3"),
    parameter("sub", "", "The person, or the service itself.", "RFC 9068 §2.2"),
    parameter("client_id", "", "The app that got the token.", "RFC 8693 §4.3"),
    parameter("scope", "", "What the token allows.", "RFC 8693 §4.2"),
    parameter("exp", "", "The time after which the token is worthless.", "RFC 7519 §4.1.4"),
    parameter("jti", "", "The name of this one token, for logs and revocation.", "RFC 7519 §4.1.7"),
];

pub(crate) const MAKE: Step = Step {
    id: "make",
    title: "The app makes its secrets",
    text: "Before anything leaves the app, it makes a random code_verifier and keeps it. It hashes the verifier into a \
           code_challenge. It also makes a random state.",
    action: Action::Make(&["code_verifier", "state"]),
    arrows: &[arrow(Party::App, Party::App, "code_verifier, code_challenge, state")],
    answer: &[],
    keeps: &[],
    learns: &[(Party::App, &["code_verifier", "code_challenge", "state"])],
};

/// The arrows of an authorization request that ends with a code.
pub(crate) const VISIT_ARROWS: &[Arrow] = &[
    arrow(Party::App, Party::Browser, "send the person to the server"),
    arrow(Party::Browser, Party::Server, "GET /authorize"),
    arrow(Party::Server, Party::Browser, "sign-in and consent pages"),
];
pub(crate) const VISIT_LEARNS: &[(Party, &[&str])] =
    &[(Party::Browser, &["code_challenge", "state", "password"]), (Party::Server, &["code_challenge", "password"])];

/// The way of the browser to the authorization endpoint, with these parameters.
pub(crate) const fn visit(parameters: &'static [Parameter]) -> Action {
    Action::Visit(Request { method: "GET", path: "/authorize", credentials: Credentials::None, parameters })
}

pub(crate) const VISIT: Step = Step {
    id: "authorize",
    title: "The browser asks the authorization server",
    text: "The app sends the browser to the server with its request. Sign in there with the demo user, and allow the \
           access. The password goes to the server only; the app never sees it.",
    action: visit(&[RESPONSE_TYPE, CLIENT_ID, REDIRECT_URI, ASKED_SCOPE, STATE, CODE_CHALLENGE, CODE_CHALLENGE_METHOD]),
    arrows: VISIT_ARROWS,
    answer: &[],
    keeps: &[],
    learns: VISIT_LEARNS,
};

pub(crate) const ARRIVE: Step = Step {
    id: "arrive",
    title: "The browser brings the code back",
    text: "The server redirects the browser to the app, with the code in the address. The app compares state with the \
           one it made, and iss with the server it asked, before it does anything else.",
    action: Action::Arrive("GET {redirect_path}?code={code}&state={returned_state}&iss={encoded_issuer}"),
    arrows: &[
        arrow(Party::Server, Party::Browser, "303 redirect with code"),
        arrow(Party::Browser, Party::App, "code, state, iss"),
    ],
    answer: &[ANSWERED_CODE, ANSWERED_STATE, ANSWERED_ISS],
    keeps: &[],
    learns: &[(Party::Server, &["code"]), (Party::Browser, &["code"]), (Party::App, &["code"])],
};

pub(crate) const REDEEM: Request = Request {
    method: "POST",
    path: "/token",
    credentials: Credentials::None,
    parameters: &[GRANT_TYPE_CODE, CODE, SAME_REDIRECT_URI, OWN_CLIENT_ID, CODE_VERIFIER],
};

pub(crate) const TOKEN: Step = Step {
    id: "token",
    title: "The app redeems the code",
    text: "The app talks to the server directly and sends the code with the verifier. The server hashes the verifier and \
           compares it with the challenge. The tokens do not pass through the address of any page.",
    action: Action::Send(REDEEM),
    arrows: &[
        arrow(Party::App, Party::Server, "POST /token with code and code_verifier"),
        arrow(Party::Server, Party::App, "access_token, refresh_token"),
    ],
    answer: &[ACCESS_TOKEN, TOKEN_TYPE, EXPIRES_IN, REFRESH_TOKEN, SCOPE],
    keeps: &[("access_token", "access_token"), ("refresh_token", "refresh_token")],
    learns: &[
        (Party::App, &["access_token", "refresh_token"]),
        (Party::Server, &["code_verifier", "access_token", "refresh_token"]),
    ],
};

/// The call of an API that verifies the access token by itself.
pub(crate) const CALL_API: Step = Step {
    id: "call",
    title: "The API verifies the token by itself",
    text: "The app sends the access token to the API. The API needs nothing but the server's public keys, which it keeps: \
           it checks the signature, the issuer, the audience and the time. This page makes the same checks.",
    action: Action::Verify(Verified { token: "access_token", audience: "{api}", nonce: false }),
    arrows: &[
        arrow(Party::App, Party::Api, "Authorization: Bearer access_token"),
        arrow(Party::Api, Party::Server, "GET /.well-known/jwks.json"),
        arrow(Party::Api, Party::App, "the data"),
    ],
    answer: ACCESS_TOKEN_CLAIMS,
    keeps: &[],
    learns: &[(Party::Api, &["access_token"])],
};
