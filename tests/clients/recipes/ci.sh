set -eu
jeton dev --port 9000 --env-file jeton.env > jeton.log &
trap 'kill $!; wait' EXIT
curl --silent --fail --output /dev/null --retry 60 --retry-connrefused --retry-delay 1 \
    http://127.0.0.1:9000/.well-known/oauth-authorization-server

jeton api create --env-file jeton.env --identifier https://orders.example --scope "read write"
jeton client create --env-file jeton.env --json --name Tests --grant client_credentials --api https://orders.example > client.json

export ISSUER=http://127.0.0.1:9000 AUDIENCE=https://orders.example
npm test
