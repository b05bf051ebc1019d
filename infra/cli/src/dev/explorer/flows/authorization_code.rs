//! The authorization code grant with PKCE.

use crate::dev::explorer::flows::common::{ARRIVE, CALL_API, MAKE, TOKEN, VISIT};
use crate::dev::explorer::model::{Act, ActKind, Attack, Change, Check, Flow};

/// A verifier of 43 characters that was not hashed into any challenge.
const OTHER_VERIFIER: &str = "an-attacker-who-guesses-a-verifier-is-wrong";
/// The verifier of the browser into which a foreign code is injected.
const VICTIMS_VERIFIER: &str = "the-verifier-of-the-victims-browser-is-another";

pub(crate) const FLOW: Flow = Flow {
    id: "authorization-code",
    title: "Authorization code with PKCE",
    summary: "A person signs in, and an app gets tokens, without ever seeing the password.",
    usage: "Every app with people: web apps with a server, single-page apps, mobile and desktop apps, agents.",
    warning: None,
    sources: &["RFC 6749 §4.1", "RFC 7636", "RFC 9207", "RFC 9700 §2.1.1"],
    steps: &[MAKE, VISIT, ARRIVE, TOKEN, CALL_API],
    attacks: &[
        Attack {
            id: "no-verifier",
            title: "Leave out the verifier",
            story: "A thief reads the code in the history of the browser or in a proxy's log, and redeems it. The thief has no verifier.",
            acts: &[Act {
                says: "The thief sends the code alone.",
                kind: ActKind::Repeat("token", &[Change::Leave("code_verifier")]),
                expects: "invalid_grant",
            }],
            without: "Without PKCE, whoever reads the code first gets the person's tokens.",
            source: "RFC 7636 §1",
        },
        Attack {
            id: "wrong-verifier",
            title: "Guess the verifier",
            story: "The thief sends a verifier of their own.",
            acts: &[Act {
                says: "The hash of this verifier is not the challenge.",
                kind: ActKind::Repeat("token", &[Change::Set("code_verifier", OTHER_VERIFIER)]),
                expects: "invalid_grant",
            }],
            without: "Without the comparison, the challenge would be decoration.",
            source: "RFC 7636 §4.6",
        },
        Attack {
            id: "redirect-at-token",
            title: "Change the redirect URI at the token endpoint",
            story: "The code was sent to another address than the one that the app names when it redeems it.",
            acts: &[Act {
                says: "The code is redeemed with another redirect_uri.",
                kind: ActKind::Repeat("token", &[Change::Set("redirect_uri", "{redirect_uri}/elsewhere")]),
                expects: "invalid_grant",
            }],
            without: "Without the rule, a code that leaked to another page of the app could be redeemed with it.",
            source: "RFC 6749 §4.1.3",
        },
        Attack {
            id: "other-client",
            title: "Redeem the code as another app",
            story: "Another app that is registered at this server has got hold of the code.",
            acts: &[Act {
                says: "The demo app sends the code of the explorer's app.",
                kind: ActKind::Repeat("token", &[Change::Set("client_id", "demo-app")]),
                expects: "invalid_grant",
            }],
            without: "Without the rule, any registered app could use codes that people gave to another.",
            source: "RFC 6749 §4.1.3",
        },
        Attack {
            id: "replay",
            title: "Replay the code",
            story: "The thief is too late: the app has redeemed the code, and the thief sends the same request again, verifier and all.",
            acts: &[
                Act {
                    says: "The code is redeemed a second time.",
                    kind: ActKind::Repeat("token", &[]),
                    expects: "invalid_grant",
                },
                Act {
                    says: "Two parties hold the code, so the server trusts neither: the tokens of the first redemption are revoked too.",
                    kind: ActKind::Send(super::refresh::REFRESH),
                    expects: "invalid_grant",
                },
            ],
            without: "Without the rule, every copy of a code is worth as much as the original.",
            source: "RFC 6749 §4.1.2",
        },
        Attack {
            id: "redirect-at-authorize",
            title: "Send the code to the attacker's address",
            story: "The attacker sends the person a link to the real server, with the attacker's own redirect URI in it.",
            acts: &[Act {
                says: "The link names an address that the app did not register.",
                kind: ActKind::Repeat("authorize", &[Change::Set("redirect_uri", "https://evil.example/callback")]),
                expects: "",
            }],
            without: "Without the rule, the code of everybody who follows the link goes to the attacker. The server shows a page and redirects nowhere.",
            source: "RFC 9700 §4.1",
        },
        Attack {
            id: "no-challenge",
            title: "Leave out the challenge",
            story: "The attacker takes PKCE out of the request, so that the stolen code needs no verifier.",
            acts: &[Act {
                says: "The request has no code_challenge.",
                kind: ActKind::Repeat(
                    "authorize",
                    &[Change::Leave("code_challenge"), Change::Leave("code_challenge_method")],
                ),
                expects: "invalid_request",
            }],
            without: "Without the rule, PKCE protects only those who are not attacked.",
            source: "RFC 9700 §2.1.1",
        },
        Attack {
            id: "state",
            title: "Forge the state",
            story: "The attacker signs in, keeps the code, and makes the victim's browser open the app's address with it. The victim would work in the attacker's account.",
            acts: &[
                Act {
                    says: "The app gets an answer with a state that it never made, and throws it away.",
                    kind: ActKind::Check(Check::State),
                    expects: "state",
                },
                Act {
                    says: "An app that does not compare sends the foreign code with its own verifier, and PKCE still holds.",
                    kind: ActKind::Repeat("token", &[Change::Set("code_verifier", VICTIMS_VERIFIER)]),
                    expects: "invalid_grant",
                },
            ],
            without: "Without both, what the victim stores or pays ends up in the attacker's account.",
            source: "RFC 6749 §10.12",
        },
    ],
};
