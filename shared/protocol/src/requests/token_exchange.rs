//! Requests for token exchange (RFC 8693 §2.1).

use crate::requests::token_error::TokenRequestError;
use crate::requests::token_parameters::{MAX_RESOURCES, resources, scope, token};
use crate::values::issuer_url::IssuerUrl;
use crate::values::parameters::Parameters;
use crate::values::resource::{Resource, targets};
use crate::values::scope::Scope;
use crate::values::secret::Secret;

/// The type of access tokens in a token exchange (RFC 8693 §3).
pub const ACCESS_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";

/// The type of JWTs in a token exchange (RFC 8693 §3): Spring Security names an access token by its form.
const JWT_TYPE: &str = "urn:ietf:params:oauth:token-type:jwt";
/// The type of ID tokens in a token exchange (RFC 8693 §3).
const ID_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:id_token";
/// The type of identity assertions in a token exchange (draft-ietf-oauth-identity-assertion-authz-grant §4.3.1).
pub const ID_JAG_TYPE: &str = "urn:ietf:params:oauth:token-type:id-jag";

/// A type of token that an identity assertion is issued for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectTokenType {
    /// An access token of this server.
    AccessToken,
    /// An ID token of this server.
    IdToken,
}

/// A request for token exchange, for an access token or for an identity assertion.
pub(crate) struct ExchangeRequest {
    pub(crate) subject_token: Secret,
    pub(crate) subject_token_type: SubjectTokenType,
    /// The issuer of the authorization server that an identity assertion is for; `None` in a request for an access token.
    pub(crate) audience: Option<IssuerUrl>,
    pub(crate) scope: Option<Scope>,
    pub(crate) resources: Vec<Resource>,
}

