//! Jeton signs people in: the crate `openidconnect` as a relying party, with all its checks enabled.

use std::sync::LazyLock;

use harness::{Browser, Callback, Cli, RegisteredClient, RegisteredUser};
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreIdToken, CoreIdTokenClaims,
    CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreTokenResponse,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EmptyAdditionalClaims, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce, NonceVerifier,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, SubjectIdentifier,
    TokenResponse as _, UserInfoClaims, UserInfoError,
};

use crate::site::{Site, send};

const API: &str = "https://parcels.example";
const CALLBACK: &str = "https://portal.example/callback";
const ALGORITHMS: [&str; 4] = ["RS256", "ES256", "PS256", "EdDSA"];
const MAX_AGE: u64 = 3_600;

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;
type UserInfo = UserInfoClaims<EmptyAdditionalClaims, CoreGenderClaim>;

struct World {
    site: Site,
    cli: Cli,
    user: RegisteredUser,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let site = Site::find();
    let cli = Cli::new(site.env_file.clone());
    // Created before the first request, because the server looks for a missing key every two seconds at most.
    for algorithm in ALGORITHMS {
        cli.create_api(&format!("https://{}.openid.example", algorithm.to_lowercase()), "read", &["--alg", algorithm]);
    }
    cli.create_api(API, "read", &[]);
    let user = cli.create_user("a-person-of-openid", "a long enough pass phrase");
    let claims = ["--claim", "name=Ada Lovelace", "--claim", "email=ada@example.com", "--claim", "email_verified=true"];
    cli.run(&[&["user", "update", &user.username][..], &claims].concat());
    World { site, cli, user }
});

fn register(name: &str, more: &[&str]) -> RegisteredClient {
    let app = ["--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", CALLBACK, "--api", API];
    WORLD.cli.create_client(name, &[&app[..], more].concat())
}

/// Builds a relying party that has parsed the metadata and the keys with its own types.
async fn client(registered: &RegisteredClient) -> Client {
    let issuer = IssuerUrl::new(WORLD.site.issuer.clone()).unwrap();
    let metadata = CoreProviderMetadata::discover_async(issuer, &send).await.unwrap();
    let secret = registered.secret.clone().map(ClientSecret::new);
    CoreClient::from_provider_metadata(metadata, ClientId::new(registered.id.clone()), secret)
        .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).unwrap())
}

/// A sign-in that has returned to the app.
struct Attempt {
    callback: Callback,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

/// The tokens and claims that the app has at the end.
struct SignedIn {
    tokens: CoreTokenResponse,
    claims: CoreIdTokenClaims,
}

async fn attempt(client: &Client, browser: &mut Browser, prompt: Option<CoreAuthPrompt>) -> Attempt {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
    let scopes = ["profile", "email", "offline_access", "read"].map(|scope| Scope::new(scope.to_owned()));
    let request = request.add_scopes(scopes).set_pkce_challenge(challenge);
    let request = request.set_max_age(std::time::Duration::from_secs(MAX_AGE));
    let (url, state, nonce) = match prompt {
        Some(prompt) => request.add_prompt(prompt).url(),
        None => request.url(),
    };
    let (user, url) = (&WORLD.user, url.as_str());
    let callback = browser.sign_in_and_consent(url, &user.username, &user.password).await;
    assert_eq!(callback.state.as_deref(), Some(state.secret().as_str()));
    assert_eq!(callback.iss.as_deref(), Some(&*WORLD.site.issuer));
    Attempt { callback, nonce, verifier }
}

async fn sign_in(client: &Client, browser: &mut Browser, prompt: Option<CoreAuthPrompt>) -> SignedIn {
    let Attempt { callback, nonce, verifier } = attempt(client, browser, prompt).await;
    let code = AuthorizationCode::new(callback.code().to_owned());
    let request = client.exchange_code(code).unwrap().set_pkce_verifier(verifier);
    let tokens = request.request_async(&send).await.unwrap();
    let claims = identity(client, &tokens, &nonce).unwrap();
    SignedIn { tokens, claims }
}

/// Returns a verifier that refuses sign-ins older than requested.
fn verifier(client: &Client) -> CoreIdTokenVerifier<'_> {
    client.id_token_verifier().set_auth_time_verifier_fn(|auth_time| {
        let auth_time = auth_time.ok_or("there is no auth_time")?.timestamp();
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().map_err(|error| error.to_string())?.as_secs();
        let age = now.checked_sub(auth_time.unsigned_abs()).ok_or("a sign-in in the future")?;
        if age <= MAX_AGE { Ok(()) } else { Err(format!("the sign-in is {age} s old")) }
    })
}

/// Verifies the signature, issuer, audience, times and nonce, and that the ID token matches the access token.
fn identity(
    client: &Client,
    tokens: &CoreTokenResponse,
    nonce: impl NonceVerifier,
) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
    let (token, verifier) = (tokens.id_token().expect("an ID token"), verifier(client));
    let claims = token.claims(&verifier, nonce)?;
    assert_eq!(claims.access_token_hash(), Some(&hash(client, token, tokens.access_token())));
    Ok(claims.clone())
}

fn hash(client: &Client, token: &CoreIdToken, access_token: &AccessToken) -> AccessTokenHash {
    let (verifier, algorithm) = (client.id_token_verifier(), token.signing_alg().unwrap());
    AccessTokenHash::from_token(access_token, algorithm, token.signing_key(&verifier).unwrap()).unwrap()
}

