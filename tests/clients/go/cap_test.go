package clients

import (
	"testing"
	"time"

	"github.com/hashicorp/cap/oidc"
)

// HashiCorp's library always sends a nonce, and PKCE only if it is told to.
func TestCapSignsInWithItsNonce(t *testing.T) {
	capSignsIn(t, "cap")
}

func TestCapSignsInWithPKCE(t *testing.T) {
	verifier, err := oidc.NewCodeVerifier()
	must(t, err)
	capSignsIn(t, "cap pkce", oidc.WithPKCE(verifier))
}

func capSignsIn(t *testing.T, name string, options ...oidc.Option) {
	t.Helper()
	ctx, stack := background(t), given(t)
	app := stack.app(t, name, callback)
	config, err := oidc.NewConfig(stack.URL, app.ID, oidc.ClientSecret(app.Secret), []oidc.Alg{oidc.RS256}, []string{callback})
	must(t, err)
	provider, err := oidc.NewProvider(config)
	must(t, err)
	defer provider.Done()
	request, err := oidc.NewRequest(time.Minute, callback, append(options, oidc.WithScopes("email"))...)
	must(t, err)
	address, err := provider.AuthURL(ctx, request)
	must(t, err)
	answer := person(t).signIn(address, callback)
	token, err := provider.Exchange(ctx, request, answer.Get("state"), answer.Get("code"))
	must(t, err)
	var claims struct{ Sub, Email string }
	must(t, token.IDToken().Claims(&claims))
	must(t, provider.UserInfo(ctx, token.StaticTokenSource(), claims.Sub, &claims))
	equal(t, "sub", claims.Sub, told(t, "SUB"))
	equal(t, "email", claims.Email, "ada@example.com")
}
