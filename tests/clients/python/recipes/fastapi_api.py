import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

ISSUER, AUDIENCE = os.environ["ISSUER"], os.environ["AUDIENCE"]
keys = jwt.PyJWKClient(f"{ISSUER}/.well-known/jwks.json")
bearer = HTTPBearer(auto_error=False)


def refused(status, challenge):
    return HTTPException(status, headers={"WWW-Authenticate": challenge})


def require_scope(scope):
    def verified(given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]):
        if given is None:
            raise refused(401, "Bearer")
        try:
            key = keys.get_signing_key_from_jwt(given.credentials)
            token = jwt.decode_complete(given.credentials, key, algorithms=["RS256"], issuer=ISSUER, audience=AUDIENCE)
        except jwt.PyJWKClientConnectionError:
            raise HTTPException(503) from None
        except jwt.PyJWTError:
            raise refused(401, 'Bearer error="invalid_token"') from None
        if token["header"].get("typ") != "at+jwt":
            raise refused(401, 'Bearer error="invalid_token"')
        if scope not in token["payload"].get("scope", "").split():
            raise refused(403, f'Bearer error="insufficient_scope", scope="{scope}"')
        return token["payload"]

    return verified


app = FastAPI()


@app.get("/orders")
def orders(token: Annotated[dict, Depends(require_scope("read"))]):
    return {"client": token["client_id"]}
