package clients

import (
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// The x/oauth2 configuration of a new app, with go-oidc's discovery.
func configured(t *testing.T, stack *Stack, name string, more ...string) (*oidc.Provider, *oauth2.Config) {
	t.Helper()
	provider, err := oidc.NewProvider(background(t), stack.URL)
	must(t, err)
	app := stack.app(t, name, callback, more...)
	scopes := []string{oidc.ScopeOpenID, "profile", "email"}
	return provider, &oauth2.Config{
		ClientID: app.ID, ClientSecret: app.Secret, Endpoint: provider.Endpoint(), RedirectURL: callback, Scopes: scopes,
	}
}

// go-oidc's own example: a state and a nonce, no PKCE.
func TestGoOIDCSignsInWithANonce(t *testing.T) {
	provider, config := configured(t, given(t), "go-oidc")
	signsIn(t, provider, config, "", nil)
}

// x/oauth2's own example: PKCE.
func TestOAuth2SignsInWithPKCE(t *testing.T) {
	provider, config := configured(t, given(t), "x/oauth2")
	verifier := oauth2.GenerateVerifier()
	signsIn(t, provider, config, verifier, []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)})
}

func TestOAuth2SignsInAsAPublicClient(t *testing.T) {
	provider, config := configured(t, given(t), "x/oauth2 public", "--auth-method", "none")
	verifier := oauth2.GenerateVerifier()
	signsIn(t, provider, config, verifier, []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)})
}

// Signs a person in, verifies the ID token, asks for the claims, and refreshes.
func signsIn(t *testing.T, provider *oidc.Provider, config *oauth2.Config, verifier string, more []oauth2.AuthCodeOption) {
	t.Helper()
	ctx := background(t)
	address := config.AuthCodeURL("the state", append(more, oidc.Nonce("the nonce"))...)
	answer := person(t).signIn(address, callback)
	equal(t, "state", answer.Get("state"), "the state")
	var proof []oauth2.AuthCodeOption
	if verifier != "" {
		proof = append(proof, oauth2.VerifierOption(verifier))
	}
	token, err := config.Exchange(ctx, answer.Get("code"), proof...)
	must(t, err)
	raw, _ := token.Extra("id_token").(string)
	idToken, err := provider.Verifier(&oidc.Config{ClientID: config.ClientID}).Verify(ctx, raw)
	must(t, err)
	must(t, idToken.VerifyAccessToken(token.AccessToken))
	equal(t, "nonce", idToken.Nonce, "the nonce")
	equal(t, "sub", idToken.Subject, told(t, "SUB"))
	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	must(t, err)
	equal(t, "email", info.Email, "ada@example.com")

	token.Expiry = time.Now().Add(-time.Minute)
	refreshed, err := config.TokenSource(ctx, token).Token()
	must(t, err)
	if refreshed.AccessToken == token.AccessToken || refreshed.RefreshToken == token.RefreshToken {
		t.Fatal("a refresh gives new tokens")
	}
}

// Claims in the ID token, for an app that is registered so: go-oidc's example reads `email` there.
func TestGoOIDCReadsTheEmailAddressInTheIDToken(t *testing.T) {
	ctx := background(t)
	provider, config := configured(t, given(t), "go-oidc email", "--id-token-claims", "scope")
	answer := person(t).signIn(config.AuthCodeURL("s", oidc.Nonce("n")), callback)
	token, err := config.Exchange(ctx, answer.Get("code"))
	must(t, err)
	raw, _ := token.Extra("id_token").(string)
	idToken, err := provider.Verifier(&oidc.Config{ClientID: config.ClientID}).Verify(ctx, raw)
	must(t, err)
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	must(t, idToken.Claims(&claims))
	equal(t, "email", claims.Email, "ada@example.com")
	equal(t, "email_verified", claims.Verified, true)
}

func TestOAuth2GetsATokenForAServiceWhicheverWayItsSecretGoes(t *testing.T) {
	for _, style := range []oauth2.AuthStyle{oauth2.AuthStyleAutoDetect, oauth2.AuthStyleInHeader, oauth2.AuthStyleInParams} {
		config := clientcredentials.Config{
			ClientID: told(t, "BASIC_ID"), ClientSecret: told(t, "BASIC_SECRET"), TokenURL: given(t).URL + "/token",
			Scopes: []string{"read"}, AuthStyle: style, EndpointParams: map[string][]string{"resource": {"https://rs256.example"}},
		}
		token, err := config.Token(background(t))
		must(t, err)
		equal(t, "token_type", token.Type(), "Bearer")
	}
}
