package clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.NimbusJwtClientAuthenticationParametersConverter;
import org.springframework.security.oauth2.client.endpoint.RestClientClientCredentialsTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.OAuth2AccessToken;

/** A service that gets its tokens by client credentials, with the settings of Spring Boot. */
class SpringServiceTest {
    private static final String API = "https://rs256.example";

    @EnableAutoConfiguration
    static class Service {}

    @Test
    @DisplayName("client credentials")
    void secret() {
        var client = Stack.client("Service", "--grant", "client_credentials", "--api", API);
        assertEquals(Set.of("read", "write"), token(client, null).getScopes());
    }

    @Test
    @DisplayName("client credentials with private_key_jwt")
    void privateKeyJwt() throws Exception {
        var key = new RSAKeyGenerator(2048).keyID("service").generate();
        var jwk = key.toPublicJWK().toJSONString();
        var client = Stack.clientWithKey("Service", jwk, "--grant", "client_credentials", "--api", API);
        var token = token(client, key, "client-authentication-method=private_key_jwt");
        assertEquals(Set.of("read", "write"), token.getScopes());
    }

    /** A token for {@code client}, which authenticates with {@code key} or else with its secret. */
    static OAuth2AccessToken token(Stack.Client client, JWK key, String... settings) {
        var more = new ArrayList<>(List.of(settings));
        more.add("authorization-grant-type=client_credentials");
        var application = new SpringApplicationBuilder(Service.class).web(WebApplicationType.NONE);
        var arguments = Spring.client(0, client, more.toArray(String[]::new));
        try (var context = application.run(arguments)) {
            var manager = new AuthorizedClientServiceOAuth2AuthorizedClientManager(
                context.getBean(ClientRegistrationRepository.class),
                context.getBean(OAuth2AuthorizedClientService.class));
            if (key != null) {
                var tokens = new RestClientClientCredentialsTokenResponseClient();
                tokens.addParametersConverter(
                    new NimbusJwtClientAuthenticationParametersConverter<>(registration -> key));
                manager.setAuthorizedClientProvider(OAuth2AuthorizedClientProviderBuilder.builder()
                    .clientCredentials(builder -> builder.accessTokenResponseClient(tokens)).build());
            }
            var request = OAuth2AuthorizeRequest.withClientRegistrationId("jeton").principal("service").build();
            return manager.authorize(request).getAccessToken();
        }
    }
}
