package clients;

import java.util.ArrayList;
import java.util.List;

/** The settings of Spring Boot's applications here. */
final class Spring {
    private Spring() {}

    /** The settings of an application on {@code port} that is {@code client}, with {@code more} of its registration. */
    static String[] client(int port, Stack.Client client, String... more) {
        var settings = new ArrayList<>(List.of("spring.security.oauth2.client.provider.jeton.issuer-uri=" + Stack.issuer()));
        var registration = new ArrayList<>(List.of("client-id=" + client.id(), "client-secret=" + client.secret()));
        registration.addAll(List.of(more));
        registration.forEach(setting -> settings.add("spring.security.oauth2.client.registration.jeton." + setting));
        return arguments(port, settings.toArray(String[]::new));
    }

    /** {@code settings} as arguments of an application that listens on {@code port} and writes warnings only. */
    static String[] arguments(int port, String... settings) {
        var arguments = new ArrayList<>(List.of("--spring.main.banner-mode=off", "--logging.level.root=warn", "--server.address=127.0.0.1"));
        arguments.add("--server.port=" + port);
        for (var setting : settings) arguments.add("--" + setting);
        return arguments.toArray(String[]::new);
    }
}
