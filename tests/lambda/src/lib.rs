//! The real function binaries behind a Lambda Runtime API.
