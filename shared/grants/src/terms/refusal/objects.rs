//! The reasons to refuse what a client or an issuer signed: request objects and identity assertions. They stand apart, because a module is small.

/// Declares the reasons of the caller, and after them those of signed objects.
macro_rules! with_those_of_objects {
    ($($others:tt)*) => {
        $crate::terms::refusal::table::refusals! {
            $($others)*
            /// The request object is not one, or its claims are not those of one.
            RequestObjectMalformed("request_object_malformed", InvalidRequestObject,
                "the request object must be a JWT (typ oauth-authz-req+jwt, or none, or JWT without a FAPI 2.0 profile) with iss and aud, and without sub, request and request_uri");
            /// The request object is not signed by the client.
            RequestObjectNotSigned("request_object_not_signed", InvalidRequestObject,
                "the request object is not signed with a key of this client", may_be_outdated);
            /// The algorithm of the request object is not one that this server verifies, or not the client's.
            RequestObjectAlgorithm("request_object_algorithm", InvalidRequestObject,
                "alg of the request object is not verified here or not the registered one, or none of the client's keys is for it", may_be_outdated);
            /// The request object does not name its client (RFC 9101 §5).
            RequestObjectUnnamed("request_object_unnamed", InvalidRequestObject,
                "the request object must have the claim client_id");
            /// The request object is another client's.
            RequestObjectOfAnother("request_object_of_another", InvalidRequestObject,
                "iss and client_id of the request object must be the client_id of the request");
            /// The request object is not for this server.
            RequestObjectAudience("request_object_audience", InvalidRequestObject,
                "aud of the request object must have the issuer of this server");
            /// The request object is from the future.
            RequestObjectEarly("request_object_early", InvalidRequestObject,
                "nbf of the request object, or under a FAPI 2.0 profile its iat, is in the future: set the client's clock");
            /// The request object has no times, and the profile of its client demands them.
            RequestObjectTimes("request_object_times", InvalidRequestObject,
                "the request object of a client with a FAPI 2.0 profile must have exp and nbf");
            /// The request object is valid for too long.
            RequestObjectTooLong("request_object_too_long", InvalidRequestObject,
                "exp of the request object is more than an hour after nbf, which the FAPI 2.0 profiles do not allow");
            /// The request object has expired.
            RequestObjectExpired("request_object_expired", InvalidRequestObject, "the request object has expired");
            /// The reference to a request object is not one that the client registered.
            RequestUriNotRegistered("request_uri_not_registered", InvalidRequestUri,
                "request_uri is not one of the registered request_uris of this client");
            /// No request object could be fetched from where the client serves it.
            RequestUriNotFetched("request_uri_not_fetched", InvalidRequestUri,
                "request_uri did not answer with a request object: it must answer with status 200 within 3 seconds, uncompressed, and with 8 KiB at most");
            /// Too many request objects were fetched from the same host or for the same source.
            RequestUriTooOften("request_uri_too_often", InvalidRequestUri,
                "too many request objects were fetched: try again in a minute");
            /// The assertion is not a JWT of the type of identity assertions, or lacks their claims.
            IdentityAssertionMalformed("identity_assertion_malformed", InvalidGrant,
                "assertion must be a JWT of the type oauth-id-jag+jwt with iss, sub, aud, client_id, jti and exp");
            /// The issuer of the identity assertion is not registered for this.
            IdentityAssertionIssuer("identity_assertion_issuer", InvalidGrant,
                "iss of the assertion is not an issuer whose identity assertions are accepted here (--for id-jag)");
            /// The identity assertion is not signed with a key of its issuer.
            IdentityAssertionNotSigned("identity_assertion_not_signed", InvalidGrant,
                "the assertion is not signed with a key of its issuer, or with an algorithm that is not accepted");
            /// The identity assertion is not for this server alone.
            IdentityAssertionAudience("identity_assertion_audience", InvalidGrant,
                "aud of the assertion must be the issuer of this server and nothing else");
            /// The identity assertion is for another client.
            IdentityAssertionOfAnother("identity_assertion_of_another", InvalidGrant,
                "client_id of the assertion must be the client that authenticates");
            /// The identity assertion has expired.
            IdentityAssertionExpired("identity_assertion_expired", InvalidGrant, "the assertion has expired, or has no exp");
            /// The identity assertion is valid for too long.
            IdentityAssertionTooLong("identity_assertion_too_long", InvalidGrant,
                "exp of the assertion is more than an hour after its iat or after now");
            /// The identity assertion is from the future.
            IdentityAssertionEarly("identity_assertion_early", InvalidGrant,
                "iat or nbf of the assertion is in the future: set the issuer's clock");
            /// The identity assertion is bound to a key, and the request did not prove it.
            IdentityAssertionOfAnotherKey("identity_assertion_of_another_key", InvalidGrant,
                "the assertion is bound to a key (cnf): send a DPoP proof that this key has signed");
            /// The identity assertion says in a way that is not understood what may be granted, and in no other.
            IdentityAssertionDetails("identity_assertion_details", InvalidGrant,
                "authorization_details of the assertion are not understood here: its issuer must give it a scope");
            /// The identity assertion has no `jti`.
            IdentityAssertionUnnamed("identity_assertion_unnamed", InvalidGrant, "the assertion needs a jti of 1 to 256 bytes");
            /// The identity assertion was used before.
            IdentityAssertionReplayed("identity_assertion_replayed", InvalidGrant,
                "the assertion was used before: get a new one for each request");
            /// No person here is linked to the subject, or the person is disabled.
            IdentityAssertionUnlinked("identity_assertion_unlinked", InvalidGrant,
                "nobody here is linked to the sub of the assertion, and its tenant if it has one (`jeton user link`), or the account is disabled");
            /// The request names an API that the identity assertion does not.
            IdentityAssertionResource("identity_assertion_resource", InvalidTarget,
                "resource is not one of those in the assertion");
            /// The scope is more than the identity assertion has.
            IdentityAssertionScope("identity_assertion_scope", InvalidScope,
                "the assertion has no such scope, or none that the API offers and this client may have", may_be_outdated);
            /// The subject token was not issued to this client for a person, or was exchanged.
            SubjectTokenOfAnotherClient("subject_token_of_another_client", InvalidRequest,
                "the subject token must be this client's own ID token or access token of a person");
            /// The client may get no identity assertion for this authorization server.
            AssertionTargetNotAllowed("assertion_target_not_allowed", InvalidTarget,
                "audience is no authorization server that this client may get identity assertions for (--id-jag)", may_be_outdated);
        }
    };
}

pub(crate) use with_those_of_objects;
