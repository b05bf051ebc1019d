package clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Kafka's OAUTHBEARER: how its clients log in, and how its brokers check what they send. */
class KafkaTest {
    private static final String BROKER = "https://rs256.example";
    private static final String TOKEN_ENDPOINT = Stack.issuer() + "/token";
    private static final String KEYS = Stack.issuer() + "/.well-known/jwks.json";

    private static Stack.Client producer;

    @BeforeAll
    static void allowTheServer() {
        // Kafka asks for nothing that this property does not list.
        System.setProperty("org.apache.kafka.sasl.oauthbearer.allowed.urls", TOKEN_ENDPOINT + "," + KEYS);
        producer = Stack.client("Producer", "--grant", "client_credentials", "--api", BROKER);
    }

    @Test
    @DisplayName("OAUTHBEARER login by client credentials, checked as a broker does")
    void loginAndCheck() throws Exception {
        var token = login(producer.secret());
        assertEquals("read write", String.join(" ", token.scope()));
        var accepted = check(token.value(), BROKER);
        assertNull(accepted.errorStatus());
        assertEquals(producer.id(), accepted.token().principalName());
        assertEquals("invalid_token", check(token.value(), "https://another.example").errorStatus());
    }

    @Test
    @DisplayName("a wrong secret")
    void wrongSecret() {
        assertThrows(LoginException.class, () -> login("wrong"));
    }

    /** A client's login with these settings, which are those of Kafka's documentation. */
    private static OAuthBearerToken login(String secret) throws LoginException {
        var jaas = jaas(Map.of("clientId", producer.id(), "clientSecret", secret, "scope", "read write"));
        var handler = new OAuthBearerLoginCallbackHandler();
        var settings = settings(Map.of(SaslConfigs.SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL, TOKEN_ENDPOINT));
        handler.configure(settings, "OAUTHBEARER", List.of(jaas));
        var subject = new Subject();
        new LoginContext("KafkaClient", subject, handler, new Configuration() {
            @Override
            public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
                return new AppConfigurationEntry[] {jaas};
            }
        }).login();
        handler.close();
        return subject.getPrivateCredentials(OAuthBearerToken.class).iterator().next();
    }

    private static OAuthBearerValidatorCallback check(String token, String audience) throws Exception {
        var settings = settings(Map.of(
            SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_URL, KEYS,
            SaslConfigs.SASL_OAUTHBEARER_EXPECTED_ISSUER, Stack.issuer(),
            SaslConfigs.SASL_OAUTHBEARER_EXPECTED_AUDIENCE, audience));
        var handler = new OAuthBearerValidatorCallbackHandler();
        handler.configure(settings, "OAUTHBEARER", List.of(jaas(Map.of())));
        var callback = new OAuthBearerValidatorCallback(token);
        handler.handle(new Callback[] {callback});
        handler.close();
        return callback;
    }

    private static AppConfigurationEntry jaas(Map<String, String> options) {
        var module = OAuthBearerLoginModule.class.getName();
        return new AppConfigurationEntry(module, LoginModuleControlFlag.REQUIRED, options);
    }

    private static Map<String, Object> settings(Map<String, String> given) {
        var all = new HashMap<String, Object>(given);
        all.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:9092");
        return new HashMap<>(new AdminClientConfig(all).values());
    }
}
