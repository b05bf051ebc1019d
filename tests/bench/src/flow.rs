//! The requests that are measured: each flow is one kind of request to one function.

use std::collections::VecDeque;

use bytes::Bytes;
use harness::{Browser, Http, RegisteredClient};
use http::Request;
use lambda::{by_hand, event};
use serde_json::Value;

use crate::Failure;
use crate::place::{App, Format, Place};

/// One kind of request to one function.
#[derive(Clone, Copy, Debug)]
pub struct Flow {
    /// The name of the flow, beginning with the function.
    pub name: &'static str,
    /// The function that answers the request.
    pub function: &'static str,
    work: Work,
}

#[derive(Clone, Copy, Debug)]
enum Work {
    /// A service requests a token for itself.
    Service(Format),
    /// A service requests a token that is bound to its key; each request has a proof of its own.
    Prove,
    /// An app pushes an authorization request.
    Push,
    /// A device asks for access.
    AskForDevice,
    /// An API introspects a token that was issued to a service.
    IntrospectServices(Format),
    /// An API introspects a token that was issued to an app for a person.
    IntrospectPersons,
    /// An app redeems a code; each code can be used once.
    Redeem,
    /// The same with an ID token in the answer.
    RedeemAndSignIn,
    /// An app refreshes with the refresh token of the previous answer.
    Refresh,
    /// An API exchanges the token that an app called it with.
    Exchange,
    /// An app revokes a refresh token and so ends the grant; each can be revoked once.
    RevokeGrant,
    /// A service revokes its JWT.
    RevokeServices,
    /// An app requests the claims of the person who signed in.
    UserInfo,
    /// A client fetches a document.
    Document(&'static str),
    /// An app sends an authorization request for a person who has already signed in and consented.
    Silent,
    /// An app signs a person out; each session can be ended once.
    SignOut,
}

const fn flow(name: &'static str, function: &'static str, work: Work) -> Flow {
    Flow { name, function, work }
}

impl Flow {
    /// All flows that are measured.
    pub const ALL: [Self; 21] = [
        flow("token: client credentials, ES256", "token", Work::Service(Format::Es256)),
        flow("token: client credentials, RS256", "token", Work::Service(Format::Rs256)),
        flow("token: client credentials, EdDSA", "token", Work::Service(Format::EdDsa)),
        flow("token: client credentials, opaque", "token", Work::Service(Format::Opaque)),
        flow("token: client credentials with a proof, ES256", "token", Work::Prove),
        flow("token: code, ES256", "token", Work::Redeem),
        flow("token: code and ID token, ES256", "token", Work::RedeemAndSignIn),
        flow("token: refresh, ES256", "token", Work::Refresh),
        flow("token: exchange, ES256", "token", Work::Exchange),
        flow("par: with a client secret", "par", Work::Push),
        flow("device: codes for a device", "device", Work::AskForDevice),
        flow("introspect: opaque token of a service", "introspect", Work::IntrospectServices(Format::Opaque)),
        flow("introspect: ES256 JWT of a service", "introspect", Work::IntrospectServices(Format::Es256)),
        flow("introspect: ES256 JWT of a grant", "introspect", Work::IntrospectPersons),
        flow("revoke: refresh token", "revoke", Work::RevokeGrant),
        flow("revoke: ES256 JWT of a service", "revoke", Work::RevokeServices),
        flow("userinfo: ES256 JWT", "userinfo", Work::UserInfo),
        flow("metadata: key set", "metadata", Work::Document("jwks.json")),
        flow("metadata: discovery", "metadata", Work::Document("openid-configuration")),
        flow("authorize: silent, with a session", "authorize", Work::Silent),
        flow("logout: with an ID token", "logout", Work::SignOut),
    ];

    /// Finds a flow by its name.
    ///
    /// # Errors
    /// If there is no such flow; the message lists the names.
    pub fn named(name: &str) -> Result<Self, Failure> {
        let names = || Self::ALL.map(|flow| format!("  {}", flow.name)).join("\n");
        let found = Self::ALL.into_iter().find(|flow| flow.name == name);
        found.ok_or_else(|| format!("no flow {name:?}; there are:\n{}", names()).into())
    }

    /// Returns whether its requests need a signed-in person; those take longer to prepare.
    pub fn is_of_people(&self) -> bool {
        let once = matches!(self.work, Work::Redeem | Work::RedeemAndSignIn | Work::RevokeGrant | Work::SignOut);
        once || matches!(self.work, Work::Silent)
    }

