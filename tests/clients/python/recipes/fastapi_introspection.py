import os
from typing import Annotated
from urllib.parse import quote

import requests
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

ISSUER, AUDIENCE = os.environ["ISSUER"], os.environ["AUDIENCE"]
credentials = tuple(quote(os.environ[name], safe="") for name in ("CLIENT_ID", "CLIENT_SECRET"))
bearer = HTTPBearer(auto_error=False)


def refused(status, challenge):
    return HTTPException(status, headers={"WWW-Authenticate": challenge})


def introspect(token):
    answer = requests.post(f"{ISSUER}/introspect", data={"token": token}, auth=credentials, timeout=10)
    answer.raise_for_status()
    return answer.json()


def require_scope(scope):
    def verified(given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]):
        if given is None:
            raise refused(401, "Bearer")
        facts = introspect(given.credentials)
        audiences = facts.get("aud", [])
        if not facts["active"] or AUDIENCE not in ([audiences] if isinstance(audiences, str) else audiences):
            raise refused(401, 'Bearer error="invalid_token"')
        if scope not in facts.get("scope", "").split():
            raise refused(403, f'Bearer error="insufficient_scope", scope="{scope}"')
        return facts

    return verified


app = FastAPI()


@app.get("/orders")
def orders(token: Annotated[dict, Depends(require_scope("read"))]):
    return {"client": token["client_id"]}
