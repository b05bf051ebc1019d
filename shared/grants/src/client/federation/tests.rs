use protocol::ClientId;

use super::*;
use crate::client::record::AuthMethod;
use crate::fixtures::{self, NOW, platform};

const SERVER: &str = "https://issuer.example";
const SUBJECT: &str = "workload:orders";

fn claims() -> FederatedClaims {
    FederatedClaims {
        is_bound: false,
        issuer: Some("https://platform.example".to_owned()),
        subject: SUBJECT.to_owned(),
        audience: Audience::One(SERVER.to_owned()),
        expires_at: Some(NOW.plus(300)),
        issued_at: Some(NOW),
        not_before: Some(NOW),
        all: BTreeMap::from([("repository_id".to_owned(), "456".to_owned())]),
    }
}

fn rule() -> Federation {
    Federation { issuer: platform().url, subject: SUBJECT.to_owned(), claims: BTreeMap::new() }
}

fn client(id: &str, federation: Federation) -> Arc<Client> {
    Arc::new(Client {
        id: ClientId::parse(id).unwrap(),
        auth_method: AuthMethod::PrivateKeyJwt,
        federation: Some(federation),
        ..fixtures::client()
    })
}

fn with_claim(name: &str, value: &str) -> Federation {
    Federation { claims: BTreeMap::from([(name.to_owned(), value.to_owned())]), ..rule() }
}

#[test]
fn c221_a_token_that_is_bound_to_a_key_is_no_bearers() {
    let bound = FederatedClaims { is_bound: true, ..claims() };
    assert_eq!(accept(&platform(), &bound, SERVER, NOW), Err(Refusal::FederatedBound));
}

#[test]
fn c221_a_token_is_for_this_server_alone_and_lives_an_hour_at_most() {
    type Spoil = fn(&mut FederatedClaims);
    let rows: [(Spoil, Refusal); 15] = [
        (|c| c.issuer = None, Refusal::IssuerUnknown),
        (|c| c.issuer = Some("https://platform.example/".to_owned()), Refusal::IssuerUnknown),
        (|c| c.audience = Audience::One("https://issuer.example/token".to_owned()), Refusal::FederatedAudience),
        (|c| c.audience = Audience::One("https://issuer.example/".to_owned()), Refusal::FederatedAudience),
        (|c| c.audience = Audience::Several(Vec::new()), Refusal::FederatedAudience),
        (
            |c| c.audience = Audience::Several(vec![SERVER.to_owned(), "https://other.example".to_owned()]),
            Refusal::FederatedAudience,
        ),
        (|c| c.audience = Audience::Several(vec![SERVER.to_owned(); 2]), Refusal::FederatedAudience),
        (|c| c.expires_at = None, Refusal::AssertionExpired),
        (|c| c.expires_at = Some(NOW), Refusal::AssertionExpired),
        (|c| c.expires_at = Some(NOW.plus(3661)), Refusal::FederatedTooLong),
        // A token for a year, in its last hour.
        (|c| c.issued_at = Some(Timestamp::from_seconds(NOW.seconds() - 31_536_000)), Refusal::FederatedTooLong),
        (|c| (c.issued_at, c.expires_at) = (None, Some(NOW.plus(3661))), Refusal::FederatedTooLong),
        (|c| c.issued_at = Some(NOW.plus(11)), Refusal::AssertionEarly),
        (|c| c.not_before = Some(NOW.plus(11)), Refusal::AssertionEarly),
        (|c| c.subject = String::new(), Refusal::FederatedSubject),
    ];
    for (number, (spoil, reason)) in rows.into_iter().enumerate() {
        let mut claims = claims();
        spoil(&mut claims);
        let outcome = accept(&platform(), &claims, SERVER, NOW)
            .and_then(|()| choose(vec![client("orders", rule())], &platform(), &claims).map(drop));
        assert_eq!(outcome, Err(reason), "row {number}");
    }
    let good: [Spoil; 5] = [
        |_| {},
        |c| c.audience = Audience::Several(vec![SERVER.to_owned()]),
        |c| c.expires_at = Some(NOW.plus(3660)),
        |c| (c.issued_at, c.not_before) = (None, None),
        |c| c.issued_at = Some(NOW.plus(10)),
    ];
    for spoil in good {
        let mut claims = claims();
        spoil(&mut claims);
        assert_eq!(accept(&platform(), &claims, SERVER, NOW), Ok(()), "{claims:?}");
    }
}

#[test]
fn c221_one_client_fits_and_two_are_refused() {
    let chosen = |clients: &[Arc<Client>]| {
        choose(clients.to_vec(), &platform(), &claims()).map(|proven| proven.client().id.to_string())
    };
    let plain = client("plain", rule());
    let narrow = client("narrow", with_claim("repository_id", "456"));
    let other = client("other", with_claim("repository_id", "457"));
    assert_eq!(chosen(std::slice::from_ref(&plain)), Ok("plain".to_owned()));
    assert_eq!(chosen(&[other.clone(), narrow.clone()]), Ok("narrow".to_owned()));
    assert_eq!(chosen(&[plain.clone(), narrow]), Err(Refusal::FederatedTwice));
    assert_eq!(chosen(&[other]), Err(Refusal::FederatedClaims));
    assert_eq!(chosen(&[]), Err(Refusal::FederatedSubject));
    for subject in ["workload:order", "workload:orders2", "WORKLOAD:orders", "workload:*"] {
        let rule = Federation { subject: subject.to_owned(), ..rule() };
        assert_eq!(chosen(&[client("a", rule)]), Err(Refusal::FederatedSubject), "{subject}");
    }
    let elsewhere = Federation { issuer: IssuerUrl::parse("https://other.example").unwrap(), ..rule() };
    assert_eq!(chosen(&[client("a", elsewhere)]), Err(Refusal::FederatedSubject));
    assert_eq!(chosen(&[Arc::new(fixtures::client())]), Err(Refusal::FederatedSubject));
    let disabled = Arc::new(Client { disabled: true, ..Client::clone(&plain) });
    assert_eq!(chosen(&[disabled]), Err(Refusal::ClientDisabled));
}

