//! Tokens: requests with client credentials, codes and refresh tokens.

use harness::{RegisteredClient, Reply};

use crate::matrix::{Flow, under_every_fault};
use crate::place::{Code, Place, Tokens, is_granted, is_refused, tokens};

/// The kind of app in a flow.
#[derive(Clone, Copy)]
pub(crate) enum App {
    Web,
    Spa,
}

impl App {
    pub(crate) fn of(self, place: &Place) -> &RegisteredClient {
        match self {
            Self::Web => &place.web,
            Self::Spa => &place.spa,
        }
    }
}

/// A service requests an opaque token, which is a grant.
struct OpaqueToken;

impl Flow for OpaqueToken {
    type Ready = ();

    async fn prepare(&self, _: &Place) {}

    async fn act(&self, place: &Place, (): &mut ()) -> Reply {
        place.machine(&place.service).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_granted(reply)
    }

    async fn settle(&self, place: &Place, (): (), right: Option<Reply>) {
        let reply = self.answered(place, &mut (), right).await;
        assert!(place.is_active(&reply.string("access_token")).await, "{reply:?}");
    }
}

/// A service that no function has cached requests a token.
struct FirstToken;

impl Flow for FirstToken {
    type Ready = RegisteredClient;

    async fn prepare(&self, place: &Place) -> RegisteredClient {
        place.new_service()
    }

    async fn act(&self, place: &Place, client: &mut RegisteredClient) -> Reply {
        place.machine(client).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_granted(reply)
    }

    async fn settle(&self, place: &Place, client: RegisteredClient, _: Option<Reply>) {
        // Even after 503, the server does not treat the client as unknown.
        let reply = place.machine(&client).await;
        assert!(is_granted(&reply), "{reply:?}");
    }
}

/// An app redeems a code.
struct Redemption(App);

impl Flow for Redemption {
    type Ready = Code;

    async fn prepare(&self, place: &Place) -> Code {
        place.code(self.0.of(place)).await
    }

    async fn act(&self, place: &Place, code: &mut Code) -> Reply {
        place.redeem(self.0.of(place), code).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_granted(reply)
    }

    async fn settle(&self, place: &Place, code: Code, right: Option<Reply>) {
        let client = self.0.of(place);
        let Some(right) = right else {
            // No token was released. The code may have been used: then this is its second use, and the person must
            // consent again.
            let again = place.redeem(client, &code).await;
            assert!(is_granted(&again) || is_refused(&again), "{again:?}");
            let second = place.redeem(client, &code).await;
            assert!(is_refused(&second), "{second:?}");
            return;
        };
        let tokens = tokens(&right);
        assert!(place.is_active(&tokens.access).await);
        let second = place.redeem(client, &code).await;
        assert!(is_refused(&second), "{second:?}");
        place.assert_ended(client, &tokens).await;
    }
}

/// An app refreshes its tokens.
struct Refresh(App);

impl Flow for Refresh {
    type Ready = Tokens;

    async fn prepare(&self, place: &Place) -> Tokens {
        place.tokens(self.0.of(place)).await
    }

    async fn act(&self, place: &Place, tokens: &mut Tokens) -> Reply {
        place.refresh(self.0.of(place), &tokens.refresh).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_granted(reply)
    }

    async fn settle(&self, place: &Place, mut before: Tokens, right: Option<Reply>) {
        let client = self.0.of(place);
        // An honest client retries with its current token and is never mistaken for a thief.
        let first = tokens(&self.answered(place, &mut before, right).await);
        assert!(place.is_active(&first.access).await);
        let next = tokens(&place.refresh(client, &first.refresh).await);
        // Only one generation is alive: a token older than the previous one ends the whole grant.
        let reply = place.refresh(client, &before.refresh).await;
        assert!(is_refused(&reply), "{reply:?}");
        place.assert_ended(client, &next).await;
    }
}

#[tokio::test]
async fn tokens_are_asked_for() {
    tokio::join!(
        under_every_fault("opaque token", OpaqueToken),
        under_every_fault("first token", FirstToken),
        under_every_fault("redemption", Redemption(App::Web)),
        under_every_fault("redemption, public", Redemption(App::Spa)),
        under_every_fault("refresh", Refresh(App::Web)),
        under_every_fault("refresh, public", Refresh(App::Spa)),
    );
}
