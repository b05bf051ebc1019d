//! The lines of the OpenID Foundation's conformance plans, each in one sentence, and how far each is built. The FAPI
//! plans are not listed, except for requests that clients can already make.

use crate::coverage::checklist::State;
use State::{Partly, Tested};

/// The number, requirement and state of each line.
pub(crate) const LINES: [(usize, &str, State); 35] = [
    (1, "The document of OpenID Connect is JSON at its place below the issuer.", Tested),
    (2, "The issuer is https without query and fragment, and that of the document's address.", Tested),
    (3, "Every endpoint is below the issuer and there, and every member has its type.", Tested),
    (4, "The document tells what OpenID Connect demands: RS256, openid, subject types.", Tested),
    (5, "The key set has no private part, a name for each key, and keys that are strong enough.", Tested),
    (6, "The authorization endpoint takes GET and POST.", Tested),
    (7, "The state comes back as it was sent.", Tested),
    (8, "iss comes with the answer and is right.", Tested),
    (9, "The answer of the code flow is in the query, unless another response mode is asked for.", Tested),
    (10, "Codes and tokens have 128 random bits.", Tested),
    (11, "What only advises is accepted, and what is not known is ignored.", Tested),
    (12, "A redirect URI that is not registered, missing or changed ends on a page.", Tested),
    (13, "A request without response_type is refused.", Tested),
    (14, "prompt, max_age and id_token_hint decide who signs in, and silence is an error.", Tested),
    (15, "Request objects have errors of their own.", Tested),
    (16, "Single claims come where they were asked for.", Tested),
    (17, "A token response is JSON that nobody stores.", Tested),
    (18, "A token error is JSON with a registered code and a description of legal characters.", Tested),
    (19, "Clients authenticate by Basic, form-decoded, or in the body.", Tested),
    (20, "A code used twice is refused, and its access token is revoked.", Tested),
    (21, "A code is bound to client and redirect URI.", Tested),
    (22, "S256 is served, and a wrong verifier is an invalid grant.", Tested),
    (23, "A refresh brings an ID token of the same sign-in.", Tested),
    (24, "An ID token has its claims, the nonce that was sent, and the hash of the access token.", Tested),
    (25, "It is signed with RS256, or what is registered, by a key of the key set.", Tested),
    (26, "It holds no claims that nobody asked for there.", Tested),
    (27, "The UserInfo endpoint takes GET and POST, and the token in header or body.", Tested),
    (28, "Each scope brings its claims, each of its type.", Tested),
    (29, "The answer is signed for clients that are registered for it.", Tested),
    (30, "A client registers itself, and reads and deletes its registration.", Tested),
    (31, "Bad metadata of a client is refused.", Tested),
    (32, "Keys that a client serves are fetched anew when an unknown one appears.", Tested),
    (33, "An app sends people to sign out, and gets them back where it is registered.", Tested),
    (34, "Apps are told of a sign-out.", Tested),
    (43, "A client signs its assertions with the algorithm that it is registered for.", Partly("FAPI profile")),
];
