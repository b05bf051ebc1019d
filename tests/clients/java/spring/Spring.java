package clients;

import java.util.ArrayList;
import java.util.List;

/** The settings of Spring Boot's applications here. */
final class Spring {
    private static final String CLIENT = "spring.security.oauth2.client.";

    private Spring() {}

    /** The settings of an application on {@code port} that is {@code client}, with {@code more} of its registration. */
    static String[] client(int port, Stack.Client client, String... more) {
        var registration = new ArrayList<>(List.of("client-id=" + client.id(), "client-secret=" + client.secret()));
        registration.addAll(List.of(more));
        var settings = new ArrayList<>(List.of(CLIENT + "provider.jeton.issuer-uri=" + Stack.issuer()));
        registration.forEach(setting -> settings.add(CLIENT + "registration.jeton." + setting));
        return arguments(port, settings.toArray(String[]::new));
    }

    /** {@code settings} as arguments of an application that listens on {@code port} and writes warnings only. */
    static String[] arguments(int port, String... settings) {
        var arguments = new ArrayList<>(List.of("--spring.main.banner-mode=off", "--logging.level.root=warn"));
        arguments.addAll(List.of("--server.address=127.0.0.1", "--server.port=" + port));
        for (var setting : settings) arguments.add("--" + setting);
        return arguments.toArray(String[]::new);
    }
}
