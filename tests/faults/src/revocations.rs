//! Requests that end tokens, and requests that check them.

use harness::Reply;

use crate::flows::App;
use crate::matrix::{Flow, under_every_fault};
use crate::place::{Code, Place, Tokens, is_granted, is_refused, tokens};

/// An app uses a code twice.
struct CodeReplay;

impl Flow for CodeReplay {
    type Ready = (Code, Tokens);

    async fn prepare(&self, place: &Place) -> (Code, Tokens) {
        let code = place.code(&place.web).await;
        let tokens = tokens(&place.redeem(&place.web, &code).await);
        (code, tokens)
    }

    async fn act(&self, place: &Place, (code, _): &mut (Code, Tokens)) -> Reply {
        place.redeem(&place.web, code).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_refused(reply)
    }

    async fn settle(&self, place: &Place, mut ready: (Code, Tokens), right: Option<Reply>) {
        let reply = self.answered(place, &mut ready, right).await;
        assert!(is_refused(&reply), "{reply:?}");
        // The grant had ended before the client learned that the code was used.
        place.assert_ended(&place.web, &ready.1).await;
    }
}

/// An app uses an old refresh token.
struct Reuse(App);

impl Flow for Reuse {
    type Ready = (Tokens, Tokens);

    async fn prepare(&self, place: &Place) -> (Tokens, Tokens) {
        let client = self.0.of(place);
        let first = place.tokens(client).await;
        let second = tokens(&place.refresh(client, &first.refresh).await);
        let third = tokens(&place.refresh(client, &second.refresh).await);
        (first, third)
    }

    async fn act(&self, place: &Place, (first, _): &mut (Tokens, Tokens)) -> Reply {
        place.refresh(self.0.of(place), &first.refresh).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_refused(reply)
    }

    async fn settle(&self, place: &Place, mut ready: (Tokens, Tokens), right: Option<Reply>) {
        let reply = self.answered(place, &mut ready, right).await;
        assert!(is_refused(&reply), "{reply:?}");
        place.assert_ended(self.0.of(place), &ready.1).await;
    }
}

/// A client revokes one of its tokens.
enum Revocation {
    Refresh(App),
    Access(App),
}

impl Revocation {
    fn app(&self) -> App {
        match self {
            Self::Refresh(app) | Self::Access(app) => *app,
        }
    }

    fn token<'t>(&self, tokens: &'t Tokens) -> &'t str {
        match self {
            Self::Refresh(_) => &tokens.refresh,
            Self::Access(_) => &tokens.access,
        }
    }
}

impl Flow for Revocation {
    type Ready = Tokens;

    async fn prepare(&self, place: &Place) -> Tokens {
        place.tokens(self.app().of(place)).await
    }

    async fn act(&self, place: &Place, tokens: &mut Tokens) -> Reply {
        place.revoke(self.app().of(place), self.token(tokens)).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        reply.status == 200
    }

    async fn settle(&self, place: &Place, mut tokens: Tokens, right: Option<Reply>) {
        let client = self.app().of(place);
        let reply = self.answered(place, &mut tokens, right).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert!(!place.is_active(&tokens.access).await, "a revoked token is active");
        match self {
            Self::Refresh(_) => place.assert_ended(client, &tokens).await,
            Self::Access(_) => assert!(is_granted(&place.refresh(client, &tokens.refresh).await)),
        }
    }
}

/// An API introspects a token.
enum Introspection {
    Live,
    Revoked,
}

impl Flow for Introspection {
    type Ready = Tokens;

    async fn prepare(&self, place: &Place) -> Tokens {
        let tokens = place.tokens(&place.web).await;
        if matches!(self, Self::Revoked) {
            assert_eq!(place.revoke(&place.web, &tokens.refresh).await.status, 200);
        }
        tokens
    }

    async fn act(&self, place: &Place, tokens: &mut Tokens) -> Reply {
        place.introspect(&tokens.access).await
    }

    /// "Not active" is a statement about the token; an unavailable store is no reason for it.
    fn is_right(&self, reply: &Reply) -> bool {
        reply.status == 200 && reply.json()["active"] == matches!(self, Self::Live)
    }

    async fn settle(&self, place: &Place, tokens: Tokens, _: Option<Reply>) {
        assert_eq!(place.is_active(&tokens.access).await, matches!(self, Self::Live));
    }
}

/// A verifier reads the key set.
struct KeySet;

impl Flow for KeySet {
    type Ready = ();

    async fn prepare(&self, _: &Place) {}

    async fn act(&self, place: &Place, (): &mut ()) -> Reply {
        place.http.get("/.well-known/jwks.json").send().await
    }

    /// An empty key set would make every verifier refuse every token.
    fn is_right(&self, reply: &Reply) -> bool {
        reply.status == 200 && reply.json()["keys"].as_array().is_some_and(|keys| !keys.is_empty())
    }

    async fn settle(&self, place: &Place, (): (), _: Option<Reply>) {
        assert!(self.is_right(&self.act(place, &mut ()).await));
    }
}

#[tokio::test]
async fn tokens_are_ended_and_asked_about() {
    tokio::join!(
        under_every_fault("code replay", CodeReplay),
        under_every_fault("reuse", Reuse(App::Web)),
        under_every_fault("reuse, public", Reuse(App::Spa)),
        under_every_fault("revocation of a grant", Revocation::Refresh(App::Web)),
        under_every_fault("revocation of an opaque token", Revocation::Access(App::Spa)),
        under_every_fault("revocation of a JWT", Revocation::Access(App::Web)),
        under_every_fault("introspection", Introspection::Live),
        under_every_fault("introspection of a revoked token", Introspection::Revoked),
        under_every_fault("key set", KeySet),
    );
}
