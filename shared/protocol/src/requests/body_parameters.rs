//! The parameters that belong in the body of a POST, because servers and proxies log queries (RFC 6749 §2.3.1, §3.2).

/// The parameters that a client may send to the token, introspection or revocation endpoint, in any extension that
/// is registered for them.
const NAMES: [&str; 37] = [
    "access_token",
    "actor_token",
    "actor_token_type",
    "assertion",
    "audience",
    "auth_req_id",
    "authorization_details",
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "device_code",
    "dpop_jkt",
    "grant_type",
    "id_token",
    "id_token_hint",
    "nonce",
    "password",
    "redirect_uri",
    "refresh_token",
    "request",
    "requested_token_type",
    "request_uri",
    "resource",
    "response_type",
    "scope",
    "state",
    "subject_token",
    "subject_token_type",
    "token",
    "token_type_hint",
    "user_code",
    "username",
];

/// Returns whether a query names a parameter that belongs in the body, with or without a value.
pub fn names_body_parameter(query: &str) -> bool {
    form_urlencoded::parse(query.as_bytes()).any(|(name, _)| NAMES.contains(&&*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c161_a_parameter_of_the_protocol_is_found_however_it_is_written_and_no_other_one_is() {
        for name in NAMES {
            for query in [format!("{name}=x"), name.to_owned(), format!("a=1&{name}="), format!("{name}=%zz&b")] {
                assert!(names_body_parameter(&query), "{query}");
            }
        }
        assert!(names_body_parameter("%74oken=x"));
        for query in ["", "&", "client-request-id=1", "Token=x", "=token", "a=token", "tokens=x", "%", "api-version=2"]
        {
            assert!(!names_body_parameter(query), "{query}");
        }
    }

    proptest::proptest! {
        #[test]
        fn c161_no_neighbour_hides_a_secret(before in "[a-z%&=+]{0,12}", after in "[a-z%&=+]{0,12}") {
            let query = format!("{before}&client_secret={after}");
            proptest::prop_assert!(names_body_parameter(&query));
        }
    }
}
