//! OpenID Connect: an app learns who signed in.

use crate::dev::explorer::clients::APP;
use crate::dev::explorer::flows::common::{
    ACCESS_TOKEN, ARRIVE, CLIENT_ID, CODE_CHALLENGE, CODE_CHALLENGE_METHOD, EXPIRES_IN, ID_TOKEN, MAKE, REDEEM,
    REDIRECT_URI, REFRESH_TOKEN, RESPONSE_TYPE, SCOPE, STATE, TOKEN, TOKEN_TYPE, VISIT, VISIT_ARROWS, VISIT_LEARNS,
    visit,
};
use crate::dev::explorer::model::{
    Act, ActKind, Action, Attack, Change, Check, Credentials, Flow, Parameter, Party, Request, Step, Verified, arrow,
    parameter,
};

/// The step in which an app makes a nonce too.
pub(crate) const MAKE_NONCE: Step = Step {
    text: "As in the authorization code flow, the app makes a code_verifier and a state. It also makes a nonce, which will \
           come back inside the signed ID token.",
    action: Action::Make(&["code_verifier", "state", "nonce"]),
    arrows: &[arrow(Party::App, Party::App, "code_verifier, code_challenge, state, nonce")],
    learns: &[(Party::App, &["code_verifier", "code_challenge", "state", "nonce"])],
    ..MAKE
};

/// The authorization request of an app that wants to know who signs in.
pub(crate) const VISIT_OPENID: Step = Step {
    title: "The browser asks the authorization server to sign the person in",
    action: visit(&[
        RESPONSE_TYPE,
        CLIENT_ID,
        REDIRECT_URI,
        parameter(
            "scope",
            "openid profile email read",
            "openid makes this a sign-in; profile and email are the claims that the app wants.",
            "OpenID Connect Core §5.4",
        ),
        STATE,
        parameter(
            "nonce",
            "{nonce}",
            "A random value that comes back inside the ID token.",
            "OpenID Connect Core §3.1.2.1",
        ),
        CODE_CHALLENGE,
        CODE_CHALLENGE_METHOD,
    ]),
    arrows: VISIT_ARROWS,
    learns: VISIT_LEARNS,
    ..VISIT
};

/// The redemption that gives an ID token.
pub(crate) const TOKEN_OPENID: Step = Step {
    action: Action::Send(REDEEM),
    arrows: &[
        arrow(Party::App, Party::Server, "POST /token with code and code_verifier"),
        arrow(Party::Server, Party::App, "id_token, access_token, refresh_token"),
    ],
    answer: &[ID_TOKEN, ACCESS_TOKEN, TOKEN_TYPE, EXPIRES_IN, REFRESH_TOKEN, SCOPE],
    keeps: &[("access_token", "access_token"), ("refresh_token", "refresh_token"), ("id_token", "id_token")],
    learns: &[
        (Party::App, &["id_token", "access_token", "refresh_token"]),
        (Party::Server, &["code_verifier", "id_token", "access_token", "refresh_token"]),
    ],
    ..TOKEN
};

const CLAIMS: &[Parameter] = &[
    parameter("iss", "", "The server that signed the token.", "OpenID Connect Core §2"),
    parameter(
        "sub",
        "",
        "The person: the one key to store them under. Never the email address.",
        "OpenID Connect Core §2",
    ),
    parameter("aud", "", "The app that the token is for.", "OpenID Connect Core §2"),
    parameter("nonce", "", "The value of the request. The app compares the two.", "OpenID Connect Core §3.1.3.7"),
    parameter("auth_time", "", "The time of the sign-in.", "OpenID Connect Core §2"),
    parameter("exp", "", "The time after which the app must not accept the token.", "OpenID Connect Core §2"),
    parameter("sid", "", "The session, for the sign-out.", "OpenID Connect Back-Channel Logout §2.1"),
];

const USERINFO: Request =
    Request { method: "GET", path: "/userinfo", credentials: Credentials::Bearer("access_token"), parameters: &[] };

