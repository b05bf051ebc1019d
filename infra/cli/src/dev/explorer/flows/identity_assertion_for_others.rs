//! Identity assertions (ID-JAG) from the other side: this server is the identity provider, and others run the API.

use crate::dev::explorer::clients::{AGENT, SERVICE};
use crate::dev::explorer::flows::common::{
    ACCESS_TOKEN, ARRIVE, CODE, CODE_CHALLENGE, CODE_CHALLENGE_METHOD, CODE_VERIFIER, EXPIRES_IN, GRANT_TYPE_CODE,
    ID_TOKEN, MAKE, REDIRECT_URI, RESPONSE_TYPE, SAME_REDIRECT_URI, SCOPE, STATE, TOKEN, TOKEN_TYPE, VISIT, visit,
};
use crate::dev::explorer::model::{
    Act, ActKind, Action, Attack, Change, Credentials, Flow, Parameter, Party, Request, Step, Verified, arrow,
    parameter,
};
use crate::dev::explorer::platform::PARTNER;

const ID_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:id_token";
const OWN: Credentials = Credentials::Basic(AGENT, "{agent_secret}");

const VISIT_AGENT: Step = Step {
    action: visit(&[
        RESPONSE_TYPE,
        parameter("client_id", AGENT, "The app of the company. It has a secret.", "RFC 6749 §2.2"),
        REDIRECT_URI,
        parameter("scope", "openid", "The app wants to know who signs in.", "OpenID Connect Core §3.1.2.1"),
        STATE,
        CODE_CHALLENGE,
        CODE_CHALLENGE_METHOD,
    ]),
    ..VISIT
};

const TOKEN_AGENT: Step = Step {
    text: "The app redeems the code with its secret and the verifier. The ID token says who signed in.",
    action: Action::Send(Request {
        method: "POST",
        path: "/token",
        credentials: OWN,
        parameters: &[GRANT_TYPE_CODE, CODE, SAME_REDIRECT_URI, CODE_VERIFIER],
    }),
    arrows: &[
        arrow(Party::App, Party::Server, "POST /token with code and secret"),
        arrow(Party::Server, Party::App, "id_token, access_token"),
    ],
    answer: &[ID_TOKEN, ACCESS_TOKEN, TOKEN_TYPE, EXPIRES_IN, SCOPE],
    keeps: &[("access_token", "access_token"), ("id_token", "id_token")],
    learns: &[
        (Party::App, &["id_token", "access_token", "app's own secret"]),
        (Party::Server, &["code_verifier", "id_token", "access_token"]),
    ],
    ..TOKEN
};

const ASSERT: Step = Step {
    id: "assert",
    title: "The app asks for an assertion",
    text: "The app wants to call an API that others run, with an authorization server of their own. It exchanges its ID token \
           for an assertion. It gets one for a server that the operator registered for it, and while the person is signed in. \
           It is called access_token in the answer, but opens no API: token_type is N_A.",
    action: Action::Send(Request {
        method: "POST",
        path: "/token",
        credentials: OWN,
        parameters: &[
            parameter(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
                "The app exchanges a token.",
                "RFC 8693 §2.1",
            ),
            parameter(
                "requested_token_type",
                "urn:ietf:params:oauth:token-type:id-jag",
                "It wants an identity assertion, and no access token.",
                "RFC 8693 §2.1",
            ),
            parameter("audience", PARTNER, "The authorization server that the assertion is for.", "RFC 8693 §2.1"),
            parameter("subject_token", "{id_token}", "The token that says who the person is.", "RFC 8693 §2.1"),
            parameter("subject_token_type", ID_TOKEN_TYPE, "It is an ID token.", "RFC 8693 §2.1"),
            parameter("scope", "read", "The access that the app will ask for there.", "RFC 8693 §2.1"),
        ],
    }),
    arrows: &[
        arrow(Party::App, Party::Server, "POST /token with id_token"),
        arrow(Party::Server, Party::App, "assertion"),
    ],
    answer: &[
        parameter("access_token", "", "The assertion, a JWT of the type oauth-id-jag+jwt.", "RFC 8693 §2.2.1"),
        parameter("issued_token_type", "", "The type of what was issued: an identity assertion.", "RFC 8693 §2.2.1"),
        parameter("token_type", "", "N_A: it is not for an API.", "RFC 8693 §2.2.1"),
        EXPIRES_IN,
        SCOPE,
    ],
    keeps: &[("access_token", "assertion")],
    learns: &[(Party::App, &["assertion"]), (Party::Server, &["assertion"])],
};

