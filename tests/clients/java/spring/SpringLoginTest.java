package clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.springframework.security.config.Customizer.withDefaults;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A web app that signs people in, with the settings of Spring Boot. */
class SpringLoginTest {
    @EnableAutoConfiguration
    @RestController
    static class Shop {
        @Bean
        SecurityFilterChain security(HttpSecurity http, ClientRegistrationRepository clients) throws Exception {
            var atTheServerToo = new OidcClientInitiatedLogoutSuccessHandler(clients);
            atTheServerToo.setPostLogoutRedirectUri("{baseUrl}/bye");
            http.authorizeHttpRequests(
                requests -> requests.requestMatchers("/bye").permitAll().anyRequest().authenticated());
            http.oauth2Login(withDefaults()).logout(logout -> logout.logoutSuccessHandler(atTheServerToo));
            return http.build();
        }

        @GetMapping("/me")
        String me(@AuthenticationPrincipal OidcUser user) {
            return user.getFullName() + " " + user.getEmail();
        }

        /** The access token for the next call to an API: a new one if the last has less than a minute to live. */
        @GetMapping("/token")
        String token(@RegisteredOAuth2AuthorizedClient("jeton") OAuth2AuthorizedClient client) {
            return client.getAccessToken().getTokenValue();
        }

        @GetMapping("/bye")
        String bye() {
            return "bye";
        }
    }

    @Test
    @DisplayName("login, refresh, logout")
    void login() throws Exception {
        var port = Stack.freePort();
        var site = "http://127.0.0.1:" + port;
        var client = Stack.client("Shop", "--grant", "authorization_code", "--grant", "refresh_token",
            "--redirect-uri", site + "/login/oauth2/code/jeton", "--post-logout-redirect-uri", site + "/bye",
            "--api", Stack.api("short", "--lifetime", "60"));
        var settings = Spring.client(port, client, "scope=openid,profile,email,read");
        try (var shop = SpringApplication.run(Shop.class, settings)) {
            var person = new Person();
            assertEquals("Ada Lovelace ada@example.com", person.open(site + "/me").text());
            assertNotEquals(person.open(site + "/token").text(), person.open(site + "/token").text());

            var bye = person.open(site + "/logout");
            assertEquals(site + "/bye", bye.url().toString());
            assertEquals("bye", bye.text());
            person.open(site + "/me");
            assertEquals(2, person.signIns(), "the session at the server has ended too");
        }
    }
}
