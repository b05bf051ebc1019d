package clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenIntrospectionRequest;
import com.nimbusds.oauth2.sdk.TokenIntrospectionResponse;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.PrivateKeyJWT;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.AuthenticationResponseParser;
import com.nimbusds.openid.connect.sdk.LogoutRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.AccessTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import java.net.URI;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The SDK for OAuth 2.0 and OpenID Connect by Nimbus, and its JWT processor, on which many APIs are built. */
class NimbusTest {
    private static final String API = "https://rs256.example";
    private static final URI CALLBACK = URI.create(Stack.get("REDIRECT_URI"));
    private static final String LOGGED_OUT = "https://shop.example/bye";

    private static OIDCProviderMetadata server;
    private static Stack.Client shop;

    @BeforeAll
    static void discover() throws Exception {
        server = OIDCProviderMetadata.resolve(new Issuer(Stack.issuer()));
        shop = Stack.client("Shop", "--grant", "authorization_code", "--grant", "refresh_token", "--api", API,
            "--redirect-uri", CALLBACK.toString(), "--post-logout-redirect-uri", LOGGED_OUT);
    }

    @Test
    @DisplayName("login with a nonce, userinfo, refresh, introspection, revocation, logout")
    void login() throws Exception {
        var person = new Person();
        var authentication = basic(shop);
        var tokens = signIn(person, authentication, null);
        var question = new UserInfoRequest(server.getUserInfoEndpointURI(), tokens.getBearerAccessToken());
        var told = UserInfoResponse.parse(question.toHTTPRequest().send()).toSuccessResponse();
        assertEquals("ada@example.com", told.getUserInfo().getEmailAddress());

        var refreshed = redeem(authentication, new RefreshTokenGrant(tokens.getRefreshToken()));
        assertNotEquals(tokens.getAccessToken().getValue(), refreshed.getAccessToken().getValue());
        assertTrue(isActive(refreshed));
        var end = server.getRevocationEndpointURI();
        var revocation = new TokenRevocationRequest(end, authentication, refreshed.getRefreshToken());
        assertEquals(200, revocation.toHTTPRequest().send().getStatusCode());
        assertFalse(isActive(refreshed));

        var logout = new LogoutRequest(
            server.getEndSessionEndpointURI(), refreshed.getIDToken(), URI.create(LOGGED_OUT), new State("bye"));
        assertEquals(LOGGED_OUT + "?state=bye", person.open(logout.toURI().toString()).url().toString());
    }

    @Test
    @DisplayName("login with PKCE, the secret in the body")
    void secretInTheBody() throws Exception {
        var authentication = new ClientSecretPost(new ClientID(shop.id()), new Secret(shop.secret()));
        signIn(new Person(), authentication, new CodeVerifier());
    }

    @Test
    @DisplayName("client credentials with private_key_jwt")
    void privateKeyJwt() throws Exception {
        var key = new RSAKeyGenerator(2048).keyID("service").generate();
        var jwk = key.toPublicJWK().toJSONString();
        var client = Stack.clientWithKey("Service", jwk, "--grant", "client_credentials", "--api", API);
        var authentication = new PrivateKeyJWT(new ClientID(client.id()), server.getTokenEndpointURI(),
            JWSAlgorithm.RS256, key.toPrivateKey(), key.getKeyID(), null);
        var tokens = redeem(authentication, new ClientCredentialsGrant());
        assertEquals(Scope.parse("read write"), tokens.getAccessToken().getScope());
    }

    @Test
    @DisplayName("resource server by DefaultJWTProcessor: --token-type JWT, and at+jwt by a type verifier")
    void resourceServer() throws Exception {
        var plain = Stack.api("nimbus", "--token-type", "JWT");
        var token = tokenFor(plain);
        var claims = processor(plain).process(token, null);
        assertEquals(Stack.issuer(), claims.getIssuer());
        assertThrows(BadJOSEException.class, () -> processor("https://another.example").process(token, null));

        var marked = tokenFor(API);
        var processor = processor(API);
        assertThrows(BadJOSEException.class, () -> processor.process(marked, null));
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("at+jwt")));
        processor.process(marked, null);
    }

    private static OIDCTokens signIn(Person person, ClientAuthentication authentication, CodeVerifier verifier)
            throws Exception {
        var state = new State();
        var nonce = new Nonce();
        var scope = Scope.parse("openid profile email offline_access read");
        var client = authentication.getClientID();
        var request = new AuthenticationRequest.Builder(ResponseType.CODE, scope, client, CALLBACK)
            .endpointURI(server.getAuthorizationEndpointURI()).state(state).nonce(nonce);
        if (verifier != null) request.codeChallenge(verifier, CodeChallengeMethod.S256);
        var back = person.open(request.build().toURI().toString());
        assertNotNull(back.parameter("code"), () -> back.url() + "\n" + back.text());
        var response = AuthenticationResponseParser.parse(back.url()).toSuccessResponse();
        assertEquals(state, response.getState());
        assertEquals(server.getIssuer(), response.getIssuer());

        var grant = new AuthorizationCodeGrant(response.getAuthorizationCode(), CALLBACK, verifier);
        var tokens = redeem(authentication, grant);
        var keys = server.getJWKSetURI().toURL();
        var validator = new IDTokenValidator(server.getIssuer(), client, JWSAlgorithm.RS256, keys);
        var claims = validator.validate(tokens.getIDToken(), nonce);
        assertEquals(Stack.get("SUB"), claims.getSubject().getValue());
        AccessTokenValidator.validate(tokens.getAccessToken(), JWSAlgorithm.RS256, claims.getAccessTokenHash());
        return tokens;
    }

    private static OIDCTokens redeem(ClientAuthentication authentication, AuthorizationGrant grant) throws Exception {
        var request = new TokenRequest.Builder(server.getTokenEndpointURI(), authentication, grant).build();
        var response = OIDCTokenResponseParser.parse(request.toHTTPRequest().send());
        assertTrue(response.indicatesSuccess(), () -> response.toErrorResponse().toJSONObject().toString());
        return ((OIDCTokenResponse) response).getOIDCTokens();
    }

    private static boolean isActive(OIDCTokens tokens) throws Exception {
        var api = basic(new Stack.Client(Stack.get("RESOURCE_ID"), Stack.get("RESOURCE_SECRET")));
        var endpoint = server.getIntrospectionEndpointURI();
        var request = new TokenIntrospectionRequest(endpoint, api, tokens.getAccessToken());
        return TokenIntrospectionResponse.parse(request.toHTTPRequest().send()).toSuccessResponse().isActive();
    }

    private static ClientSecretBasic basic(Stack.Client client) {
        return new ClientSecretBasic(new ClientID(client.id()), new Secret(client.secret()));
    }

    private static String tokenFor(String api) throws Exception {
        var client = Stack.client("Service", "--grant", "client_credentials", "--api", api);
        return redeem(basic(client), new ClientCredentialsGrant()).getAccessToken().getValue();
    }

    private static DefaultJWTProcessor<SecurityContext> processor(String audience) throws Exception {
        var processor = new DefaultJWTProcessor<>();
        var keys = JWKSourceBuilder.create(server.getJWKSetURI().toURL()).build();
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.RS256, keys));
        var issuer = new JWTClaimsSet.Builder().issuer(Stack.issuer()).build();
        processor.setJWTClaimsSetVerifier(new DefaultJWTClaimsVerifier<>(audience, issuer, Set.of("sub", "exp")));
        return processor;
    }
}