/// Returns the UserInfo claims of the person that the app expects.
async fn userinfo(client: &Client, signed_in: &SignedIn, subject: &str, is_signed: bool) -> Result<UserInfo, String> {
    let expected = Some(SubjectIdentifier::new(subject.to_owned()));
    let request = client.user_info(signed_in.tokens.access_token().to_owned(), expected).unwrap();
    let answer = request.require_signed_response(is_signed).request_async(&send).await;
    answer.map_err(|error: UserInfoError<_>| format!("{error:?}"))
}

fn browser() -> Browser {
    Browser::new(&WORLD.site.issuer)
}

#[tokio::test]
async fn a_person_signs_in_and_everything_that_is_told_of_the_sign_in_holds() {
    for algorithm in ALGORITHMS {
        let client = client(&register("Portal", &["--id-token-alg", algorithm])).await;
        let signed_in = sign_in(&client, &mut browser(), None).await;
        let token = signed_in.tokens.id_token().unwrap();
        let expected: CoreJwsSigningAlgorithm = serde_json::from_value(algorithm.into()).unwrap();
        assert_eq!(*token.signing_alg().unwrap(), expected);
        assert_eq!(signed_in.claims.subject().as_str(), WORLD.user.sub);
        assert!(signed_in.claims.auth_time().unwrap() <= signed_in.claims.issue_time());
        let told = userinfo(&client, &signed_in, &WORLD.user.sub, false).await.unwrap();
        assert_eq!(told.email().map(|email| email.as_str()), Some("ada@example.com"));
        assert_eq!(told.email_verified(), Some(true));
        let refused = userinfo(&client, &signed_in, "somebody-else", false).await.unwrap_err();
        assert!(refused.contains("InvalidSubject"), "{refused}");
    }
}

#[tokio::test]
async fn a_refresh_tells_of_the_same_sign_in() {
    let client = client(&register("Refreshed", &[])).await;
    let signed_in = sign_in(&client, &mut browser(), None).await;
    let request = client.exchange_refresh_token(signed_in.tokens.refresh_token().unwrap()).unwrap();
    let tokens = request.request_async(&send).await.unwrap();
    let no_nonce = |nonce: Option<&Nonce>| nonce.map_or(Ok(()), |_| Err("a nonce that nobody sent".to_owned()));
    let claims = identity(&client, &tokens, no_nonce).unwrap();
    let first = &signed_in.claims;
    assert_eq!((claims.subject(), claims.auth_time()), (first.subject(), first.auth_time()));
    assert_eq!((claims.issuer(), claims.audiences()), (first.issuer(), first.audiences()));
}

#[tokio::test]
async fn an_id_token_of_another_request_or_client_is_refused_by_the_library() {
    let client_of_portal = client(&register("Portal", &[])).await;
    let signed_in = sign_in(&client_of_portal, &mut browser(), None).await;
    let other = Nonce::new_random();
    let refused = identity(&client_of_portal, &signed_in.tokens, &other).unwrap_err();
    assert!(matches!(refused, ClaimsVerificationError::InvalidNonce(_)), "{refused:?}");
    let another = client(&register("Another", &[])).await;
    let refused = identity(&another, &signed_in.tokens, &other).unwrap_err();
    assert!(matches!(refused, ClaimsVerificationError::InvalidAudience(_)), "{refused:?}");
    let token = signed_in.tokens.id_token().unwrap();
    let strange = hash(&client_of_portal, token, &AccessToken::new("another".to_owned()));
    assert_ne!(signed_in.claims.access_token_hash(), Some(&strange));
}

/// Uses RS256, the only algorithm that the crate accepts here.
#[tokio::test]
async fn userinfo_is_signed_for_a_client_that_wants_it() {
    let client = client(&register("Signed", &["--userinfo-alg", "RS256"])).await;
    let signed_in = sign_in(&client, &mut browser(), None).await;
    // The crate checks the signature, the issuer and the audience.
    let told = userinfo(&client, &signed_in, &WORLD.user.sub, true).await.unwrap();
    assert_eq!(told.subject().as_str(), WORLD.user.sub);
}

#[tokio::test]
async fn a_pairwise_client_knows_the_person_by_a_name_of_its_own_everywhere() {
    let client = client(&register("Pairwise", &["--subject-type", "pairwise"])).await;
    let (first, second) = (sign_in(&client, &mut browser(), None).await, sign_in(&client, &mut browser(), None).await);
    let name = first.claims.subject();
    assert_eq!(name, second.claims.subject());
    assert_ne!(name.as_str(), WORLD.user.sub);
    userinfo(&client, &first, name.as_str(), false).await.unwrap();
    userinfo(&client, &first, &WORLD.user.sub, false).await.unwrap_err();
}

#[tokio::test]
async fn who_is_signed_in_stays_so_and_an_app_without_a_secret_may_ask_in_silence_too() {
    let client = client(&register("Silent", &[])).await;
    let mut browser = browser();
    let first = sign_in(&client, &mut browser, None).await;
    let silent = sign_in(&client, &mut browser, Some(CoreAuthPrompt::None)).await;
    assert_eq!(first.claims.auth_time(), silent.claims.auth_time());
    let asked = sign_in(&client, &mut browser, Some(CoreAuthPrompt::Login)).await;
    assert!(asked.claims.auth_time() >= first.claims.auth_time());
}
