//! The command `jeton brand`.

use edge::Error;
use serde_json::json;

use crate::args::{BrandCheck, BrandCommand};
use crate::brand::BrandFiles;
use crate::output;

/// The most characters of the parameter `Brand`, as the template says.
const PARAMETER: usize = 1000;

pub(crate) fn run(command: BrandCommand) -> Result<(), Error> {
    match command {
        BrandCommand::Check(options) => check(&options),
    }
}

fn check(options: &BrandCheck) -> Result<(), Error> {
    let BrandFiles { value, brand, logo_bytes } = BrandFiles::read(&options.directory)?;
    if options.value {
        return output::write(&value);
    }
    let length = value.len();
    let parameter = (length <= PARAMETER).then_some(value);
    let deploy = match parameter {
        Some(_) => "give the value as the parameter Brand",
        None => "the value is too long for the parameter Brand: publish it in a layer, and give BrandLayerArn",
    };
    output::print(
        options.json,
        &json!({
            "name": brand.name(),
            "logo_bytes": logo_bytes,
            "characters": length,
            "deploy": deploy,
            "value": parameter,
        }),
    )
}
