package clients

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

// A server for those who bring a token with the scope mcp:read, with one tool for those with mcp:tools: the SDK's own parts,
// with keys and issuer from the stack's metadata.
func mcpServer(t *testing.T, issuer, address string) {
	t.Helper()
	resource := "http://" + address + "/mcp"
	metadata := "http://" + address + "/.well-known/oauth-protected-resource/mcp"
	verify := func(ctx context.Context, token string, _ *http.Request) (*auth.TokenInfo, error) {
		provider, err := oidc.NewProvider(ctx, issuer)
		if err != nil {
			return nil, err
		}
		good, err := provider.Verifier(&oidc.Config{ClientID: resource}).Verify(ctx, token)
		if err != nil {
			return nil, errors.Join(auth.ErrInvalidToken, err)
		}
		var claims struct{ Scope string }
		if err := good.Claims(&claims); err != nil {
			return nil, err
		}
		return &auth.TokenInfo{Scopes: strings.Fields(claims.Scope), Expiration: good.Expiry, UserID: good.Subject}, nil
	}
	server := mcp.NewServer(&mcp.Implementation{Name: "demo", Version: "1"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "greet", Description: "greets"},
		func(_ context.Context, request *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, any, error) {
			who, scopes := request.Extra.TokenInfo.UserID, request.Extra.TokenInfo.Scopes
			slices.Sort(scopes)
			text := strings.Join(append([]string{who}, scopes...), " ")
			return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}, nil, nil
		})
	guard := auth.RequireBearerToken(verify, &auth.RequireBearerTokenOptions{
		ResourceMetadataURL: metadata, Scopes: []string{"mcp:read"},
	})
	serve := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil)
	mux := http.NewServeMux()
	mux.Handle("/mcp", guard(http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		request.Body = io.NopCloser(bytes.NewReader(body))
		scopes := auth.TokenInfoFromContext(request.Context()).Scopes
		if err != nil || bytes.Contains(body, []byte(`"tools/call"`)) && !slices.Contains(scopes, "mcp:tools") {
			more := `Bearer error="insufficient_scope", scope="mcp:tools", resource_metadata="` + metadata + `"`
			answer.Header().Set("WWW-Authenticate", more)
			answer.WriteHeader(http.StatusForbidden)
			return
		}
		serve.ServeHTTP(answer, request)
	})))
	mux.Handle("/.well-known/oauth-protected-resource/mcp", auth.ProtectedResourceMetadataHandler(&oauthex.ProtectedResourceMetadata{
		Resource: resource, AuthorizationServers: []string{issuer}, ScopesSupported: []string{"mcp:read", "mcp:tools"},
	}))
	listening := httptest.NewUnstartedServer(mux)
	listening.Listener.Close()
	listening.Listener = listen(t, address)
	listening.Start()
	t.Cleanup(listening.Close)
}

// connect signs in as an agent does, with the SDK's handler, and calls the tool: a second sign-in is for more scope.
func connect(t *testing.T, address string, config *auth.AuthorizationCodeHandlerConfig) {
	t.Helper()
	asked := 0
	config.AuthorizationCodeFetcher = func(_ context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
		asked++
		answer := person(t).signIn(args.URL, config.RedirectURL)
		return &auth.AuthorizationResult{Code: answer.Get("code"), State: answer.Get("state"), Iss: answer.Get("iss")}, nil
	}
	handler, err := auth.NewAuthorizationCodeHandler(config)
	must(t, err)
	ctx := background(t)
	client := mcp.NewClient(&mcp.Implementation{Name: "agent", Version: "1"}, nil)
	transport := &mcp.StreamableClientTransport{Endpoint: "http://" + address + "/mcp", OAuthHandler: handler}
	session, err := client.Connect(ctx, transport, nil)
	must(t, err)
	defer session.Close()
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "greet", Arguments: map[string]any{}})
	must(t, err)
	text, ok := result.Content[0].(*mcp.TextContent)
	if !ok || !strings.HasPrefix(text.Text, "usr_") || !strings.HasSuffix(text.Text, " mcp:read mcp:tools") {
		t.Fatalf("not a person with both scopes: %v", result.Content)
	}
	equal(t, "requests", asked, 2)
}

// mcpStack is a stack where anybody may register for the API of the server at `address`.
func mcpStack(t *testing.T, address string) *Stack {
	t.Helper()
	api := "http://" + address + "/mcp"
	stack := start(t, freeAddress(t), []string{"JETON_REGISTRATION_APIS=" + api}, "--registration", "open")
	stack.jeton(t, nil, "api", "create", "--identifier", api, "--scope", "mcp:read mcp:tools")
	mcpServer(t, stack.URL, address)
	return stack
}

// The SDK's own example: a client that registers itself without a scope, and listens on a port of localhost.
func TestMCPRegistersItself(t *testing.T) {
	address := freeAddress(t)
	mcpStack(t, address)
	redirectURI := "http://localhost:3142"
	connect(t, address, &auth.AuthorizationCodeHandlerConfig{
		RedirectURL: redirectURI,
		DynamicClientRegistrationConfig: &auth.DynamicClientRegistrationConfig{
			Metadata: &oauthex.ClientRegistrationMetadata{ClientName: "Agent", RedirectURIs: []string{redirectURI}},
		},
	})
}

// A client that the operator registered: the SDK sends the secret in the body.
func TestMCPIsRegisteredBeforehand(t *testing.T) {
	address := freeAddress(t)
	stack := mcpStack(t, address)
	redirectURI := "http://localhost:3142/callback"
	app := stack.app(t, "Agent", "http://localhost/callback", "--api", "http://"+address+"/mcp")
	connect(t, address, &auth.AuthorizationCodeHandlerConfig{
		RedirectURL: redirectURI,
		PreregisteredClient: &oauthex.ClientCredentials{
			ClientID: app.ID, ClientSecretAuth: &oauthex.ClientSecretAuth{ClientSecret: app.Secret},
		},
	})
}
