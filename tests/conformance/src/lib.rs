//! Tests of Jeton's answers over HTTP, line by line of the checklist.
//!
//! The product is a black box here: `jeton dev` runs as a separate process, and the tests use only its endpoints and
//! its commands. The name of a test that covers a line of the checklist begins with the line's number, and the test
//! is in the file of its section. `COVERAGE.md` lists the state of each line.

#[cfg(test)]
mod assertions;
#[cfg(test)]
mod audience;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod audit_trail;
#[cfg(test)]
mod back_channel_logout;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod bad_requests_of_people;
#[cfg(test)]
mod consent_remembered;
#[cfg(test)]
mod consent_shown;
#[cfg(test)]
mod counted;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod coverage_lines;
#[cfg(test)]
mod coverage_openid;
#[cfg(test)]
mod forged;
#[cfg(test)]
mod handles;
#[cfg(test)]
mod https_in_front;
#[cfg(test)]
mod in_flight;
#[cfg(test)]
mod many_grants;
#[cfg(test)]
mod named_redirects;
#[cfg(test)]
mod names_again;
#[cfg(test)]
mod openid_implicit;
#[cfg(test)]
mod openid_plan;
#[cfg(test)]
mod openid_requests;
#[cfg(test)]
mod openid_tokens;
#[cfg(test)]
mod operator_races;
#[cfg(test)]
mod operators_clients;
#[cfg(test)]
mod operators_commands;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod people_races;
#[cfg(test)]
mod published;
#[cfg(test)]
mod races;
#[cfg(test)]
mod relying_party;
#[cfg(test)]
mod round_trips;
#[cfg(test)]
mod rounds;
#[cfg(test)]
mod section_a_authorization_request;
#[cfg(test)]
mod section_b_login_consent_pages;
#[cfg(test)]
mod section_c_authorization_code;
#[cfg(test)]
mod section_d_token_endpoint;
#[cfg(test)]
mod section_e_client_assertions;
#[cfg(test)]
mod section_e_client_authentication;
#[cfg(test)]
mod section_f_refresh_tokens;
#[cfg(test)]
mod section_g_tokens_and_keys;
#[cfg(test)]
mod section_h_pushed_requests;
#[cfg(test)]
mod section_i_introspection_and_revocation;
#[cfg(test)]
mod section_j_dynamic_registration;
#[cfg(test)]
mod section_j_metadata_and_registration;
#[cfg(test)]
mod section_k_others;
#[cfg(test)]
mod self_registered;
#[cfg(test)]
mod self_registered_pages;
#[cfg(test)]
mod session;
#[cfg(test)]
mod sign_out;
#[cfg(test)]
mod signed_out;
#[cfg(test)]
mod startup;
#[cfg(test)]
mod stored;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod throttled;
#[cfg(test)]
mod told;
#[cfg(test)]
mod upgrade;
#[cfg(test)]
mod who_registered;
#[cfg(test)]
mod world;
