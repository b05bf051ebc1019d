package clients

import (
	"encoding/pem"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"time"

	goidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"k8s.io/apiserver/pkg/apis/apiserver"
	"k8s.io/apiserver/plugin/pkg/authenticator/token/oidc"
)

// A certificate authority, as the API server reads one from a file.
type authority []byte

func (authority authority) CurrentCABundleContent() []byte { return authority }

// The API server's authenticator takes an https issuer only, so TLS is in front of a stack of its own.
func TestKubernetesKnowsAPersonByEmailAddressAndGroups(t *testing.T) {
	address := freeAddress(t)
	upstream, err := url.Parse("http://" + address)
	must(t, err)
	front := httptest.NewTLSServer(httputil.NewSingleHostReverseProxy(upstream))
	t.Cleanup(front.Close)
	stack := start(t, address, nil, "--issuer", front.URL)
	stack.person(t, "kim", "email=kim@example.com", "email_verified=true", `groups=["admins","viewers"]`)
	app := stack.app(t, "kubectl", "http://127.0.0.1/callback", "--auth-method", "none", "--id-token-claims", "scope")

	// What kubectl's plug-ins do: a loopback redirect URI, PKCE, and the ID token as the bearer token.
	ctx := goidc.ClientContext(background(t), front.Client())
	provider, err := goidc.NewProvider(ctx, front.URL)
	must(t, err)
	config := oauth2.Config{
		ClientID: app.ID, Endpoint: provider.Endpoint(), RedirectURL: "http://127.0.0.1:8000/callback",
		Scopes: []string{"openid", "email", "groups"},
	}
	verifier := oauth2.GenerateVerifier()
	someone := person(t)
	someone.username, someone.through.Transport = "kim", front.Client().Transport
	answer := someone.signIn(config.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)), config.RedirectURL)
	token, err := config.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(verifier))
	must(t, err)
	idToken, _ := token.Extra("id_token").(string)

	prefix := ""
	authenticator, err := oidc.New(background(t), oidc.Options{
		CAContentProvider: authority(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: front.Certificate().Raw})),
		JWTAuthenticator: apiserver.JWTAuthenticator{
			Issuer: apiserver.Issuer{URL: front.URL, Audiences: []string{app.ID}},
			ClaimMappings: apiserver.ClaimMappings{
				Username: apiserver.PrefixedClaimOrExpression{Claim: "email", Prefix: &prefix},
				Groups:   apiserver.PrefixedClaimOrExpression{Claim: "groups", Prefix: &prefix},
			},
		},
	})
	must(t, err)
	within(t, 15*time.Second, authenticator.HealthCheck)
	found, ok, err := authenticator.AuthenticateToken(ctx, idToken)
	must(t, err)
	equal(t, "ok", ok, true)
	equal(t, "user", found.User.GetName(), "kim@example.com")
	equal(t, "groups", len(found.User.GetGroups()), 2)
	if _, ok, _ := authenticator.AuthenticateToken(ctx, token.AccessToken); ok {
		t.Fatal("an access token passes for an ID token")
	}
}
