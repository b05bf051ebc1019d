//! Lineages: the token that a chain of exchanges began with, and the exchanges since.

use crate::terms::actors::Actors;
use crate::terms::ids::{Generation, GrantId, HiddenFooting, MalformedId};

/// The token that was not issued for another one. All tokens that were exchanged for it end with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Root {
    /// A service's own token, which is stored nowhere: its `jti`.
    Machine([u8; 16]),
    /// A token of a grant: the grant, the generation, and the items that a person's grant depends on.
    Grant(GrantId, Generation, Option<HiddenFooting>),
}

/// The root of a token, and 64 random bits for each exchange since.
///
/// An exchanged token is named by its lineage. So whoever introspects it knows at once, without any stored chain, what
/// else must not have ended: the grant, and each token between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lineage {
    root: Root,
    steps: [[u8; 8]; Actors::MAX],
    depth: u8,
}

/// The bits of the first byte that tell what the root is; the others are the number of exchanges.
const MACHINE: u8 = 0x10;
const GRANT: u8 = 0x20;
const PERSON: u8 = 0x30;
const SESSION: u8 = 0x40;

impl Root {
    /// The generation of the grant, if there is one.
    pub const fn generation(self) -> Option<Generation> {
        match self {
            Self::Machine(_) => None,
            Self::Grant(_, generation, _) => Some(generation),
        }
    }

    /// The grant, if there is one.
    pub const fn grant(self) -> Option<GrantId> {
        match self {
            Self::Machine(_) => None,
            Self::Grant(grant, ..) => Some(grant),
        }
    }
}

impl Lineage {
    /// The lineage of a token that was not exchanged.
    pub const fn of(root: Root) -> Self {
        Self { root, steps: [[0; 8]; Actors::MAX], depth: 0 }
    }

    /// The root of the token.
    pub const fn root(self) -> Root {
        self.root
    }

    /// The number of exchanges.
    pub const fn depth(self) -> usize {
        self.depth as usize
    }

    /// Returns the lineage of the token that is issued for this one, with 64 random bits; `None` after too many exchanges.
    #[must_use]
    pub fn next(mut self, random: [u8; 8]) -> Option<Self> {
        let depth = self.depth();
        *self.steps.get_mut(depth)? = random;
        self.depth = self.depth.saturating_add(1);
        Some(self)
    }

    /// The lineages of the exchanged tokens in it, from the first one to itself.
    pub(crate) fn exchanges(self) -> impl Iterator<Item = Self> {
        (1..=self.depth).map(move |depth| self.until(depth))
    }

    /// Returns the lineage of the ancestor after so many exchanges.
    fn until(self, depth: u8) -> Self {
        let taken = self.steps.iter().take(usize::from(depth));
        let mut steps = [[0; 8]; Actors::MAX];
        steps.iter_mut().zip(taken).for_each(|(step, taken)| *step = *taken);
        Self { root: self.root, steps, depth }
    }

    /// The bytes in a `jti`: their number is odd, and that of every other `jti` is even.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let (kind, root) = match self.root {
            Root::Machine(id) => (MACHINE, id.to_vec()),
            Root::Grant(grant, generation, footing) => {
                let footing = footing.map(HiddenFooting::to_bytes).unwrap_or_default();
                let kind = match footing.len() {
                    0 => GRANT,
                    16 => PERSON,
                    _ => SESSION,
                };
                (kind, [&grant.as_bytes()[..], &generation.number().to_be_bytes(), &footing].concat())
            }
        };
        let steps = self.steps.iter().take(self.depth()).flatten().copied();
        std::iter::once(kind | self.depth).chain(root).chain(steps).collect()
    }

    /// Reads the bytes of an exchanged token.
    ///
    /// # Errors
    /// [`MalformedId`] for anything else.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, MalformedId> {
        let (head, rest) = bytes.split_first().ok_or(MalformedId)?;
        let (root, rest) = read_root(head & 0xf0, rest).ok_or(MalformedId)?;
        let (steps, []) = rest.as_chunks::<8>() else { return Err(MalformedId) };
        if steps.is_empty() || steps.len() != usize::from(head & 0x0f) {
            return Err(MalformedId);
        }
        steps.iter().try_fold(Self::of(root), |lineage, step| lineage.next(*step)).ok_or(MalformedId)
    }
}

fn read_root(kind: u8, bytes: &[u8]) -> Option<(Root, &[u8])> {
    let (first, rest) = bytes.split_first_chunk::<16>()?;
    let footing = match kind {
        MACHINE => return Some((Root::Machine(*first), rest)),
        GRANT => 0,
        PERSON => 16,
        SESSION => 32,
        _ => return None,
    };
    let (generation, rest) = rest.split_first_chunk::<4>()?;
    let (hidden, rest) = rest.split_at_checked(footing)?;
    let hidden = if hidden.is_empty() { None } else { Some(HiddenFooting::from_bytes(hidden)?) };
    let generation = Generation::from_number(u32::from_be_bytes(*generation));
    Some((Root::Grant(GrantId::from_bytes(*first), generation, hidden), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use crate::terms::token_id::TokenId;

    fn roots() -> Vec<Root> {
        let of_grant = |footing| Root::Grant(fixtures::secret().id(), Generation::from_number(9), footing);
        let footings = [None, HiddenFooting::from_bytes(&[3; 16]), HiddenFooting::from_bytes(&[3; 32])];
        footings.map(of_grant).into_iter().chain([Root::Machine([1; 16])]).collect()
    }

    #[test]
    fn c223_a_lineage_is_read_back_at_any_depth_and_taken_for_no_other_id() {
        for root in roots() {
            let mut lineage = Lineage::of(root);
            assert_eq!(lineage.exchanged().count(), 0);
            for step in 1..=4_u8 {
                let parent = lineage;
                lineage = lineage.next([step; 8]).unwrap();
                let id = TokenId::Exchanged(lineage);
                assert_eq!((TokenId::parse(&id.to_string()), id.lineage().root()), (Ok(id), root));
                let names: Vec<TokenId> = lineage.exchanged().collect();
                assert_eq!(names.len(), lineage.depth());
                assert_eq!(names.last(), Some(&id));
                assert!(parent.exchanged().eq(names.into_iter().take(parent.depth())));
            }
            assert_eq!(lineage.next([5; 8]), None);
        }
    }

    #[test]
    fn bytes_that_are_no_lineage_are_refused() {
        let good = Lineage::of(Root::Machine([1; 16])).next([2; 8]).unwrap().to_bytes();
        assert!(Lineage::from_bytes(&good).is_ok());
        let head = |byte: u8| [&[byte], &good[1..]].concat();
        let rows = [
            Vec::new(),
            good[..24].to_vec(),
            good[..17].to_vec(),
            head(MACHINE),
            head(MACHINE | 2),
            head(GRANT | 1),
            head(0x51),
            [&[MACHINE | 5][..], &[0; 56]].concat(),
        ];
        for bytes in rows {
            assert_eq!(Lineage::from_bytes(&bytes), Err(MalformedId), "{bytes:?}");
        }
    }
}
