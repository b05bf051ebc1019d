package clients

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/client/rs"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

type zitadelTokens = oidc.Tokens[*oidc.IDTokenClaims]

var zitadelScopes = []string{oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeEmail}

// Its default sends neither PKCE nor a nonce, so the app is registered with `--pkce optional`. The code goes with the secret
// in the header, the refresh token with the secret in the body.
func TestZitadelSignsInRefreshesAndRevokes(t *testing.T) {
	ctx, stack := background(t), given(t)
	app := stack.app(t, "zitadel", callback, "--pkce", "optional")
	party, err := rp.NewRelyingPartyOIDC(ctx, stack.URL, app.ID, app.Secret, callback, zitadelScopes)
	must(t, err)
	someone := person(t)
	answer := someone.signIn(rp.AuthURL("a state", party), callback)
	tokens, err := rp.CodeExchange[*oidc.IDTokenClaims](ctx, answer.Get("code"), party)
	must(t, err)
	info, err := rp.Userinfo[*oidc.UserInfo](ctx, tokens.AccessToken, tokens.TokenType, tokens.IDTokenClaims.GetSubject(), party)
	must(t, err)
	equal(t, "name", info.Name, "Ada Lovelace")

	refreshed, err := rp.RefreshTokens[*oidc.IDTokenClaims](ctx, party, tokens.RefreshToken, "", "")
	must(t, err)
	must(t, rp.RevokeToken(ctx, party, refreshed.RefreshToken, "refresh_token"))
	if _, err := rp.RefreshTokens[*oidc.IDTokenClaims](ctx, party, refreshed.RefreshToken, "", ""); err == nil {
		t.Fatal("a revoked token was refreshed")
	}

	// It ends the session from the app's server, and leads the browser where the answer says: nobody is signed in there.
	address, err := rp.EndSession(ctx, party, tokens.IDToken, "", "", "", nil)
	must(t, err)
	if _, page := someone.visit(address.String(), ""); !strings.Contains(page, "You are not signed in") {
		t.Fatal(page)
	}
}

// With a key, it signs client assertions for an hour.
func TestZitadelSignsInWithAKeyAndItsOwnHandlers(t *testing.T) {
	ctx, stack := background(t), given(t)
	private, public := clientKey(t)
	var party rp.RelyingParty
	front := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		if request.URL.Path == "/login" {
			rp.AuthURLHandler(func() string { return "a state" }, party)(answer, request)
			return
		}
		rp.CodeExchangeHandler(rp.UserinfoCallback(func(
			answer http.ResponseWriter, _ *http.Request, tokens *zitadelTokens, state string, party rp.RelyingParty, info *oidc.UserInfo,
		) {
			_, err := rp.RefreshTokens[*oidc.IDTokenClaims](ctx, party, tokens.RefreshToken, "", "")
			if err != nil {
				http.Error(answer, err.Error(), http.StatusInternalServerError)
				return
			}
			_, _ = answer.Write([]byte("Hello " + info.Email + ", " + state))
		}), party)(answer, request)
	}))
	t.Cleanup(front.Close)
	redirectURI := front.URL + "/callback"
	app := stack.app(t, "zitadel key", redirectURI, "--pkce", "optional", "--auth-method", "private_key_jwt", "--jwks", public)
	signer := rp.WithJWTProfile(rp.SignerFromKeyAndKeyID(private, "zitadel-key"))
	var err error
	party, err = rp.NewRelyingPartyOIDC(ctx, stack.URL, app.ID, "", redirectURI, zitadelScopes, signer)
	must(t, err)
	_, page := person(t).visit(front.URL+"/login", "")
	equal(t, "page", page, "Hello ada@example.com, a state")
}

// The resource server introspects with a secret or with a key, again for an hour.
func TestZitadelIntrospects(t *testing.T) {
	ctx, stack := background(t), given(t)
	private, public := clientKey(t)
	var byKey Client
	stack.jeton(t, &byKey, "client", "create", "--name", "zitadel rs", "--auth-method", "private_key_jwt", "--jwks", public,
		"--introspects", "https://rs256.example")
	app := stack.app(t, "zitadel rs app", callback, "--pkce", "optional", "--api", "https://rs256.example")
	party, err := rp.NewRelyingPartyOIDC(ctx, stack.URL, app.ID, app.Secret, callback, []string{oidc.ScopeOpenID, "read"})
	must(t, err)
	answer := person(t).signIn(rp.AuthURL("s", party), callback)
	tokens, err := rp.CodeExchange[*oidc.IDTokenClaims](ctx, answer.Get("code"), party)
	must(t, err)
	secret, err := rs.NewResourceServerClientCredentials(ctx, stack.URL, told(t, "RESOURCE_ID"), told(t, "RESOURCE_SECRET"))
	must(t, err)
	key, err := rs.NewResourceServerJWTProfile(ctx, stack.URL, byKey.ID, "zitadel-key", private)
	must(t, err)
	for _, server := range []rs.ResourceServer{secret, key} {
		found, err := rs.Introspect[*oidc.IntrospectionResponse](ctx, server, tokens.AccessToken)
		must(t, err)
		equal(t, "active", found.Active, true)
		equal(t, "sub", found.Subject, told(t, "SUB"))
	}
}

// clientKey makes a key: PEM for the library, and the file of a JSON Web Key Set to register.
func clientKey(t *testing.T) ([]byte, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	private := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	encode := base64.RawURLEncoding.EncodeToString
	public := map[string]string{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "zitadel-key",
		"n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes()),
	}
	set, err := json.Marshal(map[string]any{"keys": []any{public}})
	must(t, err)
	file := filepath.Join(t.TempDir(), "jwks.json")
	must(t, os.WriteFile(file, set, 0o600))
	return private, file
}
