//! The members of a registration that this server does not support and must not ignore.

use crate::registration::members::{Members, MetadataError, RegistrationErrorCode};

/// Refuses members that must not be ignored silently: software statements, encryption, request objects.
pub(crate) fn refuse_unsupported(members: &Members) -> Result<(), MetadataError> {
    if members.has("software_statement") {
        let fault = MetadataError::of("software_statement", "this server accepts no software statements");
        return Err(fault.with(RegistrationErrorCode::UnapprovedSoftwareStatement));
    }
    let encrypted = members.names().any(|name| name.contains("_encrypted_response_"));
    if encrypted {
        return Err(MetadataError::of("encrypted_response", "answers are signed and never encrypted here"));
    }
    if members.names().any(|name| name.starts_with("request_object_encryption_")) {
        return Err(MetadataError::of(
            "request_object_encryption",
            "request objects are signed and never encrypted here",
        ));
    }
    Ok(())
}
