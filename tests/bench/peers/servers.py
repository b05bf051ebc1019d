"""The servers that are compared, in the order of their turns.

A further server is a class with the attributes of `Server` and an entry here.
"""

from jeton import Jeton, JetonBesideItsStore
from peers import (
    OidcProvider, OidcProviderOnDynamoDb, OpenAuth, OpenAuthOnBun, OpenAuthOnBunAndDynamoDb, OpenAuthOnDynamoDb,
)

SERVERS = {server.name: server for server in (
    Jeton, JetonBesideItsStore, OidcProvider, OidcProviderOnDynamoDb, OpenAuth, OpenAuthOnDynamoDb, OpenAuthOnBun,
    OpenAuthOnBunAndDynamoDb,
)}
