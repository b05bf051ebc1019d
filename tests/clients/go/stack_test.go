// Package clients drives Go libraries that nobody here wrote against a running stack, unchanged and with their defaults.
//
// Run with: tests/clients/with-stack go test -C tests/clients/go ./...
package clients

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const callback = "https://shop.example/callback"

// A Stack is a `jeton dev`, with the operator's commands for it.
type Stack struct {
	URL     string
	envFile string
}

// A Client is a registered one.
type Client struct {
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
}

func told(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv("STACK_" + name)
	if value == "" {
		t.Fatalf("STACK_%s is not set: run this through tests/clients/with-stack", name)
	}
	return value
}

// given is the stack that tests/clients/with-stack started.
func given(t *testing.T) *Stack {
	t.Helper()
	return &Stack{URL: told(t, "URL"), envFile: told(t, "ENV_FILE")}
}

// start runs another `jeton dev`, with a person as in the given one, until the test ends. It listens on the port of
// `address`, where `options` may give it another name.
func start(t *testing.T, address string, environment []string, options ...string) *Stack {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	must(t, err)
	stack := &Stack{URL: "http://" + address, envFile: filepath.Join(t.TempDir(), "env")}
	command := exec.Command(told(t, "JETON"), append([]string{"dev", "--port", port, "--env-file", stack.envFile}, options...)...)
	command.Env = append(os.Environ(), environment...)
	var log bytes.Buffer
	command.Stdout, command.Stderr = &log, &log
	must(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt)
		_ = command.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	within(t, 30*time.Second, func() error {
		reply, err := http.Get(stack.URL + "/.well-known/oauth-authorization-server")
		if err == nil {
			reply.Body.Close()
		}
		return err
	})
	stack.person(t, told(t, "USERNAME"))
	return stack
}

// person registers somebody who knows the pass phrase of the stack's own person.
func (stack *Stack) person(t *testing.T, username string, claims ...string) {
	t.Helper()
	stack.jetonWith(t, told(t, "PASSWORD")+"\n", nil, "user", "create", "--username", username, "--password-stdin")
	for _, claim := range claims {
		stack.jeton(t, nil, "user", "update", username, "--claim", claim)
	}
}

// jeton runs one of the operator's commands and reads the JSON document that it prints.
func (stack *Stack) jeton(t *testing.T, into any, arguments ...string) {
	t.Helper()
	stack.jetonWith(t, "", into, arguments...)
}

func (stack *Stack) jetonWith(t *testing.T, input string, into any, arguments ...string) {
	t.Helper()
	command := exec.Command(told(t, "JETON"), append(arguments, "--env-file", stack.envFile, "--json")...)
	command.Stdin = bytes.NewBufferString(input)
	printed, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("jeton %v: %v\n%s", arguments, err, printed)
	}
	if into != nil {
		must(t, json.Unmarshal(printed, into))
	}
}

// app registers an app that signs people in; `more` are options.
func (stack *Stack) app(t *testing.T, name, redirectURI string, more ...string) Client {
	t.Helper()
	arguments := []string{"client", "create", "--name", name, "--grant", "authorization_code", "--grant", "refresh_token"}
	var client Client
	stack.jeton(t, &client, append(append(arguments, "--redirect-uri", redirectURI), more...)...)
	return client
}

func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	must(t, err)
	return listener
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener := listen(t, "127.0.0.1:0")
	defer listener.Close()
	return listener.Addr().String()
}

// within repeats a question until it is answered.
func within(t *testing.T, limit time.Duration, ask func() error) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for {
		err := ask()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %v", limit, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, found, expected T) {
	t.Helper()
	if found != expected {
		t.Fatalf("%s: %v, not %v", what, found, expected)
	}
}

func background(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}
