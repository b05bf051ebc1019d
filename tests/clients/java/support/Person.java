package clients;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A person with a browser, as far as the protocol sees one: follows redirects, keeps each site's cookies (Secure ones
 * too, although the sites here speak http), fills in the forms and allows what is asked for.
 */
public final class Person {
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Pattern FORM = Pattern.compile("<form\\b[^>]*>.*?</form>", Pattern.DOTALL);
    private static final Pattern INPUT = Pattern.compile("<input\\b[^>]*>");

    private final Map<String, Map<String, String>> cookies = new HashMap<>();
    private int signIns;

    /** How often the person had to enter the password. */
    public int signIns() {
        return signIns;
    }

    /** The page on which the person ends. Its status is 3xx if it is a redirect to where no test listens. */
    public record Page(URI url, int status, String text) {
        /** The value of a parameter in the query of the page's URL. */
        public String parameter(String name) {
            var found = Pattern.compile("[?&]" + name + "=([^&]*)").matcher(url.toString());
            return found.find() ? found.group(1) : null;
        }
    }

    /** Opens {@code url} and goes on until there is nothing more to follow or to fill in. */
    public Page open(String url) throws IOException, InterruptedException {
        var at = URI.create(url);
        Map<String, String> filled = null;
        for (int step = 0; step < 20; step++) {
            var response = ask(at, filled);
            filled = null;
            var location = response.headers().firstValue("location");
            var form = FORM.matcher(response.body());
            if (location.isPresent()) {
                at = at.resolve(location.get());
                if (!at.getHost().equals("127.0.0.1")) return new Page(at, response.statusCode(), "");
            } else if (response.statusCode() == 200 && form.find()) {
                filled = fillIn(form.group());
                at = at.resolve(attribute(form.group(), "action"));
            } else {
                return new Page(at, response.statusCode(), response.body());
            }
        }
        throw new IllegalStateException("no end after 20 steps, at " + at);
    }

    private Map<String, String> fillIn(String form) {
        var fields = new LinkedHashMap<String, String>();
        for (var inputs = INPUT.matcher(form); inputs.find(); ) {
            fields.put(attribute(inputs.group(), "name"), attribute(inputs.group(), "value"));
        }
        fields.remove(null);
        fields.replace("username", Stack.get("USERNAME"));
        if (fields.containsKey("password")) {
            fields.put("password", Stack.get("PASSWORD"));
            signIns++;
        }
        if (form.contains("name=\"decision\"")) fields.put("decision", "allow");
        return fields;
    }

    private HttpResponse<String> ask(URI url, Map<String, String> form) throws IOException, InterruptedException {
        var jar = cookies.computeIfAbsent(url.getAuthority(), site -> new LinkedHashMap<>());
        var request = HttpRequest.newBuilder(url).header("accept", "text/html,*/*;q=0.8");
        var cookie = jar.entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining("; "));
        if (!jar.isEmpty()) request.header("cookie", cookie);
        if (form != null) {
            var fields = form.entrySet().stream().map(field -> encode(field.getKey()) + "=" + encode(field.getValue()));
            var body = BodyPublishers.ofString(fields.collect(Collectors.joining("&")));
            request.header("content-type", "application/x-www-form-urlencoded").POST(body);
        }
        var response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        for (var line : response.headers().allValues("set-cookie")) {
            var pair = line.split(";", 2)[0].split("=", 2);
            if (line.matches("(?i).*max-age=0\\b.*")) jar.remove(pair[0]); else jar.put(pair[0], pair[1]);
        }
        return response;
    }

    private static String encode(String text) {
        return text == null ? "" : URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String attribute(String tag, String name) {
        var found = Pattern.compile("\\s" + name + "=\"([^\"]*)\"").matcher(tag);
        if (!found.find()) return null;
        var references = Pattern.compile("&#(x?)([0-9a-fA-F]+);").matcher(found.group(1));
        var text = references.replaceAll(reference -> {
            var radix = reference.group(1).isEmpty() ? 10 : 16;
            return Matcher.quoteReplacement(Character.toString(Integer.parseInt(reference.group(2), radix)));
        });
        return text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    }
}
