set -eu
export JETON_ENV_FILE="$PWD/jeton.env"
CLIENT_SECRET=$(openssl rand -hex 32)
export CLIENT_SECRET
jeton dev --port 9000 --seed jeton.toml > jeton.log &
trap 'kill $!; wait' EXIT
curl --silent --fail --output /dev/null --retry 60 --retry-connrefused --retry-delay 1 \
    http://127.0.0.1:9000/.well-known/oauth-authorization-server

openssl rand -hex 16 | jeton user create --username ada --password-stdin
ACCESS_TOKEN=$(jeton dev token --user ada --client shop)
export ACCESS_TOKEN

export ISSUER=http://127.0.0.1:9000 AUDIENCE=https://orders.example
npm test
