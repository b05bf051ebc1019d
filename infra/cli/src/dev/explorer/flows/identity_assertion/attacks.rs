//! Attacks with identity assertions.

use crate::dev::explorer::clients::SERVICE;
use crate::dev::explorer::flows::identity_assertion::claims::{
    AUD, CLAIMED_SCOPE, CLIENT, EXP, IAT, ISS, JTI, SUB, asserted,
};
use crate::dev::explorer::model::{Act, ActKind, Attack, Change, Parameter, Signer, parameter};

const OTHER_SUB: Parameter = parameter("sub", "stranger@company.example", "Another person.", "RFC 7523 §3");
const OTHER_AUD: Parameter = parameter("aud", "https://other.example", "Another server.", "RFC 7523 §3");
const OTHER_CLIENT: Parameter = parameter("client_id", SERVICE, "Another app of the company.", "RFC 8693 §4.3");

/// The request of the app with the assertion that was signed for the attack.
const BROUGHT: ActKind = ActKind::Repeat("token", &[Change::Set("assertion", "{forged_assertion}")]);

/// Describes the signing of the assertion for the attack.
const fn signed(signer: Signer, claims: &'static [Parameter]) -> ActKind {
    ActKind::Sign(asserted("forged_assertion", signer, claims))
}

pub(crate) const ATTACKS: &[Attack] = &[
    Attack {
        id: "again",
        title: "Bring the assertion again",
        story: "Somebody reads the assertion in a log of the app, together with the app's secret, after it was used.",
        acts: &[Act {
            says: "The same request once more.",
            kind: ActKind::Repeat("token", &[]),
            expects: "invalid_grant",
        }],
        without: "If an assertion worked twice, each one in a log would be a key to the person's data until it expires.",
        source: "RFC 7523 §3",
    },
    Attack {
        id: "own-key",
        title: "Assert oneself",
        story: "The claims are no secret. A member of the app's team writes those of the director, and signs them with an own key.",
        acts: &[
            Act {
                says: "The attacker signs the assertion.",
                kind: signed(Signer::Attacker, &[ISS, SUB, AUD, CLIENT, JTI, IAT, EXP, CLAIMED_SCOPE]),
                expects: "",
            },
            Act { says: "The app brings it.", kind: BROUGHT, expects: "invalid_grant" },
        ],
        without: "Without the check of the signature, each app of the company would be every person of it.",
        source: "RFC 7523 §3",
    },
    Attack {
        id: "other-app",
        title: "Bring the assertion of another app",
        story: "An app with few rights was taken over, and passes its assertion on to one with many.",
        acts: &[
            Act {
                says: "The provider signs an assertion for another app.",
                kind: signed(Signer::Honest, &[ISS, SUB, AUD, OTHER_CLIENT, JTI, IAT, EXP, CLAIMED_SCOPE]),
                expects: "",
            },
            Act { says: "This app brings it.", kind: BROUGHT, expects: "invalid_grant" },
        ],
        without: "Without client_id, the company could not decide for each app what it may do for whom.",
        source: "RFC 8693 §4.3",
    },
    Attack {
        id: "audience",
        title: "Pass on an assertion for another server",
        story: "The owner of another server gets an assertion of the same person, and brings it here.",
        acts: &[
            Act {
                says: "The provider signs an assertion for the other server.",
                kind: signed(Signer::Honest, &[ISS, SUB, OTHER_AUD, CLIENT, JTI, IAT, EXP, CLAIMED_SCOPE]),
                expects: "",
            },
            Act { says: "It is brought to this one.", kind: BROUGHT, expects: "invalid_grant" },
        ],
        without: "Without aud, every server that a company works with could act for its people everywhere.",
        source: "RFC 7523 §3",
    },
    Attack {
        id: "stranger",
        title: "Speak of somebody who is nobody here",
        story: "The provider speaks of a person whom no operator has linked to an account of this server.",
        acts: &[
            Act {
                says: "The provider signs an assertion about a stranger.",
                kind: signed(Signer::Honest, &[ISS, OTHER_SUB, AUD, CLIENT, JTI, IAT, EXP, CLAIMED_SCOPE]),
                expects: "",
            },
            Act { says: "The app brings it.", kind: BROUGHT, expects: "invalid_grant" },
        ],
        without: "If an email address were enough, a provider could take over the accounts of people of other companies.",
        source: "RFC 7523 §3",
    },
    Attack {
        id: "scope",
        title: "Ask for more than the provider allows",
        story: "The app may write here, but the company lets it read only.",
        acts: &[
            Act {
                says: "The provider signs an assertion for reading.",
                kind: signed(Signer::Honest, &[ISS, SUB, AUD, CLIENT, JTI, IAT, EXP, CLAIMED_SCOPE]),
                expects: "",
            },
            Act {
                says: "The app brings it and asks for writing.",
                kind: ActKind::Repeat(
                    "token",
                    &[Change::Set("assertion", "{forged_assertion}"), Change::Set("scope", "write")],
                ),
                expects: "invalid_scope",
            },
        ],
        without: "Without the limit, the company could only choose between everything and nothing.",
        source: "RFC 8693 §4.2",
    },
];
