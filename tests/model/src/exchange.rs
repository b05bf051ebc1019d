//! Token exchange with a revocation at every step: clients that exchange a token again and again, while its grant is revoked,
//! a token of the chain is given back, or a client is disabled between the read and the answer of an exchange.
//!
//! An exchange is two steps: it reads and decides, and it answers. Nothing is written, so an answer may come after what was
//! read has changed. The token that it gives must then be inactive from the start.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use grants::exchange::{Exchange, SubjectToken, access_token};
use grants::revocation::{revoke, revoke_access};
use grants::{
    AccessToken, Api, AuthenticatedClient, Client, Generation, Grant, Lineage, Question, Refusal, Root, Standing,
    TokenFacts, TokenId, introspect,
};
use protocol::Claims;
use stateright::{Checker, HasDiscoveries, Model, Property};

use crate::exchange::world::{apis, clients, first_token};
use crate::world::START;

mod world;

/// The most exchanges and the most ends in one exploration.
const EXCHANGES: u8 = 5;
const ENDS: u8 = 2;
/// The most exchanges that are under way at the same time.
const AT_ONCE: usize = 2;

/// The behaviour of the server. All but the first break one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Server {
    /// The rules as they are.
    Real,
    /// An exchanged token names itself only, and not what it was exchanged for.
    ForgetsTheRoot,
    /// Only the revocation of the token itself is looked for, and not that of those before it.
    ForgetsTheMiddle,
    /// Only the client that holds a token is looked at.
    ForgetsTheActors,
}

/// A token that somebody got.
#[derive(Clone, Debug)]
struct Issued {
    /// The place of the token that it was exchanged for.
    parent: Option<usize>,
    /// The place of its client.
    holder: usize,
    facts: Arc<TokenFacts>,
    lineage: Lineage,
}

/// An exchange that has read and decided, and has not answered.
#[derive(Clone, Debug)]
struct UnderWay {
    subject: usize,
    holder: usize,
    decided: Result<Arc<AccessToken>, Refusal>,
}

#[derive(Clone, Debug)]
struct State {
    grant: Arc<Grant>,
    tokens: Vec<Issued>,
    under_way: Vec<UnderWay>,
    /// The tokens that were given back, as the store remembers them.
    marks: BTreeSet<String>,
    disabled: BTreeSet<usize>,
    begun: u8,
    ended: u8,
    /// A record of its own of what ended: the grant, and the places of tokens.
    grant_is_over: bool,
    given_back: BTreeSet<usize>,
    told: Option<Refusal>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    /// A client reads the token at this place, one of the two newest, and decides.
    Begin(usize),
    /// The exchange at this place answers.
    Answer(usize),
    /// The holder of the token at this place gives it back.
    GiveBack(usize),
    RevokeGrant,
    Disable(usize),
}

struct Clients {
    server: Server,
    authenticated: Vec<AuthenticatedClient>,
    apis: Vec<Api>,
}

impl State {
    /// Returns the facts that everything in the state follows from.
    fn key(&self) -> impl Hash + PartialEq + use<> {
        let tokens: Vec<_> = self.tokens.iter().map(|token| (token.parent, token.holder)).collect();
        let decided = |way: &UnderWay| way.decided.as_ref().err().map(|refusal| refusal.name());
        let under_way: Vec<_> = self.under_way.iter().map(|way| (way.subject, way.holder, decided(way))).collect();
        let ends = (self.grant_is_over, self.given_back.clone(), self.disabled.clone(), self.marks.clone());
        (tokens, under_way, ends, (self.begun, self.ended, self.told.map(Refusal::name)))
    }

    /// The places of a token and of those that it was exchanged for, the token first.
    fn chain(&self, place: usize) -> Vec<usize> {
        std::iter::successors(Some(place), |place| self.tokens[*place].parent).collect()
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl Clients {
    fn new(server: Server) -> Self {
        Self { server, authenticated: clients(), apis: apis() }
    }

    fn client_at(&self, state: &State, place: usize) -> Client {
        Client { disabled: state.disabled.contains(&place), ..Client::clone(self.authenticated[place].client()) }
    }

    /// Returns the things that a token depends on, as the endpoints read them.
    fn standing<'s>(&self, state: &'s State, token: &Issued) -> Standing<'s> {
        let names: Vec<TokenId> = token.lineage.exchanged().collect();
        let forgotten = if self.server == Server::ForgetsTheMiddle { names.len().saturating_sub(1) } else { 0 };
        let is_over = names.iter().skip(forgotten).any(|id| state.marks.contains(&id.to_string()));
        match token.lineage.root() {
            Root::Machine(_) => Standing::Machine { revoked: is_over },
            Root::Grant(..) => Standing::Grant((!is_over).then_some(&*state.grant)),
        }
    }

