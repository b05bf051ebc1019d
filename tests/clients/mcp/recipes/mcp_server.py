import asyncio
import os

import jwt
from mcp.server import MCPServer
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings

ISSUER, RESOURCE, PORT = os.environ["ISSUER"], os.environ["RESOURCE"], int(os.environ["PORT"])
keys = jwt.PyJWKClient(f"{ISSUER}/.well-known/jwks.json")


class Verifier:
    async def verify_token(self, token):
        try:
            key = await asyncio.to_thread(keys.get_signing_key_from_jwt, token)
            found = jwt.decode_complete(token, key, algorithms=["RS256"], issuer=ISSUER, audience=RESOURCE)
        except jwt.PyJWTError:
            return None
        if found["header"].get("typ") != "at+jwt":
            return None
        claims = found["payload"]
        return AccessToken(token=token, client_id=claims["client_id"], scopes=claims.get("scope", "").split(),
                           expires_at=claims["exp"], resource=RESOURCE, subject=claims["sub"])


auth = AuthSettings(issuer_url=ISSUER, resource_server_url=RESOURCE, required_scopes=["mcp:read"], validate_token_resource=True)
server = MCPServer("Orders", auth=auth, token_verifier=Verifier())


@server.tool()
def orders() -> str:
    """Lists the orders."""
    return "There are no orders."


server.run("streamable-http", port=PORT, stateless_http=True, json_response=True)
