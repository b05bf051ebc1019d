//! DPoP: tokens that work with the app's key only.

mod attacks;
mod claims;

use crate::dev::explorer::flows::common::{
    ACCESS_TOKEN, ARRIVE, CLIENT_ID, CODE_CHALLENGE, CODE_CHALLENGE_METHOD, EXPIRES_IN, MAKE, REDEEM, REDIRECT_URI,
    REFRESH_TOKEN, RESPONSE_TYPE, SCOPE, STATE, TOKEN, VISIT, visit,
};
use crate::dev::explorer::flows::dpop::attacks::ATTACKS;
use crate::dev::explorer::flows::dpop::claims::{
    GET, IAT, JTI, POST, TOKEN_ENDPOINT, TOKEN_HASH, USERINFO_ENDPOINT, proof,
};
use crate::dev::explorer::model::{
    Action, Credentials, Flow, Parameter, Party, Request, Signer, Step, arrow, parameter,
};

const TOKEN_TYPE: Parameter =
    parameter("token_type", "", "DPoP: the token works with a proof of its key only.", "RFC 9449 §5");

const USERINFO: Request = Request {
    method: "GET",
    path: "/userinfo",
    credentials: Credentials::Dpop("access_token", "userinfo_proof"),
    parameters: &[],
};

const MAKE_KEY: Step = Step {
    title: "The app makes its secrets and a key pair",
    text: "Beside the code_verifier and the state, the app makes a key pair. The private part, d, never leaves the app. A \
           real app keeps it where no script can read it: as a CryptoKey that is not extractable, or in the keystore of the \
           device. This page shows it, and keeps it in this tab. dpop_jkt is the thumbprint of the public part.",
    action: Action::Make(&["code_verifier", "state", "dpop_key"]),
    arrows: &[arrow(Party::App, Party::App, "key pair, code_verifier, state")],
    learns: &[(Party::App, &["private key", "dpop_jkt", "code_verifier", "code_challenge", "state"])],
    ..MAKE
};

const VISIT_BOUND: Step = Step {
    text: "The request names the thumbprint of the app's key, so that even the code is useless without the key. Sign in \
           with the demo user, and allow the access.",
    action: visit(&[
        RESPONSE_TYPE,
        CLIENT_ID,
        REDIRECT_URI,
        parameter("scope", "openid profile read", "openid opens /userinfo, which is the API here.", "RFC 6749 §3.3"),
        STATE,
        CODE_CHALLENGE,
        CODE_CHALLENGE_METHOD,
        parameter(
            "dpop_jkt",
            "{dpop_jkt}",
            "The SHA-256 thumbprint of the app's public key. The code is bound to it.",
            "RFC 9449 §10",
        ),
    ]),
    learns: &[
        (Party::Browser, &["code_challenge", "state", "dpop_jkt", "password"]),
        (Party::Server, &["code_challenge", "dpop_jkt", "password"]),
    ],
    ..VISIT
};

const PROVE: Step = Step {
    id: "prove",
    title: "The app signs a proof for the token endpoint",
    text: "A proof is a JWT for one request. Its header has the type dpop+jwt and the app's public key, and the app signs it \
           with the private key. If a deployment asks for nonces, the server refuses the next step and sends one in \
           DPoP-Nonce. Sign again: the new proof contains it.",
    action: Action::Sign(proof("token_proof", Signer::Honest, &[POST, TOKEN_ENDPOINT, IAT, JTI])),
    arrows: &[arrow(Party::App, Party::App, "sign POST /token")],
    answer: &[],
    keeps: &[],
    learns: &[(Party::App, &["token_proof"])],
};

const TOKEN_BOUND: Step = Step {
    title: "The app redeems the code with the proof",
    text: "The proof is in the header DPoP. The server checks that it is signed by the key that the code is bound to, and \
           writes the thumbprint of the key into the access token: cnf.jkt. As this app has no secret, its refresh token is \
           bound to the key as well.",
    action: Action::Send(Request { credentials: Credentials::Proof("token_proof"), ..REDEEM }),
    arrows: &[
        arrow(Party::App, Party::Server, "POST /token with code and proof"),
        arrow(Party::Server, Party::App, "bound access_token, refresh_token"),
    ],
    answer: &[
        ACCESS_TOKEN,
        TOKEN_TYPE,
        parameter("cnf", "", "A claim of the access token: jkt is the thumbprint of the key.", "RFC 9449 §6.1"),
        EXPIRES_IN,
        REFRESH_TOKEN,
        SCOPE,
    ],
    learns: &[
        (Party::App, &["access_token", "refresh_token"]),
        (Party::Server, &["public key", "token_proof", "code_verifier", "access_token", "refresh_token"]),
    ],
    ..TOKEN
};

pub(crate) const FLOW: Flow = Flow {
    id: "dpop",
    title: "DPoP: tokens bound to a key",
    summary: "An app signs each request with its own key, and its tokens are useless to a thief without this key.",
    usage: "Apps whose tokens are worth stealing: banking, health, and every single-page app that can. An API has to check proofs, so both sides must take part.",
    warning: None,
    sources: &["RFC 9449", "RFC 7638", "RFC 7800"],
    steps: &[
        MAKE_KEY,
        VISIT_BOUND,
        ARRIVE,
        PROVE,
        TOKEN_BOUND,
        Step {
            id: "prove-again",
            title: "The app signs a proof for the API",
            text: "Each request needs a new proof. At an API it also contains the hash of the access token. The API here is \
                   /userinfo of this server.",
            action: Action::Sign(proof(
                "userinfo_proof",
                Signer::Honest,
                &[GET, USERINFO_ENDPOINT, TOKEN_HASH, IAT, JTI],
            )),
            arrows: &[arrow(Party::App, Party::App, "sign GET /userinfo")],
            answer: &[],
            keeps: &[],
            learns: &[(Party::App, &["userinfo_proof"])],
        },
        Step {
            id: "userinfo",
            title: "The app calls the API",
            text: "The scheme is DPoP instead of Bearer. The API checks that the proof is for this request, was not used \
                   before, names this token, and is signed by the key in the token's cnf. As each proof works once, send it from \
                   this page or from a terminal, and not from both.",
            action: Action::Send(USERINFO),
            arrows: &[
                arrow(Party::App, Party::Api, "Authorization: DPoP access_token, and proof"),
                arrow(Party::Api, Party::App, "the data"),
            ],
            answer: &[parameter("sub", "", "The person who signed in.", "OpenID Connect Core §5.3.2")],
            keeps: &[],
            learns: &[(Party::Api, &["access_token", "public key", "userinfo_proof"])],
        },
    ],
    attacks: ATTACKS,
};