    /// Creates the source of its requests. Single-use requests are prepared `batch` at a time.
    ///
    /// # Errors
    /// If the first request cannot be created.
    pub async fn source<'p>(&self, place: &'p Place, batch: usize) -> Result<Source<'p>, Failure> {
        let http = place.stack.http();
        let browser = place.browser(self.work.app(place)).await;
        let mut source = Source { place, work: self.work, batch, http, browser, ready: VecDeque::new(), same: None };
        source.same = source.repeatable().await?;
        Ok(source)
    }
}

impl Work {
    /// The status of the right answer.
    const fn status(self) -> u16 {
        match self {
            Self::Silent => 303,
            Self::Push => 201,
            Self::Service(_)
            | Self::Prove
            | Self::IntrospectServices(_)
            | Self::IntrospectPersons
            | Self::Redeem
            | Self::RedeemAndSignIn
            | Self::Refresh
            | Self::Exchange
            | Self::AskForDevice
            | Self::RevokeGrant
            | Self::RevokeServices
            | Self::UserInfo
            | Self::Document(_)
            | Self::SignOut => 200,
        }
    }

    /// The app that people sign in to.
    fn app(self, place: &Place) -> &App {
        match self {
            Self::RedeemAndSignIn | Self::UserInfo | Self::SignOut => place.portal(),
            Self::Service(_)
            | Self::Prove
            | Self::Push
            | Self::AskForDevice
            | Self::IntrospectServices(_)
            | Self::IntrospectPersons
            | Self::Redeem
            | Self::Refresh
            | Self::Exchange
            | Self::RevokeGrant
            | Self::RevokeServices
            | Self::Document(_)
            | Self::Silent => place.web(),
        }
    }
}

/// The requests of a flow, one after another.
pub struct Source<'p> {
    place: &'p Place,
    work: Work,
    batch: usize,
    http: Http,
    browser: Browser,
    ready: VecDeque<Bytes>,
    /// The event that can be repeated, or the one derived from the last answer.
    same: Option<Bytes>,
}