    /// The clients that a token depends on, as they are registered now.
    fn known(&self, state: &State, token: &Issued) -> Vec<Client> {
        let ids = token.facts.clients(self.standing(state, token));
        let all = (0..self.authenticated.len()).map(|place| {
            let client = self.client_at(state, place);
            let is_forgotten = self.server == Server::ForgetsTheActors && client.id != token.facts.client_id;
            if is_forgotten { Client { disabled: false, ..client } } else { client }
        });
        all.filter(|client| ids.contains(&client.id)).collect()
    }

    fn is_active(&self, state: &State, place: usize) -> bool {
        let token = &state.tokens[place];
        let clients = self.known(state, token);
        let clients: Vec<&Client> = clients.iter().collect();
        let caller = &self.authenticated[1];
        let question =
            Question { caller, issuer: "https://issuer.example", now: START, apis: &[], known: &Claims::NONE };
        introspect(&token.facts, self.standing(state, token), &clients, &question).active
    }

    /// Tells from the record of what ended, and never by the rules, if a token should be active.
    fn should_be_active(state: &State, place: usize) -> bool {
        let chain = state.chain(place);
        let is_over =
            |place: &usize| state.given_back.contains(place) || state.disabled.contains(&state.tokens[*place].holder);
        !state.grant_is_over && !chain.iter().any(is_over)
    }

    fn begin(&self, state: &State, subject: usize) -> UnderWay {
        let token = &state.tokens[subject];
        let holder = if token.holder == 1 { 2 } else { 1 };
        let exchange = Exchange {
            client: &self.authenticated[holder],
            apis: &self.apis,
            resources: &[],
            scope: None,
            key: None,
            now: START,
        };
        let clients = self.known(state, token);
        let clients: Vec<&Client> = clients.iter().collect();
        let standing = self.standing(state, token);
        let subject_token = SubjectToken { facts: &token.facts, standing, clients: &clients, known: &Claims::NONE };
        UnderWay { subject, holder, decided: access_token(&exchange, &subject_token).map(Arc::new) }
    }

    fn answer(&self, state: &mut State, UnderWay { subject, holder, decided }: UnderWay) {
        let token = match decided {
            Ok(token) => token,
            Err(refusal) => return state.told = Some(refusal),
        };
        let number = u8::try_from(state.tokens.len()).unwrap();
        let lineage = state.tokens[subject].lineage.next([number; 8]).unwrap();
        let lineage = match self.server {
            Server::ForgetsTheRoot => Lineage::of(Root::Machine([number; 16])).next([number; 8]).unwrap(),
            Server::Real | Server::ForgetsTheMiddle | Server::ForgetsTheActors => lineage,
        };
        let facts = TokenFacts {
            client_id: token.client_id.clone(),
            subject: token.subject.clone(),
            audience: token.audience.clone(),
            scope: token.scope.clone(),
            issued_at: token.issued_at,
            expires_at: token.expires_at,
            token_id: Some(TokenId::Exchanged(lineage)),
            generation: lineage.root().generation(),
            confirmation: None,
            actors: token.actors.clone(),
        };
        state.tokens.push(Issued { parent: Some(subject), holder, facts: Arc::new(facts), lineage });
    }

    fn give_back(state: &mut State, place: usize) {
        let token = state.tokens[place].clone();
        state.given_back.insert(place);
        if token.parent.is_some() {
            let name = TokenId::Exchanged(token.lineage).to_string();
            state.marks.insert(name);
        } else if let Some(grant) =
            revoke_access(state.grant.id, Generation::FIRST, &token.facts.client_id).after(Some(&state.grant))
        {
            state.grant = Arc::new(grant);
        }
    }
}