const CLAIMS: &[Parameter] = &[
    parameter("iss", "", "This server. The other one has it on its list.", "RFC 7523 §3"),
    parameter("aud", "", "The other server, and nobody else.", "RFC 7523 §3"),
    parameter("sub", "", "The person, by the name that the app knows here.", "RFC 7523 §3"),
    parameter("client_id", "", "The app, by its name at the other server.", "RFC 8693 §4.3"),
    parameter("jti", "", "The name of this one assertion, which works once.", "RFC 7519 §4.1.7"),
    parameter("exp", "", "Five minutes from now: the app brings it at once.", "RFC 7523 §3"),
];

pub(crate) const FLOW: Flow = Flow {
    id: "identity-assertion-for-others",
    title: "Identity assertion for another server",
    summary: "A person signs in once, and an app gets an assertion with which the API of others lets it act for the person.",
    usage: "Companies whose people use the APIs of others: the operator decides which app may get assertions for which server.",
    warning: None,
    sources: &["draft-ietf-oauth-identity-assertion-authz-grant", "RFC 8693"],
    steps: &[
        MAKE,
        VISIT_AGENT,
        ARRIVE,
        TOKEN_AGENT,
        ASSERT,
        Step {
            id: "brought",
            title: "The other server verifies the assertion",
            text: "The app brings the assertion to the other server, as the page before this one shows. That server needs \
                   nothing but the public keys of this one. This page makes the same checks.",
            action: Action::Verify(Verified { token: "assertion", audience: PARTNER, nonce: false }),
            arrows: &[
                arrow(Party::App, Party::OtherServer, "assertion"),
                arrow(Party::OtherServer, Party::Server, "GET /.well-known/jwks.json"),
                arrow(Party::OtherServer, Party::App, "access_token of its own"),
            ],
            answer: CLAIMS,
            keeps: &[],
            learns: &[(Party::OtherServer, &["assertion"])],
        },
    ],
    attacks: &[
        Attack {
            id: "elsewhere",
            title: "Ask for an assertion for a server of one's own",
            story: "The app was taken over, and the attacker wants the person's name for another server.",
            acts: &[Act {
                says: "The request names a server that is not registered for the app.",
                kind: ActKind::Repeat("assert", &[Change::Set("audience", "https://evil.example")]),
                expects: "invalid_target",
            }],
            without: "Without the list, each app could act for its people at every server that trusts this one.",
            source: "RFC 8693 §2.2.2",
        },
        Attack {
            id: "thief",
            title: "Exchange an ID token that was found",
            story: "A service has found the ID token in a log. It has a secret of its own.",
            acts: &[Act {
                says: "The service sends the ID token with its own secret.",
                kind: ActKind::Repeat("assert", &[Change::As(Credentials::Basic(SERVICE, "{service_secret}"))]),
                expects: "unauthorized_client",
            }],
            without: "An ID token goes through many hands. It counts in those of the app that it was made for.",
            source: "RFC 8693 §5",
        },
        Attack {
            id: "other-token",
            title: "Pass off another token as the ID token",
            story: "The app sends its access token, and calls it an ID token.",
            acts: &[Act {
                says: "The subject token is the access token.",
                kind: ActKind::Repeat("assert", &[Change::Set("subject_token", "{access_token}")]),
                expects: "invalid_request",
            }],
            without: "If any signed text were an ID token, whoever can have something signed could be anybody.",
            source: "RFC 8693 §2.2.2",
        },
    ],
};