/// Reads a request for token exchange. An actor token would say again who authenticated, or name somebody else.
pub(crate) fn read(body: &Parameters) -> Result<ExchangeRequest, TokenRequestError> {
    let subject_token = token(body, "subject_token")?.ok_or(TokenRequestError::SubjectTokenMissing)?;
    let wants_assertion = body.one("requested_token_type")? == Some(ID_JAG_TYPE);
    let subject_token_type = match body.one("subject_token_type")? {
        None => Err(TokenRequestError::SubjectTokenMissing),
        Some(ACCESS_TOKEN_TYPE) => Ok(SubjectTokenType::AccessToken),
        // Of the two kinds of JWTs that give an assertion, this type would name neither.
        Some(JWT_TYPE) if !wants_assertion => Ok(SubjectTokenType::AccessToken),
        Some(ID_TOKEN_TYPE) if wants_assertion => Ok(SubjectTokenType::IdToken),
        Some(_) => Err(TokenRequestError::SubjectTokenType),
    }?;
    if body.one("requested_token_type")?.is_some_and(|wanted| ![ACCESS_TOKEN_TYPE, ID_JAG_TYPE].contains(&wanted)) {
        return Err(TokenRequestError::RequestedTokenType);
    }
    match (body.one("actor_token")?, body.one("actor_token_type")?) {
        (None, None) => Ok(()),
        (Some(_), Some(_)) => Err(TokenRequestError::ActorTokenSent),
        (Some(_), None) | (None, Some(_)) => Err(TokenRequestError::ActorTokenAlone),
    }?;
    if wants_assertion {
        let audience = body.one("audience")?.ok_or(TokenRequestError::AssertionAudience)?;
        let audience = Some(IssuerUrl::parse(audience).map_err(|_| TokenRequestError::AssertionAudience)?);
        let (scope, resources) = (scope(body)?, resources(body)?);
        return Ok(ExchangeRequest { subject_token, subject_token_type, audience, scope, resources });
    }
    let resources = targets(body, MAX_RESOURCES, resources(body)?);
    let resources = resources.map_err(|_| TokenRequestError::AudienceMalformed)?;
    Ok(ExchangeRequest { subject_token, subject_token_type, audience: None, scope: scope(body)?, resources })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::token::TokenRequest;
    use crate::values::grant_type::LegacyGrants;

    fn parse(body: &str) -> Result<TokenRequest, TokenRequestError> {
        TokenRequest::parse(&Parameters::parse(body.as_bytes()).unwrap(), LegacyGrants::default())
    }

    #[test]
    fn c226_an_assertion_is_asked_for_with_one_audience_and_with_either_type_of_token() {
        use TokenRequestError as E;
        let asked = |rest: &str| {
            let grant_type = "urn:ietf:params:oauth:grant-type:token-exchange";
            parse(&format!("grant_type={grant_type}&subject_token=a&requested_token_type={ID_JAG_TYPE}{rest}"))
        };
        let audience = "&audience=https://as.example";
        for (name, kind) in
            [(ACCESS_TOKEN_TYPE, SubjectTokenType::AccessToken), (ID_TOKEN_TYPE, SubjectTokenType::IdToken)]
        {
            let request = asked(&format!("&subject_token_type={name}{audience}&resource=urn:a&scope=read")).unwrap();
            let TokenRequest::AssertionExchange { subject_token_type, audience, resources, .. } = request else {
                panic!("another request")
            };
            assert_eq!((subject_token_type, audience.as_str()), (kind, "https://as.example"));
            assert_eq!(resources.iter().map(Resource::as_str).collect::<Vec<_>>(), ["urn:a"]);
        }
        let good = format!("&subject_token_type={ID_TOKEN_TYPE}");
        for (rest, why) in [
            (good.clone(), E::AssertionAudience),
            (format!("{good}&audience=as"), E::AssertionAudience),
            (format!("{good}{audience}{audience}"), E::Repeated),
            (format!("{good}{audience}&actor_token=b&actor_token_type={ACCESS_TOKEN_TYPE}"), E::ActorTokenSent),
            (audience.to_owned(), E::SubjectTokenMissing),
            (format!("&subject_token_type=urn:x{audience}"), E::SubjectTokenType),
            (format!("&subject_token_type={JWT_TYPE}{audience}"), E::SubjectTokenType),
        ] {
            assert_eq!(asked(&rest).err(), Some(why), "{rest}");
        }
    }

    #[test]
    fn c126_an_exchange_is_of_an_access_token_for_an_access_token_and_names_no_other_actor() {
        use TokenRequestError as E;
        let body = |rest: &str| {
            let (name, known) = ("urn:ietf:params:oauth:grant-type:token-exchange", ACCESS_TOKEN_TYPE);
            format!("grant_type={name}&subject_token=a&subject_token_type={known}{rest}")
        };
        let rows = [
            ("", None),
            (&*format!("&requested_token_type={ACCESS_TOKEN_TYPE}"), None),
            ("&requested_token_type=urn:ietf:params:oauth:token-type:refresh_token", Some(E::RequestedTokenType)),
            ("&requested_token_type=access_token", Some(E::RequestedTokenType)),
            ("&actor_token=b", Some(E::ActorTokenAlone)),
            (&*format!("&actor_token_type={ACCESS_TOKEN_TYPE}"), Some(E::ActorTokenAlone)),
            (&*format!("&actor_token=b&actor_token_type={ACCESS_TOKEN_TYPE}"), Some(E::ActorTokenSent)),
            ("&resource=api", Some(E::ResourceMalformed)),
            ("&audience=api", Some(E::AudienceMalformed)),
            ("&subject_token=b", Some(E::Repeated)),
        ];
        for (rest, fault) in rows {
            assert_eq!(parse(&body(rest)).err(), fault, "{rest}");
        }
        let jwt = body("").replace("token-type:access_token", "token-type:jwt");
        assert!(matches!(parse(&jwt), Ok(TokenRequest::TokenExchange { .. })), "Spring Security names it so");
        let named = parse(&body("&audience=urn:b&resource=urn:a&audience=urn:a&audience=urn:c")).unwrap();
        let TokenRequest::TokenExchange { resources, .. } = named else { panic!("another request") };
        assert_eq!(resources.iter().map(Resource::as_str).collect::<Vec<_>>(), ["urn:a", "urn:b", "urn:c"]);
        let start = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange";
        assert_eq!(parse("grant_type=token-exchange").err(), Some(E::GrantTypeUnknown));
        let rows = [
            (String::new(), E::SubjectTokenMissing),
            ("&subject_token=a".to_owned(), E::SubjectTokenMissing),
            (format!("&subject_token_type={ACCESS_TOKEN_TYPE}"), E::SubjectTokenMissing),
            (
                "&subject_token=a&subject_token_type=urn:ietf:params:oauth:token-type:id_token".to_owned(),
                E::SubjectTokenType,
            ),
        ];
        for (rest, fault) in rows {
            assert_eq!(parse(&format!("{start}{rest}")).err(), Some(fault), "{rest}");
        }
    }
}
