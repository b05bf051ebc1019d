package clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Quarkus OIDC: a web app as it is by default, one with PKCE, and an API. */
@QuarkusTest
@QuarkusTestResource(QuarkusOidcTest.Settings.class)
class QuarkusOidcTest {
    private static final String API = "https://rs256.example";
    private static final String SITE = "http://127.0.0.1:" + Stack.freePort();

    /** Registers the apps and gives their settings, before Quarkus starts. */
    public static class Settings implements QuarkusTestResourceLifecycleManager {
        private final Map<String, String> settings = new HashMap<>();

        @Override
        public Map<String, String> start() {
            settings.put("quarkus.http.host", "127.0.0.1");
            settings.put("quarkus.http.test-port", SITE.substring(SITE.lastIndexOf(':') + 1));
            // By default Quarkus sends neither PKCE nor a nonce.
            webApp("quarkus.oidc.", "shop", "--pkce", "optional");
            webApp("quarkus.oidc.pkce.", "pkce", "--pkce", "required");
            settings.put("quarkus.oidc.pkce.authentication.pkce-required", "true");
            settings.put("quarkus.oidc.api.auth-server-url", Stack.issuer());
            settings.put("quarkus.oidc.api.token.audience", API);
            settings.put("quarkus.oidc.api.tenant-paths", "/api/*");
            return settings;
        }

        private void webApp(String prefix, String name, String... options) {
            var all = Stream.concat(Stream.of(options), Stream.of(
                "--grant", "authorization_code", "--grant", "refresh_token", "--api", API,
                "--redirect-uri", SITE + "/" + name + "/me", "--post-logout-redirect-uri", SITE + "/bye"));
            var client = Stack.client(name, all.toArray(String[]::new));
            settings.put(prefix + "auth-server-url", Stack.issuer());
            settings.put(prefix + "application-type", "web-app");
            settings.put(prefix + "client-id", client.id());
            settings.put(prefix + "credentials.secret", client.secret());
            settings.put(prefix + "authentication.scopes", "profile,email");
            settings.put(prefix + "authentication.user-info-required", "true");
            settings.put(prefix + "tenant-paths", "/" + name + "/*");
            settings.put(prefix + "logout.path", "/" + name + "/logout");
            settings.put(prefix + "logout.post-logout-path", "/bye");
        }

        @Override
        public void stop() {}
    }

    @Test
    @DisplayName("login and logout, with --pkce optional")
    void login() throws Exception {
        loginAndLogout("/shop");
    }

    @Test
    @DisplayName("login and logout, with pkce-required=true")
    void loginWithPkce() throws Exception {
        loginAndLogout("/pkce");
    }

    @Test
    @DisplayName("resource server by JWT, typ at+jwt")
    void resourceServer() throws Exception {
        var client = Stack.client("Caller", "--grant", "client_credentials", "--api", API);
        assertEquals("200 " + client.id(), call(token(client)));
        var anothers = Stack.client("Caller", "--grant", "client_credentials", "--api", "https://es256.example");
        assertEquals("401 ", call(token(anothers)));
    }

    private static void loginAndLogout(String app) throws Exception {
        var person = new Person();
        assertEquals("Ada Lovelace ada@example.com", person.open(SITE + app + "/me").text());
        var bye = person.open(SITE + app + "/logout");
        assertEquals(SITE + "/bye?state=" + bye.parameter("state"), bye.url().toString());
        assertEquals("bye", bye.text());
        assertEquals("Ada Lovelace ada@example.com", person.open(SITE + app + "/me").text());
        assertEquals(2, person.signIns(), "the session at the server has ended too");
    }

    private static String call(String token) throws Exception {
        var url = URI.create(SITE + "/api/caller");
        var request = HttpRequest.newBuilder(url).header("authorization", "Bearer " + token).build();
        var response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }

    private static String token(Stack.Client client) throws Exception {
        var credentials = (client.id() + ":" + client.secret()).getBytes(StandardCharsets.UTF_8);
        var request = HttpRequest.newBuilder(URI.create(Stack.issuer() + "/token"))
            .header("authorization", "Basic " + Base64.getEncoder().encodeToString(credentials))
            .header("content-type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString("grant_type=client_credentials")).build();
        var text = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
        return text.replaceFirst(".*\"access_token\":\"([^\"]*)\".*", "$1");
    }
}