pub(crate) const FLOW: Flow = Flow {
    id: "openid-connect",
    title: "OpenID Connect",
    summary: "An app learns who signed in, from a signed ID token.",
    usage: "Every app that has a sign-in. OAuth alone says what an app may do, not who the person is.",
    warning: None,
    sources: &["OpenID Connect Core §3.1", "OpenID Connect Core §5.3", "RFC 7519"],
    steps: &[
        MAKE_NONCE,
        VISIT_OPENID,
        ARRIVE,
        TOKEN_OPENID,
        Step {
            id: "verify",
            title: "The app verifies the ID token",
            text: "The app checks the signature with the server's public key, and that the token is from this server, for this \
                   app, still valid, and the answer to its own request. This page does the same, with WebCrypto.",
            action: Action::Verify(Verified { token: "id_token", audience: APP, nonce: true }),
            arrows: &[
                arrow(Party::App, Party::Server, "GET /.well-known/jwks.json"),
                arrow(Party::App, Party::App, "signature, iss, aud, exp, nonce"),
            ],
            answer: CLAIMS,
            keeps: &[],
            learns: &[],
        },
        Step {
            id: "userinfo",
            title: "The app reads the person's claims",
            text: "The UserInfo endpoint is an API of the server itself. It tells the claims of the granted scopes, as they are now.",
            action: Action::Send(USERINFO),
            arrows: &[
                arrow(Party::App, Party::Server, "GET /userinfo with access_token"),
                arrow(Party::Server, Party::App, "sub, name, email"),
            ],
            answer: &[
                parameter("sub", "", "The same value as in the ID token; compare it.", "OpenID Connect Core §5.3.2"),
                parameter("name", "", "The person's name, from the scope profile.", "OpenID Connect Core §5.1"),
                parameter("email", "", "The address, from the scope email.", "OpenID Connect Core §5.1"),
            ],
            keeps: &[],
            learns: &[(Party::App, &["name", "email"])],
        },
    ],
    attacks: &[
        Attack {
            id: "tampered",
            title: "Change a claim in the ID token",
            story: "The attacker writes another sub into a token and leaves the signature as it was.",
            acts: &[Act {
                says: "The app verifies the changed token with the server's public key.",
                kind: ActKind::Check(Check::Signature),
                expects: "signature",
            }],
            without: "An app that only decodes tokens signs in anybody as anybody.",
            source: "OpenID Connect Core §3.1.3.7",
        },
        Attack {
            id: "unsigned",
            title: "Say that the token needs no signature",
            story: "The attacker sets alg to none in the header and removes the signature.",
            acts: &[Act {
                says: "The app accepts only the algorithm of the published key.",
                kind: ActKind::Check(Check::Unsigned),
                expects: "alg",
            }],
            without: "Libraries that believed the header were fooled for years.",
            source: "RFC 8725 §3.1",
        },
        Attack {
            id: "nonce",
            title: "Replay an ID token of another sign-in",
            story: "The attacker has a genuine ID token of an earlier sign-in and injects it into a new one.",
            acts: &[Act {
                says: "The app that started a new sign-in expects another nonce.",
                kind: ActKind::Check(Check::Nonce),
                expects: "nonce",
            }],
            without: "Without the nonce, a stolen ID token signs the attacker in.",
            source: "OpenID Connect Core §15.5.2",
        },
        Attack {
            id: "id-token-as-access",
            title: "Call UserInfo with the ID token",
            story: "An app mixes up the tokens: the ID token is for the app, not for an API.",
            acts: &[Act {
                says: "The ID token stands where the access token belongs.",
                kind: ActKind::Repeat("userinfo", &[Change::As(Credentials::Bearer("id_token"))]),
                expects: "invalid_token",
            }],
            without: "Without the rule, every party that is shown an ID token could read the person's data.",
            source: "RFC 9068 §2.1",
        },
        Attack {
            id: "silent",
            title: "Sign the person in behind their back",
            story: "An app asks for a fresh sign-in (max_age=0), and that no page may be shown (prompt=none).",
            acts: &[Act {
                says: "The two wishes contradict each other.",
                kind: ActKind::Repeat("authorize", &[Change::Set("prompt", "none"), Change::Set("max_age", "0")]),
                expects: "login_required",
            }],
            without: "Without the rule, an app could not rely on max_age before a payment.",
            source: "OpenID Connect Core §3.1.2.6",
        },
    ],
};
