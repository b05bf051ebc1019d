//! Texts that the script fills in.

use crate::dev::explorer::facts::{Facts, readable};
use crate::dev::explorer::model::Parameter;

/// A text that the script fills in, and what it is before.
pub(crate) struct Text {
    pub(crate) template: String,
    pub(crate) shown: String,
}

impl Text {
    pub(crate) fn new(template: String) -> Self {
        Self { shown: readable(&template), template }
    }
}

/// A parameter, with its value if it has one.
pub(crate) struct ParameterView {
    pub(crate) of: &'static Parameter,
    pub(crate) value: Text,
}

impl ParameterView {
    pub(crate) fn new(of: &'static Parameter, facts: &Facts) -> Self {
        Self { of, value: Text::new(facts.fill(of.value)) }
    }
}
