//! Clients that sign, and requests with their assertions at each endpoint.

use std::sync::LazyLock;

use harness::{Ask, RegisteredClient};
use jsonwebtoken::Algorithm;

use crate::support::case::Case;
use crate::support::session::{OF_EVERY_ENDPOINT, assert_answered, assert_refused, every_client_request};
use crate::support::signed_assertions::{Assertion, Signer, claims};
use crate::support::world::World;

/// Registers a client with the key of `signer`.
pub(super) fn client_with(world: &World, signer: &Signer, more: &[&str]) -> RegisteredClient {
    let file = signer.file(world, &format!("{:?}-{}.json", signer.algorithm, claims(world, "x")["jti"]));
    let with_key = ["--auth-method", "private_key_jwt", "--jwks", &file];
    world.stack.cli().create_client("With a key", &[&OF_EVERY_ENDPOINT[..], &with_key, more].concat())
}

/// Returns the shared world, a key and its client.
pub(super) fn usual() -> (&'static World, &'static Signer, &'static RegisteredClient) {
    static USUAL: LazyLock<(Signer, RegisteredClient)> = LazyLock::new(|| {
        let signer = Signer::new(Algorithm::ES256, "usual");
        let client = client_with(World::shared(), &signer, &[]);
        (signer, client)
    });
    (World::shared(), &USUAL.0, &USUAL.1)
}

/// Builds a request for an endpoint that authenticates clients; `place` selects the endpoint.
pub(super) fn ask_at(world: &World, place: usize) -> Ask {
    every_client_request(&world.stack.http()).into_iter().nth(place % 5).expect("five endpoints")
}

pub(super) async fn granted(world: &World, place: usize, assertion: &Assertion) {
    let _case = Case::new(format!("endpoint {place}"));
    assert_answered(&ask_at(world, place).fields(&assertion.fields()).send().await);
}

pub(super) async fn refused(world: &World, place: usize, assertion: &Assertion) {
    assert_refused(&ask_at(world, place).fields(&assertion.fields()).send().await, "invalid_client");
}
