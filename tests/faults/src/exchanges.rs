//! Token exchange: an API exchanges the token that it was called with. It reads, and writes nothing.

use harness::Reply;

use crate::matrix::{Flow, under_every_fault};
use crate::place::{Place, Tokens, is_granted};

const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

async fn exchange(place: &Place, token: &str) -> Reply {
    let fields = [("subject_token", token), ("subject_token_type", ACCESS_TOKEN)];
    place.ask(&place.api, TOKEN_EXCHANGE, &fields).await
}

/// An API exchanges the token of an app, while its grant stands.
struct Exchange;

impl Flow for Exchange {
    type Ready = Tokens;

    async fn prepare(&self, place: &Place) -> Tokens {
        place.tokens(&place.web).await
    }

    async fn act(&self, place: &Place, tokens: &mut Tokens) -> Reply {
        exchange(place, &tokens.access).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_granted(reply)
    }

    /// The exchanged token ends with the grant of the app, whatever happened to the exchange.
    async fn settle(&self, place: &Place, mut tokens: Tokens, right: Option<Reply>) {
        let reply = self.answered(place, &mut tokens, right).await;
        assert!(is_granted(&reply), "{reply:?}");
        let exchanged = reply.string("access_token");
        assert!(place.is_active(&exchanged).await, "{reply:?}");
        assert_eq!(place.revoke(&place.web, &tokens.refresh).await.status, 200);
        assert!(!place.is_active(&exchanged).await, "it outlives the grant that it came from");
    }
}

/// An API exchanges the token of an app whose grant is over.
struct LateExchange;

impl Flow for LateExchange {
    type Ready = Tokens;

    async fn prepare(&self, place: &Place) -> Tokens {
        let tokens = place.tokens(&place.web).await;
        assert_eq!(place.revoke(&place.web, &tokens.refresh).await.status, 200);
        tokens
    }

    async fn act(&self, place: &Place, tokens: &mut Tokens) -> Reply {
        exchange(place, &tokens.access).await
    }

    /// A store that does not answer is no reason to take the grant for a living one, or to say that it is over.
    fn is_right(&self, reply: &Reply) -> bool {
        reply.status == 400 && reply.string("error") == "invalid_request"
    }

    async fn settle(&self, place: &Place, mut tokens: Tokens, right: Option<Reply>) {
        let reply = self.answered(place, &mut tokens, right).await;
        assert!(self.is_right(&reply), "{reply:?}");
    }
}

#[tokio::test]
async fn c223_tokens_are_exchanged() {
    tokio::join!(
        under_every_fault("exchange", Exchange),
        under_every_fault("exchange of a token that is over", LateExchange),
    );
}
