//! The reasons to refuse a request, and the protocol error for each.

mod consequences;
mod objects;
mod table;

use protocol::TokenErrorCode;

use crate::terms::refusal::objects::with_those_of_objects;

const NOT_AUTHENTICATED: &str =
    "client authentication failed: unknown client, wrong or missing secret or signature, or not the registered method";

const SUBJECT_TOKEN_NOT_ACTIVE: &str = "the subject token is not an active access token of this server";

with_those_of_objects! {
    /// The client does not exist.
    ClientUnknown("client_unknown", InvalidClient, NOT_AUTHENTICATED);
    /// The client is registered for another authentication method.
    ClientAuthMethod("client_auth_method", InvalidClient, NOT_AUTHENTICATED, may_be_outdated);
    /// The secret is not the client's.
    ClientSecretWrong("client_secret_wrong", InvalidClient, NOT_AUTHENTICATED, may_be_outdated);
    /// The secret is right, but it is in the body and the client is registered for the header.
    ClientSecretInBody("client_secret_in_body", InvalidClient,
        "this client is registered for client_secret_basic: send its secret in the Authorization header (HTTP Basic)", may_be_outdated);
    /// The secret is right, but it is in the header and the client is registered for the body.
    ClientSecretInHeader("client_secret_in_header", InvalidClient,
        "this client is registered for client_secret_post: send client_id and client_secret in the body", may_be_outdated);
    /// The client is disabled.
    ClientDisabled("client_disabled", InvalidClient, NOT_AUTHENTICATED, may_be_outdated);
    /// The assertion is not signed by the client, or is not a valid JWT.
    AssertionNotSigned("assertion_not_signed", InvalidClient, NOT_AUTHENTICATED, may_be_outdated);
    /// The algorithm of the assertion is not one that this server verifies.
    AssertionAlgorithmUnknown("assertion_algorithm_unknown", InvalidClient,
        "alg of the client assertion is not verified here: use RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA with a key, or HS256, HS384 or HS512 with a secret");
    /// The algorithm of the assertion is not the client's.
    AssertionAlgorithm("assertion_algorithm", InvalidClient,
        "alg of the client assertion is not the one that the client is registered for, or none of its keys is for it", may_be_outdated);
    /// The assertion's `iss` or `sub` is not the client.
    AssertionOfAnother("assertion_of_another", InvalidClient,
        "iss and sub of the client assertion must both be the client_id");
    /// The assertion is not for this server.
    AssertionAudience("assertion_audience", InvalidClient,
        "aud of the client assertion must be the issuer of this server, as one string", may_be_outdated);
    /// The assertion has expired, or has no expiry.
    AssertionExpired("assertion_expired", InvalidClient, "the client assertion has expired, or has no exp");
    /// The assertion expires too far in the future.
    AssertionTooLong("assertion_too_long", InvalidClient, "exp of the client assertion is more than an hour ahead");
    /// The assertion is from the future.
    AssertionEarly("assertion_early", InvalidClient,
        "iat or nbf of the client assertion is in the future: set the client's clock");
    /// The assertion has no `jti` that distinguishes it from others.
    AssertionUnnamed("assertion_unnamed", InvalidClient, "the client assertion needs a jti of 1 to 256 bytes");
    /// The assertion was used before.
    AssertionReplayed("assertion_replayed", InvalidClient,
        "the client assertion was used before: make a new one for each request");
    /// The client's `jwks_uri` does not serve a set of usable keys.
    ClientKeysUnusable("client_keys_unusable", InvalidClient,
        "the client's jwks_uri does not serve a set of public keys that can be used", may_be_outdated);
    /// The assertion's issuer is not registered.
    IssuerUnknown("issuer_unknown", InvalidClient,
        "iss of the client assertion, or the trust domain of its sub, is not an issuer that is registered here");
    /// The issuer is registered for other purposes.
    IssuerPurpose("issuer_purpose", InvalidClient,
        "the issuer of the client assertion is registered here, but not to authenticate clients", may_be_outdated);
    /// The algorithm is not one that the issuer signs with.
    IssuerAlgorithm("issuer_algorithm", InvalidClient,
        "alg of the client assertion is not one that its issuer signs with", may_be_outdated);
    /// The assertion is not signed with a key of its issuer, or is another kind of JWT.
    IssuerNotSigned("issuer_not_signed", InvalidClient,
        "the client assertion is not signed with a key of its issuer, or is another kind of JWT", may_be_outdated);
    /// The place of the issuer's keys does not serve a set of usable keys.
    IssuerKeysUnusable("issuer_keys_unusable", InvalidClient,
        "the place of the issuer's keys does not serve a set of public keys that can be used", may_be_outdated);
    /// The assertion of another issuer is not for this server alone.
    FederatedAudience("federated_audience", InvalidClient,
        "aud of another issuer's token must be the issuer of this server and nothing else");
    /// The assertion of another issuer is bound to a key, whose proof is not heard here.
    FederatedBound("federated_bound", InvalidClient,
        "another issuer's token that is bound to a key (cnf) authenticates no client here");
    /// The assertion of another issuer is valid for too long.
    FederatedTooLong("federated_too_long", InvalidClient,
        "another issuer's token must expire within 3660 seconds of now and of its iat");
    /// No client is registered for the issuer and the subject, or the named client is not.
    FederatedSubject("federated_subject", InvalidClient,
        "no client is registered for the issuer and the sub of the client assertion, or not the one that client_id names", may_be_outdated);
    /// The client is registered with claims that the assertion does not have.
    FederatedClaims("federated_claims", InvalidClient,
        "the client assertion does not have the claims that its client is registered with", may_be_outdated);
    /// More than one client fits.
    FederatedTwice("federated_twice", InvalidClient,
        "more than one client is registered for this client assertion: send client_id", may_be_outdated);
    /// The `DPoP` header is not one compact JWT.
    DpopProofMalformed("dpop_proof_malformed", InvalidDpopProof,
        "the request needs one header DPoP, which is one compact JWT with a JSON header and payload");
    /// The proof is a JWT of another kind, or has critical extensions.
    DpopProofType("dpop_proof_type", InvalidDpopProof, "typ of the DPoP proof must be dpop+jwt, and crit is not supported");
    /// The algorithm of the proof is not one that this server verifies.
    DpopProofAlgorithm("dpop_proof_algorithm", InvalidDpopProof,
        "alg of the DPoP proof must be ES256, ES384, EdDSA, Ed25519, PS256, PS384 or PS512");
    /// The proof has no key, a private one, or one that is not accepted.
    DpopProofKey("dpop_proof_key", InvalidDpopProof,
        "jwk of the DPoP proof must be a public key that fits alg: P-256, P-384, Ed25519, or RSA of 2048 to 4096 bits");
    /// A claim of the proof is missing, or of the wrong type.
    DpopProofClaims("dpop_proof_claims", InvalidDpopProof,
        "the DPoP proof needs htm, htu, iat and jti: texts, and a number of seconds");
    /// The proof is not signed by its own key.
    DpopProofNotSigned("dpop_proof_not_signed", InvalidDpopProof, "the DPoP proof is not signed by the key in its jwk");
    /// The proof is for another method.
    DpopProofMethod("dpop_proof_method", InvalidDpopProof, "htm of the DPoP proof is not the method of the request");
    /// The proof is for another URI.
    DpopProofTarget("dpop_proof_target", InvalidDpopProof,
        "htu of the DPoP proof is not the URL of this endpoint, as the metadata name it");
    /// The proof is too old, or from the future.
    DpopProofTime("dpop_proof_time", InvalidDpopProof,
        "iat of the DPoP proof is more than five minutes off: make a new one for each request, and set the client's clock");
    /// The proof is for another access token.
    DpopProofToken("dpop_proof_token", InvalidDpopProof,
        "ath of the DPoP proof is not the hash of the access token that is sent along");
    /// The proof was used before.
    DpopProofReplayed("dpop_proof_replayed", InvalidDpopProof,
        "the DPoP proof was used before: make a new one for each request");
    /// The proof does not contain a nonce that is valid now.
    DpopNonceNeeded("dpop_nonce_needed", UseDpopNonce,
        "the DPoP proof needs the nonce of the header DPoP-Nonce: make another proof with it");
    /// The proof of a pushed request is of another key than its `dpop_jkt`.
    DpopKeysDiffer("dpop_keys_differ", InvalidDpopProof,
        "dpop_jkt is not the thumbprint of the key that signed the DPoP proof: leave one of them out");
    /// The request has no proof, and the client gets no token without one.
    DpopProofRequired("dpop_proof_required", InvalidRequest,
        "a DPoP proof is needed: the client is registered with dpop_bound_access_tokens or the FAPI 2.0 profile", may_be_outdated);
    /// The access token came without a proof, and is bound to a key.
    DpopProofMissing("dpop_proof_missing", InvalidDpopProof,
        "a DPoP proof is needed: the access token is bound to a key");
    /// The client may not use this grant type.
    GrantTypeNotAllowed("grant_type_not_allowed", UnauthorizedClient,
        "the client is not registered for this grant type", may_be_outdated);
    /// The code was not made here, or its grant is gone.
    CodeUnknown("code_unknown", InvalidGrant, "the code is not one of this server, or it expired long ago");
    /// The code belongs to another client.
    CodeOfAnotherClient("code_of_another_client", InvalidGrant, "the code was issued to another client");
    /// The verifier does not match the challenge, or one was sent without the other.
    CodeVerifierMismatch("code_verifier_mismatch", InvalidGrant,
        "code_verifier is missing, or does not belong to the code_challenge of the code");
    /// The redirect URI is not that of the authorization request, or it is missing where it is required.
    RedirectUriMismatch("redirect_uri_mismatch", InvalidGrant,
        "redirect_uri is missing, or is not the one of the authorization request");
    /// The code is bound to a key (`dpop_jkt`), and the request did not prove it.
    CodeOfAnotherKey("code_of_another_key", InvalidGrant,
        "the code is bound to the key of dpop_jkt: send a DPoP proof that this key has signed");
    /// The code has expired.
    CodeExpired("code_expired", InvalidGrant,
        "the code has expired: send the person to the authorization endpoint again");
    /// The code was redeemed before.
    CodeReplayed("code_replayed", InvalidGrant,
        "the code was used before, so the tokens that were issued for it are revoked");
    /// The grant was revoked.
    GrantRevoked("grant_revoked", InvalidGrant, "the grant was revoked: the person has to sign in again");
    /// The refresh token was not made here, or its grant is gone.
    RefreshTokenUnknown("refresh_token_unknown", InvalidGrant,
        "the refresh token is not one of this server, or it expired long ago");
    /// The refresh token belongs to another client.
    RefreshTokenOfAnotherClient("refresh_token_of_another_client", InvalidGrant,
        "the refresh token was issued to another client");
    /// The refresh token is bound to a key, and the request did not prove it.
    RefreshTokenOfAnotherKey("refresh_token_of_another_key", InvalidGrant,
        "the refresh token is bound to a key: send a DPoP proof that this key has signed");
    /// The refresh token has expired.
    RefreshTokenExpired("refresh_token_expired", InvalidGrant,
        "the refresh token has expired: the person has to sign in again");
    /// The refresh token was used before.
    RefreshTokenReused("refresh_token_reused", InvalidGrant,
        "the refresh token was used before, so all tokens of its grant are revoked");
    /// The device code was not made here, or its request is gone.
    DeviceCodeUnknown("device_code_unknown", InvalidGrant,
        "the device code is not one of this server, or it expired long ago");
    /// The device code belongs to another client.
    DeviceCodeOfAnotherClient("device_code_of_another_client", InvalidGrant,
        "the device code was issued to another client");
    /// Nobody has answered the request of the device.
    DevicePending("device_pending", AuthorizationPending, "nobody has answered yet: ask again after the interval");
    /// The device asks too often.
    DeviceTooEarly("device_too_early", SlowDown,
        "this request comes too early: wait 5 seconds longer between two requests from now on");
    /// The person denied the request of the device.
    DeviceDenied("device_denied", AccessDenied, "the person did not agree");
    /// Nobody answered in time, or the tokens were not fetched in time.
    DeviceCodeExpired("device_code_expired", ExpiredToken, "the device code has expired: ask for a new one");
    /// The tokens of the device were fetched before.
    DeviceCodeUsed("device_code_used", InvalidGrant, "the device code was used before: its tokens are given out once");
    /// The scope is more than was granted.
    ScopeNotGranted("scope_not_granted", InvalidScope, "scope is more than was granted");
    /// The scope is more than the client may have.
    ScopeNotAllowed("scope_not_allowed", InvalidScope, "scope is more than the client is registered for", may_be_outdated);
    /// None of the requested APIs offers this scope.
    ScopeNotOffered("scope_not_offered", InvalidScope, "scope is not offered by the API that was asked for", may_be_outdated);
    /// The API is unknown, or the client may not have tokens for it.
    ResourceNotAllowed("resource_not_allowed", InvalidTarget,
        "resource is unknown, or not one the client is registered for", may_be_outdated);
    /// The API is not part of this grant.
    ResourceNotGranted("resource_not_granted", InvalidTarget, "resource is not one of the grant");
    /// The requested APIs need different kinds of tokens, or the requested scope belongs to such APIs.
    ResourcesNeedDifferentTokens("resources_need_different_tokens", InvalidTarget,
        "this needs several tokens, because the APIs take different kinds: name one with the parameter resource", may_be_outdated);
    /// The request is not for exactly one API, although the client's tokens are for one.
    AudienceNotOne("audience_not_one", InvalidTarget,
        "a token of this client is for one API: name one with the parameter resource", may_be_outdated);
    /// The subject token was not made here, or is no access token.
    SubjectTokenUnknown("subject_token_unknown", InvalidRequest, SUBJECT_TOKEN_NOT_ACTIVE);
    /// The subject token has expired, or was revoked, or something that it depends on is over.
    SubjectTokenInactive("subject_token_inactive", InvalidRequest, SUBJECT_TOKEN_NOT_ACTIVE);
    /// The subject token is not for an API of this client, and no rule lets the client act.
    SubjectTokenOfAnother("subject_token_of_another", InvalidRequest,
        "this client may not act with the subject token: the token is for no API that the client introspects for, and the token's client does not name it (--may-act)", may_be_outdated);
    /// The subject token is bound to a key, and the request did not prove it.
    SubjectTokenOfAnotherKey("subject_token_of_another_key", InvalidRequest,
        "the subject token is bound to a key: send a DPoP proof that this key has signed");
    /// The subject token was exchanged too often.
    SubjectTokenTooDeep("subject_token_too_deep", InvalidRequest,
        "the subject token was exchanged four times, and cannot be exchanged again");
    /// The scope is more than the subject token has.
    ScopeNotInSubject("scope_not_in_subject", InvalidScope, "scope is more than the subject token has");
    /// The subject token has no scope that the requested API offers.
    ScopeOfSubjectNotOffered("scope_of_subject_not_offered", InvalidScope,
        "the subject token has no scope that the API offers and this client may have", may_be_outdated);
    /// The code challenge is missing and PKCE is required of a public client.
    CodeChallengeRequired("code_challenge_required", InvalidRequest,
        "code_challenge is missing: PKCE with S256 is required", may_be_outdated);
    /// The code challenge is missing, and the confidential client is registered with PKCE as required.
    CodeChallengeRegistered("code_challenge_registered", InvalidRequest,
        "code_challenge is missing: this client is registered with PKCE (S256) as required, which an operator can change (--pkce nonce, --pkce optional)", may_be_outdated);
    /// The code challenge is missing, and so is the `nonce` that may replace it.
    CodeChallengeOrNonceRequired("code_challenge_or_nonce_required", InvalidRequest,
        "code_challenge is missing: PKCE with S256 is required, or the scope openid with a nonce, unless an operator excuses this client (--pkce optional)", may_be_outdated);
    /// The request did not come by the pushed request endpoint, as the client or the deployment demands.
    PushedRequestRequired("pushed_request_required", InvalidRequest,
        "this request must be pushed first: send it to the pushed_authorization_request_endpoint (RFC 9126)", may_be_outdated);
    /// The reference was not made here, or its request is gone.
    PushedRequestUnknown("pushed_request_unknown", InvalidRequest,
        "request_uri is not one of this server, or it expired long ago");
    /// The request was pushed by another client.
    PushedRequestOfAnotherClient("pushed_request_of_another_client", InvalidRequest,
        "request_uri was issued to another client");
    /// The request was answered before.
    PushedRequestUsed("pushed_request_used", InvalidRequest, "request_uri was used before: push a new request");
    /// The request was not shown in time, or not answered in time.
    PushedRequestExpired("pushed_request_expired", InvalidRequest, "request_uri has expired: push a new request");
    /// The algorithm of the assertion is not one of the client's profile.
    ProfileAssertionAlgorithm("profile_assertion_algorithm", InvalidClient,
        "alg of the client assertion must be PS256, ES256 or EdDSA: the client has the FAPI 2.0 profile", may_be_outdated);
    /// The algorithm of the request object is not one of the client's profile.
    ProfileObjectAlgorithm("profile_object_algorithm", InvalidRequestObject,
        "alg of the request object must be PS256, ES256 or EdDSA: the client has the FAPI 2.0 profile", may_be_outdated);
    /// The algorithm of the proof is not one of the client's profile.
    ProfileProofAlgorithm("profile_proof_algorithm", InvalidDpopProof,
        "alg of the DPoP proof must be PS256, ES256 or EdDSA: the client has the FAPI 2.0 profile", may_be_outdated);
    /// The time of the proof is further ahead than the client's profile allows.
    ProfileProofTime("profile_proof_time", InvalidDpopProof,
        "iat of the DPoP proof is a minute ahead or more, which the FAPI 2.0 profile does not allow: set the client's clock", may_be_outdated);
    /// The request is not signed, and the client's profile demands it.
    ProfileObjectMissing("profile_object_missing", InvalidRequest,
        "push a signed request object in the parameter request: the client has the profile fapi2-signed");
    /// The response type is not one of the client's profile.
    ProfileResponseType("profile_response_type", InvalidRequest,
        "response_type must be code: the client has the FAPI 2.0 profile", may_be_outdated);
    /// The request has no redirect URI, and the client's profile demands it.
    ProfileRedirectUri("profile_redirect_uri", InvalidRequest,
        "redirect_uri is missing: the client has the FAPI 2.0 profile, which demands it", may_be_outdated);
    /// The request has no code challenge, and the client's profile demands it.
    ProfileCodeChallenge("profile_code_challenge", InvalidRequest,
        "code_challenge is missing: the client has the FAPI 2.0 profile, which demands PKCE with S256", may_be_outdated);
    /// The person was removed, disabled, or has newer credentials than those that the grant depends on.
    PersonOver("person_over", InvalidGrant, "the account of the person was disabled or deleted, or has a new password");
    /// The session that the grant depends on is over.
    SessionOver("session_over", InvalidGrant,
        "the session of the person is over: the person signed out, or has to sign in again");
    /// Too many newer grants of the same session or person exist, so this one was superseded.
    GrantSuperseded("grant_superseded", InvalidGrant,
        "the grant was superseded by newer ones of the same person or session");
    /// The password is wrong, or the person does not exist or is disabled.
    PasswordWrong("password_wrong", InvalidGrant, protocol::WRONG_PASSWORD);
    /// The password is right, and the person has a second factor, which this grant cannot ask for.
    SecondFactorMissing("second_factor_missing", InvalidGrant,
        "the person has a second factor, which the password grant cannot ask for: use authorization_code");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_name_is_one_reasons_and_that_of_its_variant() {
        let names: BTreeSet<&str> = Refusal::ALL.iter().map(|refusal| refusal.name()).collect();
        assert_eq!(names.len(), Refusal::ALL.len());
        for refusal in Refusal::ALL {
            let variant = format!("{refusal:?}").to_lowercase();
            assert_eq!(refusal.name().replace('_', ""), variant);
        }
    }
}
