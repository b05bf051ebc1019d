package clients;

import io.quarkus.oidc.UserInfo;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** Web apps that sign people in, and an API; the settings are those of QuarkusOidcTest. */
@Path("/")
public class Shop {
    @Inject
    SecurityIdentity caller;

    @GET
    @Authenticated
    @Path("{tenant: shop|pkce}/me")
    public String me() {
        return caller.getAttribute("userinfo") instanceof UserInfo told ? told.getName() + " " + told.getEmail() : null;
    }

    @GET
    @Authenticated
    @Path("api/caller")
    public String caller() {
        return caller.getPrincipal().getName();
    }

    @GET
    @Path("bye")
    public String bye() {
        return "bye";
    }
}
