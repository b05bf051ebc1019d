//! Signing keys and what is signed: JWS, JWKS, key states, handles, key wrapping.