impl Source<'_> {
    /// Returns the next event to send.
    ///
    /// # Errors
    /// If the event cannot be created.
    pub async fn next(&mut self) -> Result<Bytes, Failure> {
        if let Some(event) = &self.same {
            return Ok(event.clone());
        }
        if self.ready.is_empty() {
            for _ in 0..self.batch {
                let event = self.fresh().await?;
                self.ready.push_back(event);
            }
        }
        self.ready.pop_front().ok_or_else(|| "no event".into())
    }

    /// Checks an answer, and derives the next event from it where the flow is a chain.
    ///
    /// # Errors
    /// If the answer is not the expected one.
    pub fn answered(&mut self, payload: &[u8]) -> Result<(), Failure> {
        let response = event::to_response(payload)?;
        let right = self.work.status();
        let wrong = || format!("not {right}: {}", String::from_utf8_lossy(payload));
        if response.status().as_u16() != right {
            return Err(wrong().into());
        }
        match self.work {
            Work::Refresh => {
                let answer: Value = serde_json::from_slice(response.body())?;
                let token = answer.get("refresh_token").and_then(Value::as_str).ok_or_else(wrong)?;
                self.same = Some(refresh(self.place, token)?);
            }
            Work::IntrospectServices(_) | Work::IntrospectPersons => {
                let answer: Value = serde_json::from_slice(response.body())?;
                if answer.get("active") != Some(&Value::Bool(true)) {
                    return Err(wrong().into());
                }
            }
            Work::RedeemAndSignIn => has(&response, "id_token").ok_or_else(wrong)?,
            Work::UserInfo => has(&response, "email").ok_or_else(wrong)?,
            Work::Exchange => has(&response, "issued_token_type").ok_or_else(wrong)?,
            Work::Push => has(&response, "request_uri").ok_or_else(wrong)?,
            Work::AskForDevice => has(&response, "device_code").ok_or_else(wrong)?,
            Work::SignOut => {
                let forgotten = response.headers().get_all("set-cookie").iter();
                forgotten
                    .filter_map(|line| line.to_str().ok())
                    .find(|line| line.contains("Max-Age=0"))
                    .ok_or_else(wrong)?;
            }
            Work::Prove => {
                let answer: Value = serde_json::from_slice(response.body())?;
                answer.get("token_type").filter(|kind| *kind == "DPoP").ok_or_else(wrong)?;
            }
            Work::Service(_) | Work::Redeem | Work::RevokeGrant | Work::RevokeServices | Work::Document(_) => {}
            Work::Silent => {
                response.headers().get("location").ok_or_else(wrong)?;
            }
        }
        Ok(())
    }

    /// The event that every request of the flow repeats, or the first of a chain; `None` if each event can be used
    /// only once.
    async fn repeatable(&mut self) -> Result<Option<Bytes>, Failure> {
        let place = self.place;
        let event = match self.work {
            Work::Service(format) => form("token", place.service(format)?, &[("grant_type", "client_credentials")])?,
            Work::Push => form("par", &place.web().client, &place.pushed())?,
            Work::AskForDevice => place.device_request()?,
            Work::IntrospectServices(format) => {
                let token = self.service_token(format).await?;
                form("introspect", place.api(format)?, &[("token", &token)])?
            }
            Work::IntrospectPersons => {
                let token = self.tokens().await?.access;
                form("introspect", place.api(Format::Es256)?, &[("token", &token)])?
            }
            Work::Refresh => refresh(place, &self.tokens().await?.refresh)?,
            Work::Exchange => {
                let token = self.tokens().await?.access;
                form("token", place.api(Format::Es256)?, &exchange(&token))?
            }
            Work::UserInfo => userinfo(&self.tokens().await?.access)?,
            Work::Document(name) => document(name)?,
            Work::Silent => place.silent_request(&self.browser)?,
            Work::Prove
            | Work::Redeem
            | Work::RedeemAndSignIn
            | Work::RevokeGrant
            | Work::RevokeServices
            | Work::SignOut => {
                return Ok(None);
            }
        };
        Ok(Some(event))
    }

    /// Creates an event that can be used once.
    async fn fresh(&mut self) -> Result<Bytes, Failure> {
        let place = self.place;
        if matches!(self.work, Work::Prove) {
            return place.proven_request();
        }
        if matches!(self.work, Work::RevokeServices) {
            let token = self.service_token(Format::Es256).await?;
            return form("revoke", place.service(Format::Es256)?, &[("token", &token)]);
        }
        if matches!(self.work, Work::RevokeGrant) {
            let token = self.tokens().await?.refresh;
            return form("revoke", &place.web().client, &[("token", &token)]);
        }
        let app = self.work.app(place);
        if matches!(self.work, Work::SignOut) {
            self.browser = place.browser(app).await;
            let id_token = self.tokens().await?.id_token.ok_or("no ID token")?;
            return place.sign_out(&self.browser, &id_token);
        }
        let code = place.code(app, &mut self.browser).await?;
        form("token", &app.client, &place.redemption(&code))
    }

    async fn service_token(&self, format: Format) -> Result<String, Failure> {
        let ask = self.http.post("/token").client(self.place.service(format)?);
        Ok(ask.field("grant_type", "client_credentials").send().await.string("access_token"))
    }

    async fn tokens(&mut self) -> Result<Tokens, Failure> {
        let app = self.work.app(self.place);
        let code = self.place.code(app, &mut self.browser).await?;
        let ask = self.http.post("/token").client(&app.client).fields(&self.place.redemption(&code));
        let reply = ask.send().await;
        let id_token = reply.json().get("id_token").and_then(Value::as_str).map(str::to_owned);
        Ok(Tokens { access: reply.string("access_token"), refresh: reply.string("refresh_token"), id_token })
    }
}

/// Returns `Some` if the body of a response has this member.
fn has(response: &http::Response<Bytes>, member: &str) -> Option<()> {
    let answer: Value = serde_json::from_slice(response.body()).ok()?;
    answer.get(member).map(|_| ())
}

struct Tokens {
    access: String,
    refresh: String,
    id_token: Option<String>,
}

fn form(function: &str, client: &RegisteredClient, fields: &[(&str, &str)]) -> Result<Bytes, Failure> {
    Ok(by_hand::form(function, (&client.id, client.secret()), fields)?.to_string().into())
}

fn refresh(place: &Place, token: &str) -> Result<Bytes, Failure> {
    form("token", &place.web().client, &[("grant_type", "refresh_token"), ("refresh_token", token)])
}

const fn exchange(token: &str) -> [(&str, &str); 3] {
    [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", token),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
    ]
}

fn userinfo(token: &str) -> Result<Bytes, Failure> {
    let request =
        Request::get("/userinfo").header("host", "abc.example").header("authorization", format!("Bearer {token}"));
    Ok(event::from_request(&request.body(Bytes::new())?, &by_hand::arrival("ANY /userinfo")).to_string().into())
}

fn document(name: &str) -> Result<Bytes, Failure> {
    let request = Request::get(format!("/.well-known/{name}")).header("host", "abc.example").body(Bytes::new())?;
    let mut arrival = by_hand::arrival("ANY /.well-known/{document+}");
    arrival.path_parameters.insert("document".to_owned(), name.to_owned());
    Ok(event::from_request(&request, &arrival).to_string().into())
}
