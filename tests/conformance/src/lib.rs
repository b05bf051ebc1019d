//! What Jeton answers over HTTP, line by line.
