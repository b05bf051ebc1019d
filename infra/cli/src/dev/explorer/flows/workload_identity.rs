//! Workload identity: a service gets a token with a token of the platform that runs it, and has no secret.

mod attacks;
mod claims;

use crate::dev::explorer::flows::common::{ACCESS_TOKEN, CALL_API, EXPIRES_IN, SCOPE, TOKEN_TYPE};
use crate::dev::explorer::flows::workload_identity::attacks::ATTACKS;
use crate::dev::explorer::flows::workload_identity::claims::{AUD, EXP, IAT, ISS, SUB, platform_token};
use crate::dev::explorer::model::{Action, Credentials, Flow, Party, Request, Signer, Step, arrow, parameter};

pub(crate) const FLOW: Flow = Flow {
    id: "workload-identity",
    title: "Workload identity",
    summary: "A service proves itself with a token of the platform that runs it, and has no secret to keep or to lose.",
    usage: "Services on AWS, Kubernetes, GitHub Actions or SPIFFE. Where nothing vouches for a service, use client credentials with a secret or a key.",
    warning: None,
    sources: &["RFC 7523 §3", "RFC 7521 §4.2", "RFC 6749 §4.4"],
    steps: &[
        Step {
            id: "sign",
            title: "The platform gives the service a token",
            text: "The platform knows which service it runs, and says so in a token that it signs. On AWS the service asks \
                   STS, in Kubernetes it reads a file, in GitHub Actions it asks an address. Here this page is the platform: \
                   it has a key of its own, whose public part is registered for one service of the explorer.",
            action: Action::Sign(platform_token("platform_token", Signer::Honest, &[ISS, SUB, AUD, IAT, EXP])),
            arrows: &[
                arrow(Party::App, Party::Platform, "token for this server"),
                arrow(Party::Platform, Party::App, "platform_token"),
            ],
            answer: &[],
            keeps: &[],
            learns: &[
                (Party::Platform, &["platform's private key", "platform_token"]),
                (Party::App, &["platform_token"]),
            ],
        },
        Step {
            id: "token",
            title: "The service asks for a token",
            text: "The service sends the platform's token in place of a secret. The server verifies the signature with the keys \
                   of the registered issuer, and looks for the client with this iss and sub. It reads and writes nothing \
                   else. There is no client_id and no secret in the request.",
            action: Action::Send(Request {
                method: "POST",
                path: "/token",
                credentials: Credentials::None,
                parameters: &[
                    parameter(
                        "grant_type",
                        "client_credentials",
                        "The client asks in its own name.",
                        "RFC 6749 §4.4.2",
                    ),
                    parameter(
                        "client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                        "A JWT authenticates the client.",
                        "RFC 7523 §2.2",
                    ),
                    parameter("client_assertion", "{platform_token}", "The token of the platform.", "RFC 7523 §2.2"),
                    parameter("scope", "read", "The access that the service asks for.", "RFC 6749 §3.3"),
                ],
            }),
            arrows: &[
                arrow(Party::App, Party::Server, "POST /token with platform_token"),
                arrow(Party::Server, Party::App, "access_token"),
            ],
            answer: &[ACCESS_TOKEN, TOKEN_TYPE, EXPIRES_IN, SCOPE],
            keeps: &[("access_token", "access_token")],
            learns: &[
                (Party::App, &["access_token"]),
                (Party::Server, &["platform's public key", "platform_token", "access_token"]),
            ],
        },
        CALL_API,
    ],
    attacks: ATTACKS,
};
