package clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/** What tests/clients/with-stack tells, and the operator's commands for that stack. */
public final class Stack {
    private Stack() {}

    /** A registered client; one without a secret has an empty one. */
    public record Client(String id, String secret) {}

    /** The value of the variable {@code STACK_name}. */
    public static String get(String name) {
        var value = System.getenv("STACK_" + name);
        if (value != null) return value;
        throw new IllegalStateException("STACK_" + name + " is not set: run this through tests/clients/with-stack");
    }

    /** The issuer's URL. */
    public static String issuer() {
        return get("URL");
    }

    /** Registers a client with what `jeton client create` does by default and {@code options}. */
    public static Client client(String name, String... options) {
        var arguments = new ArrayList<>(List.of("client", "create", "--name", name));
        arguments.addAll(List.of(options));
        var made = jeton(arguments);
        return new Client(member(made, "client_id"), member(made, "client_secret"));
    }

    /** The same for a client that proves itself with a key, of which {@code jwk} is the public half. */
    public static Client clientWithKey(String name, String jwk, String... options) {
        try {
            var file = Files.createTempFile("jeton-clients-", ".json");
            try {
                Files.writeString(file, "{\"keys\":[" + jwk + "]}");
                var arguments = new ArrayList<>(List.of("--auth-method", "private_key_jwt", "--jwks", file.toString()));
                arguments.addAll(List.of(options));
                return client(name, arguments.toArray(String[]::new));
            } finally {
                Files.delete(file);
            }
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    /** Registers an API that offers the scopes read and write, and gives its identifier. */
    public static String api(String name, String... options) {
        var identifier = "https://" + name + ".example/" + UUID.randomUUID();
        var arguments = new ArrayList<>(List.of("api", "create", "--identifier", identifier, "--scope", "read write"));
        arguments.addAll(List.of(options));
        jeton(arguments);
        return identifier;
    }

    /** A port of 127.0.0.1 that is free now. */
    public static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private static String jeton(List<String> arguments) {
        var command = new ArrayList<>(List.of(get("JETON")));
        command.addAll(arguments);
        command.addAll(List.of("--json", "--env-file", get("ENV_FILE")));
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) throw new IllegalStateException(String.join(" ", command) + ":\n" + output);
            return output;
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        } catch (InterruptedException error) {
            throw new IllegalStateException(error);
        }
    }

    private static String member(String json, String name) {
        var found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]*)\"").matcher(json);
        return found.find() ? found.group(1) : "";
    }
}
