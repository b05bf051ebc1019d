//! The rules of people: sign-in, session, consent. Pure.
