package clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Collection;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** APIs that check access tokens, with the settings of Spring Boot. */
class SpringResourceServerTest {
    private static final String SETTINGS = "spring.security.oauth2.resourceserver.";

    @EnableAutoConfiguration
    @RestController
    static class Api {
        @GetMapping("/")
        String caller(Authentication caller) {
            var authorities = caller.getAuthorities().stream().map(GrantedAuthority::getAuthority);
            return caller.getName() + " " + authorities.filter(authority -> authority.startsWith("SCOPE_")).toList();
        }
    }

    /** What Spring needs for tokens with `typ` `at+jwt` (RFC 9068): a decoder that expects it. */
    static class AccessTokensOnly extends Api {
        @Bean
        JwtDecoder decoder(
                @Value("${" + SETTINGS + "jwt.issuer-uri}") String issuer,
                @Value("${" + SETTINGS + "jwt.audiences}") String api) {
            var decoder = NimbusJwtDecoder.withIssuerLocation(issuer).validateType(false).build();
            decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(
                new JwtTypeValidator("at+jwt"), new JwtTimestampValidator(), new JwtIssuerValidator(issuer),
                new JwtClaimValidator<Collection<String>>("aud", of -> of != null && of.contains(api))));
            return decoder;
        }
    }

    @Test
    @DisplayName("resource server by JWT: an API with --token-type JWT")
    void jwt() throws Exception {
        var api = Stack.api("jwt", "--token-type", "JWT");
        check(Api.class, api, "jwt.issuer-uri=" + Stack.issuer(), "jwt.audiences=" + api);
    }

    @Test
    @DisplayName("resource server by JWT: an API with typ at+jwt, by a decoder of its own")
    void accessTokensOnly() throws Exception {
        var api = Stack.api("at-jwt");
        check(AccessTokensOnly.class, api, "jwt.issuer-uri=" + Stack.issuer(), "jwt.audiences=" + api);
    }

    @Test
    @DisplayName("resource server by introspection: an API with --token-format opaque")
    void opaque() throws Exception {
        var api = Stack.api("opaque", "--token-format", "opaque");
        var itself = Stack.client("Api", "--introspects", api);
        check(Api.class, api, "opaquetoken.introspection-uri=" + Stack.issuer() + "/introspect",
            "opaquetoken.client-id=" + itself.id(), "opaquetoken.client-secret=" + itself.secret());
    }

    /** Runs the API, which takes its own tokens and none of another API. */
    private static void check(Class<?> application, String api, String... settings) throws Exception {
        var client = Stack.client("Caller", "--grant", "client_credentials", "--api", api, "--scope", "read");
        var anothers = Stack.client("Caller", "--grant", "client_credentials", "--api", "https://rs256.example");
        for (int i = 0; i < settings.length; i++) settings[i] = SETTINGS + settings[i];
        try (var running = SpringApplication.run(application, Spring.arguments(0, settings))) {
            var url = "http://127.0.0.1:" + running.getEnvironment().getProperty("local.server.port");
            var token = SpringServiceTest.token(client, null).getTokenValue();
            assertEquals("200 " + client.id() + " [SCOPE_read]", call(url, token));
            assertEquals("401 ", call(url, SpringServiceTest.token(anothers, null).getTokenValue()));
        }
    }

    private static String call(String url, String token) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url)).header("authorization", "Bearer " + token).build();
        var response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }
}
