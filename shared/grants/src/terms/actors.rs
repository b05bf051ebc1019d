//! Actors: the clients that act for the subject of an exchanged token (RFC 8693 §4.1).

use protocol::{Act, ClientId};

/// The clients that exchanged a token, one after the other. Only the last one, which holds the token, counts for access.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actors(Vec<ClientId>);

impl Actors {
    /// The most clients that act one for the other: a token that was exchanged so often cannot be exchanged again.
    pub const MAX: usize = 4;

    /// The clients, the last actor first.
    pub fn clients(&self) -> &[ClientId] {
        &self.0
    }

    /// Returns whether the token was issued without an exchange.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the actors of the token that `client` gets for one with these; `None` if there are too many.
    #[must_use]
    pub fn and_then(&self, client: &ClientId) -> Option<Self> {
        let clients: Vec<ClientId> = std::iter::once(client).chain(&self.0).cloned().collect();
        (clients.len() <= Self::MAX).then_some(Self(clients))
    }

    /// The `act` claim; `None` if nobody acts.
    pub fn to_act(&self) -> Option<Act> {
        let nest = |inner: Option<Act>, client: &ClientId| {
            Some(Act { sub: client.as_str().to_owned(), act: inner.map(Box::new) })
        };
        self.0.iter().rev().fold(None, nest)
    }

    /// Reads the `act` claim of a token of this server; `None` for one that was not written here.
    pub fn of_act(act: Option<&Act>) -> Option<Self> {
        let mut clients = Vec::new();
        let mut next = act;
        while let Some(Act { sub, act }) = next {
            clients.push(ClientId::parse(sub).ok()?);
            next = act.as_deref();
        }
        (clients.len() <= Self::MAX).then_some(Self(clients))
    }

    /// Reads a list of clients, the last actor first; `None` if there are too many.
    pub fn of_clients(clients: Vec<ClientId>) -> Option<Self> {
        (clients.len() <= Self::MAX).then_some(Self(clients))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c223_the_former_actor_stands_inside_the_next_one_and_there_is_an_end_to_it() {
        let names = ["a", "b", "c", "d"].map(|name| ClientId::parse(name).unwrap());
        let mut actors = Actors::default();
        assert_eq!((actors.is_empty(), actors.to_act()), (true, None));
        for (number, name) in names.iter().enumerate() {
            actors = actors.and_then(name).unwrap();
            assert_eq!((actors.clients().len(), &actors.clients()[0]), (number + 1, name));
            assert_eq!(Actors::of_act(actors.to_act().as_ref()), Some(actors.clone()));
            assert_eq!(Actors::of_clients(actors.clients().to_vec()), Some(actors.clone()));
        }
        let outermost = actors.to_act().unwrap();
        assert_eq!((outermost.sub.as_str(), outermost.act.unwrap().sub.as_str()), ("d", "c"));
        assert_eq!(actors.and_then(&names[0]), None);
        let deeper = Act { sub: "e".to_owned(), act: actors.to_act().map(Box::new) };
        assert_eq!(Actors::of_act(Some(&deeper)), None);
        assert_eq!(Actors::of_act(Some(&Act { sub: "\n".to_owned(), act: None })), None);
    }
}