impl Model for Clients {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let (grant, facts, lineage) = first_token(&self.authenticated[0]);
        vec![State {
            grant: Arc::new(grant),
            tokens: vec![Issued { parent: None, holder: 0, facts: Arc::new(facts), lineage }],
            under_way: Vec::new(),
            marks: BTreeSet::new(),
            disabled: BTreeSet::new(),
            begun: 0,
            ended: 0,
            grant_is_over: false,
            given_back: BTreeSet::new(),
            told: None,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.begun < EXCHANGES && state.under_way.len() < AT_ONCE {
            let newest = state.tokens.len().saturating_sub(2)..state.tokens.len();
            actions.extend(newest.map(Action::Begin));
        }
        actions.extend((0..state.under_way.len()).map(Action::Answer));
        if state.ended < ENDS {
            let given_back = |place: &usize| state.given_back.contains(place);
            actions.extend((0..state.tokens.len()).filter(|place| !given_back(place)).map(Action::GiveBack));
            actions.extend((!state.grant_is_over).then_some(Action::RevokeGrant));
            let on = (0..self.authenticated.len()).filter(|place| !state.disabled.contains(place));
            actions.extend(on.map(Action::Disable));
        }
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = State { told: None, ..before.clone() };
        match action {
            Action::Begin(place) => {
                state.begun += 1;
                let under_way = self.begin(before, place);
                state.under_way.push(under_way);
            }
            Action::Answer(place) => {
                let under_way = state.under_way.remove(place);
                self.answer(&mut state, under_way);
            }
            Action::GiveBack(place) => {
                state.ended += 1;
                Self::give_back(&mut state, place);
            }
            Action::RevokeGrant => {
                state.ended += 1;
                state.grant_is_over = true;
                state.grant = Arc::new(revoke(state.grant.id).after(Some(&before.grant))?);
            }
            Action::Disable(place) => {
                state.ended += 1;
                state.disabled.insert(place);
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(
                "a token is active exactly while all that it came from stands",
                |clients: &Self, state: &State| {
                    let is_right = |place| clients.is_active(state, place) == Self::should_be_active(state, place);
                    (0..state.tokens.len()).all(is_right)
                },
            ),
            Property::always(
                "the actors are the clients of the chain, the last one first",
                |clients: &Self, state: &State| {
                    (0..state.tokens.len()).all(|place| {
                        let chain = state.chain(place);
                        let (_, exchanged) = chain.split_last().unwrap();
                        let ids = exchanged
                            .iter()
                            .map(|place| &clients.authenticated[state.tokens[*place].holder].client().id);
                        state.tokens[place].facts.actors.clients().iter().eq(ids)
                    })
                },
            ),
            Property::always("an exchange of a token that is over is refused", |clients: &Self, state: &State| {
                let is_over = |place: &usize| !Self::should_be_active(state, *place);
                (0..state.tokens.len()).filter(is_over).all(|place| clients.begin(state, place).decided.is_err())
            }),
            Property::sometimes("a token is given that is over already", |_, state: &State| {
                let last = state.tokens.len() - 1;
                last > 0 && !Self::should_be_active(state, last) && !state.given_back.contains(&last)
            }),
            Property::sometimes("an exchange is refused because the token is over", |_, state: &State| {
                state.told == Some(Refusal::SubjectTokenInactive)
            }),
            Property::sometimes("the fifth exchange is refused", |_, state: &State| {
                state.told == Some(Refusal::SubjectTokenTooDeep)
            }),
        ]
    }
}

#[test]
fn c223_c224_no_token_of_a_chain_outlives_what_it_came_from_in_any_order_of_exchanges_and_ends() {
    let checker = Clients::new(Server::Real).checker().spawn_bfs().join();
    checker.assert_properties();
    assert!(checker.unique_state_count() > 1_000, "{}", checker.unique_state_count());
}

#[test]
fn c224_a_server_that_forgets_a_part_of_the_chain_is_caught() {
    for server in [Server::ForgetsTheRoot, Server::ForgetsTheMiddle, Server::ForgetsTheActors] {
        let checker = Clients::new(server).checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
        let name = "a token is active exactly while all that it came from stands";
        assert!(checker.discovery(name).is_some(), "{server:?}");
    }
}
