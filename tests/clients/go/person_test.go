package clients

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// A Person has a browser, as far as the protocol sees one: it follows redirects, keeps cookies by hand (those of the stack
// are Secure, which Go does not send to http), and fills in the forms.
type Person struct {
	t        *testing.T
	username string
	password string
	cookies  map[string]map[string]string
	through  *http.Client
}

func person(t *testing.T) *Person {
	t.Helper()
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Person{
		t: t, username: told(t, "USERNAME"), password: told(t, "PASSWORD"),
		cookies: map[string]map[string]string{}, through: &http.Client{CheckRedirect: stay},
	}
}

// signIn opens an address and goes on until the browser is sent to one that begins with `back`, which is not opened.
func (person *Person) signIn(address, back string) url.Values {
	person.t.Helper()
	last, page := person.visit(address, back)
	if !strings.HasPrefix(last.String(), back) {
		person.t.Fatalf("not back at %s but at %s:\n%s", back, last, page)
	}
	return last.Query()
}

// visit opens an address and goes on to a page without a form, or to an address that begins with `until`.
func (person *Person) visit(address, until string) (*url.URL, string) {
	person.t.Helper()
	next, err := url.Parse(address)
	must(person.t, err)
	var fields url.Values
	for range 20 {
		if until != "" && strings.HasPrefix(next.String(), until) {
			return next, ""
		}
		reply, page := person.ask(next, fields)
		fields = nil
		if location, err := reply.Location(); err == nil {
			next = location
			continue
		}
		action, filled := person.fill(page)
		if action == nil || reply.StatusCode != http.StatusOK {
			return next, page
		}
		next, fields = next.ResolveReference(action), filled
	}
	person.t.Fatalf("no end of redirects and forms, the last is %s", next)
	return nil, ""
}

func (person *Person) ask(address *url.URL, fields url.Values) (*http.Response, string) {
	person.t.Helper()
	request, err := http.NewRequest(http.MethodGet, address.String(), nil)
	if fields != nil {
		request, err = http.NewRequest(http.MethodPost, address.String(), strings.NewReader(fields.Encode()))
	}
	must(person.t, err)
	if fields != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	request.Header.Set("Accept", "text/html")
	for name, value := range person.cookies[address.Host] {
		request.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	reply, err := person.through.Do(request)
	must(person.t, err)
	defer reply.Body.Close()
	page, err := io.ReadAll(reply.Body)
	must(person.t, err)
	if person.cookies[address.Host] == nil {
		person.cookies[address.Host] = map[string]string{}
	}
	for _, cookie := range reply.Cookies() {
		person.cookies[address.Host][cookie.Name] = cookie.Value
		if cookie.MaxAge < 0 {
			delete(person.cookies[address.Host], cookie.Name)
		}
	}
	return reply, string(page)
}

// fill reads the form of a page, and fills it in: with the pass phrase, or with consent.
func (person *Person) fill(page string) (*url.URL, url.Values) {
	var action *url.URL
	fields := url.Values{}
	for tokens := html.NewTokenizer(strings.NewReader(page)); tokens.Next() != html.ErrorToken; {
		token := tokens.Token()
		attributes := map[string]string{}
		for _, attribute := range token.Attr {
			attributes[attribute.Key] = attribute.Val
		}
		switch {
		case token.Data == "form" && attributes["method"] == "post":
			parsed, err := url.Parse(attributes["action"])
			must(person.t, err)
			action = parsed
		case token.Data == "input" && attributes["name"] != "":
			fields.Set(attributes["name"], attributes["value"])
		}
	}
	if fields.Has("password") {
		fields.Set("username", person.username)
		fields.Set("password", person.password)
	} else {
		fields.Set("decision", "allow")
	}
	return action, fields
}
