package clients

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The binary of `go install github.com/oauth2-proxy/oauth2-proxy/v7`, in front of a page for those who are signed in.
func proxy(t *testing.T, stack *Stack, more ...string) (string, Client) {
	t.Helper()
	binary := os.Getenv("OAUTH2_PROXY")
	if binary == "" {
		t.Fatal("OAUTH2_PROXY is not set: the path of the binary")
	}
	address := freeAddress(t)
	app := stack.app(t, "oauth2-proxy", "http://"+address+"/oauth2/callback", "--pkce", "required")
	command := exec.Command(binary, append([]string{
		"--provider=oidc", "--oidc-issuer-url=" + stack.URL, "--client-id=" + app.ID, "--client-secret=" + app.Secret,
		"--redirect-url=http://" + address + "/oauth2/callback", "--http-address=" + address, "--email-domain=*",
		"--cookie-secret=0123456789abcdef0123456789abcdef", "--cookie-secure=false", "--upstream=static://202",
		"--skip-provider-button", "--code-challenge-method=S256",
		"--backend-logout-url=" + stack.URL + "/logout?id_token_hint={id_token}",
	}, more...)...)
	var log bytes.Buffer
	command.Stdout, command.Stderr = &log, &log
	must(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	within(t, 20*time.Second, func() error {
		reply, err := http.Get("http://" + address + "/ping")
		if err == nil {
			reply.Body.Close()
		}
		return err
	})
	return "http://" + address, app
}

func TestOAuth2ProxySignsInAndOutWithoutACookieOfTheStack(t *testing.T) {
	stack := given(t)
	front, app := proxy(t, stack)
	someone := person(t)
	_, page := someone.visit(front+"/", "")
	equal(t, "page", page, "Authenticated")
	// The proxy's server asks for the end of the session, which is on the person's browser.
	silent := stack.URL + "/authorize?response_type=code&scope=openid&prompt=none&nonce=n&code_challenge_method=S256" +
		"&code_challenge=" + strings.Repeat("A", 43) + "&client_id=" + app.ID + "&redirect_uri=" + url.QueryEscape(front+"/oauth2/callback")
	back := front + "/oauth2/callback"
	if someone.signIn(silent, back).Get("code") == "" {
		t.Fatal("nobody is signed in")
	}
	someone.visit(front+"/oauth2/sign_out?rd=%2Fping", front+"/ping")
	equal(t, "error", someone.signIn(silent, back).Get("error"), "login_required")
}

func TestOAuth2ProxyLetsInTheMembersOfAGroup(t *testing.T) {
	stack := given(t)
	stack.person(t, "gopher", `groups=["gophers"]`, "email=gopher@example.com", "email_verified=true")
	front, _ := proxy(t, stack, "--allowed-group=gophers", "--scope=openid email profile groups")
	for username, expected := range map[string]string{"gopher": "Authenticated", told(t, "USERNAME"): "Forbidden"} {
		someone := person(t)
		someone.username = username
		_, page := someone.visit(front+"/", "")
		if !strings.Contains(page, expected) {
			t.Fatalf("%s: %s", username, page)
		}
	}
}