#[test]
fn c222_an_issuer_serves_its_purposes_and_no_other() {
    use AssertionAlgorithm::{Es256, Hs256};
    let for_login = Issuer { purposes: [Purpose::Login, Purpose::IdJag].into(), ..platform() };
    assert_eq!(admits(None, Es256), Err(Refusal::IssuerUnknown));
    assert_eq!(admits(Some(&for_login), Es256), Err(Refusal::IssuerPurpose));
    assert_eq!(admits(Some(&platform()), Hs256), Err(Refusal::IssuerAlgorithm));
    assert_eq!(admits(Some(&platform()), Es256), Ok(()));
    assert_eq!(rule().check(&for_login), Err(FederationError::Purpose));
}

#[test]
fn c221_a_trust_domain_vouches_for_its_own_ids_whatever_iss_says() {
    let url = IssuerUrl::parse("spiffe://t.example").unwrap();
    let domain = Issuer { url: url.clone(), preset: Some(Preset::Spiffe), ..platform() };
    let svid = |subject: &str, issuer: Option<&str>| FederatedClaims {
        issuer: issuer.map(str::to_owned),
        subject: subject.to_owned(),
        ..claims()
    };
    for issuer in [None, Some("https://spire.example"), Some("spiffe://t.example")] {
        assert_eq!(accept(&domain, &svid("spiffe://t.example/orders", issuer), SERVER, NOW), Ok(()));
    }
    for subject in ["spiffe://other.example/orders", "spiffe://t.example", "orders"] {
        let told = accept(&domain, &svid(subject, Some("spiffe://t.example")), SERVER, NOW);
        assert_eq!(told, Err(Refusal::IssuerUnknown), "{subject}");
    }
    let rule = |subject: &str| Federation { issuer: url.clone(), subject: subject.to_owned(), claims: BTreeMap::new() };
    assert_eq!(rule("spiffe://t.example/orders").check(&domain), Ok(()));
    for subject in ["spiffe://other.example/orders", "spiffe://t.example", "orders"] {
        assert_eq!(rule(subject).check(&domain), Err(FederationError::SubjectOfSpiffe), "{subject}");
    }
    assert_eq!(rule("spiffe://t.example/orders").check(&platform()), Err(FederationError::SubjectOfSpiffe));
}

/// Checks a rule against an issuer with this preset.
fn told(preset: Option<Preset>, subject: &str, claims: &[(&str, &str)]) -> Result<(), FederationError> {
    let claims = claims.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let rule = Federation { subject: subject.to_owned(), claims, ..rule() };
    rule.check(&Issuer { preset, ..platform() })
}

#[test]
fn c221_a_rule_fits_the_platform_that_it_names() {
    use FederationError as E;
    let (aws, k8s, github) = (Some(Preset::Aws), Some(Preset::Kubernetes), Some(Preset::Github));
    for subject in ["arn:aws:iam::123456789012:role/orders", "arn:aws-cn:iam::123456789012:role/path/orders"] {
        assert_eq!(told(aws, subject, &[]), Ok(()), "{subject}");
    }
    for subject in [
        "arn:aws:sts::123456789012:assumed-role/orders/session",
        "arn:aws:iam::1234:role/orders",
        "arn:aws:iam::123456789012:orders",
        "arn:aws:iam::12345678901a:role/orders",
        "arn:aws:iam:eu-west-1:123456789012:role/orders",
        "arn:gcp:iam::123456789012:role/orders",
        "urn:aws:iam::123456789012:role/orders",
        "orders",
    ] {
        assert_eq!(told(aws, subject, &[]), Err(E::SubjectOfAws), "{subject}");
    }
    assert_eq!(told(k8s, "system:serviceaccount:shop:orders", &[]), Ok(()));
    for subject in [
        "system:serviceaccount:shop",
        "system:serviceaccount::orders",
        "system:serviceaccount:shop:",
        "system:serviceaccount:shop:orders:more",
        "system:node:a",
        "a:b",
    ] {
        assert_eq!(told(k8s, subject, &[]), Err(E::SubjectOfKubernetes), "{subject}");
    }
    let subject = "repo:octo-org/octo-repo:environment:prod";
    for claim in ["repository_id", "repository_owner_id", "enterprise_id"] {
        assert_eq!(told(github, subject, &[(claim, "456")]), Ok(()), "{claim}");
    }
    assert_eq!(told(github, subject, &[]), Err(E::ClaimsOfGithub));
    assert_eq!(told(github, subject, &[("repository", "octo-org/octo-repo")]), Err(E::ClaimsOfGithub));
}

#[test]
fn c221_a_rule_is_of_bounded_size_and_has_a_subject() {
    use FederationError as E;
    assert_eq!(told(None, "anything", &[]), Ok(()));
    assert_eq!(told(None, "", &[]), Err(E::Subject));
    assert_eq!(told(None, "a", &[("", "x")]), Err(E::Claims));
    assert_eq!(told(None, "a", &[("x", "")]), Err(E::Claims));
    assert_eq!(told(None, "a", &[("x", &"y".repeat(1023))]), Ok(()));
    assert_eq!(told(None, "a", &[("x", &"y".repeat(1024))]), Err(E::Claims));
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q"];
    let claims = names.map(|name| (name, "x"));
    assert_eq!((told(None, "a", &claims[..16]), told(None, "a", &claims)), (Ok(()), Err(E::Claims)));
}
