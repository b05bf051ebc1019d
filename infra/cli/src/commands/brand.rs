//! The command `jeton brand`.

use edge::Error;
use serde_json::{Value, json};

use crate::args::{BrandCheck, BrandCommand};
use crate::brand::BrandFiles;
use crate::output;

/// The most characters of the parameter `Brand`, as the template says.
const PARAMETER: usize = 950;

pub(crate) fn run(command: BrandCommand) -> Result<(), Error> {
    match command {
        BrandCommand::Check(options) => check(&options),
    }
}

fn check(options: &BrandCheck) -> Result<(), Error> {
    let files = BrandFiles::read(&options.directory)?;
    if options.value {
        return output::write(&files.value);
    }
    output::print(options.json, &describe(files))
}

/// Describes a look, with its value if this fits into the parameter.
fn describe(BrandFiles { value, brand, logo_bytes }: BrandFiles) -> Value {
    let length = value.len();
    let parameter = (length <= PARAMETER).then_some(value);
    let deploy = match parameter {
        Some(_) => "give the value as the parameter Brand",
        None => "the value is too long for the parameter Brand: publish it in a layer, and give BrandLayerArn",
    };
    json!({
        "name": brand.name(),
        "logo_bytes": logo_bytes,
        "characters": length,
        "deploy": deploy,
        "value": parameter,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Template;

    #[test]
    fn the_parameter_has_as_many_characters_as_the_template_says() {
        assert_eq!(Template::read().unwrap().longest_value("Brand"), Some(PARAMETER));
    }

    #[test]
    fn a_value_that_the_parameter_does_not_take_goes_into_a_layer() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("brand.toml"), "name = \"Quince\"").unwrap();
        for (length, by) in [(PARAMETER, "as the parameter Brand"), (PARAMETER + 1, "BrandLayerArn")] {
            let files = BrandFiles::read(directory.path()).unwrap();
            let told = describe(BrandFiles { value: "a".repeat(length), ..files });
            assert_eq!(told["value"].is_string(), length == PARAMETER);
            assert!(told["deploy"].as_str().is_some_and(|text| text.ends_with(by)), "{told}");
        }
    }
}
