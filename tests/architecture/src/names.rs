//! One name throughout: folder = package = binary = `XFunction` in the template = path.

use std::collections::BTreeSet;

use crate::repository;

/// The existing names, as plain data.
struct House {
    /// The names of the folders below `functions/`.
    folders: BTreeSet<String>,
    /// Package and binary, for each binary of a package in such a folder.
    binaries: Vec<(String, String)>,
    /// The template, as text.
    template: String,
}

fn faults(house: &House) -> Vec<String> {
    let mut faults: Vec<String> = house.folders.iter().flat_map(|folder| faults_of_folder(house, folder)).collect();
    for id in resources(&house.template) {
        let Some(name) = id.strip_suffix("Function") else { continue };
        if !house.folders.iter().any(|folder| camel_case(folder) == name) {
            faults.push(format!("infra/template.yaml: {id} has no folder below functions/; add one or remove {id}"));
        }
    }
    faults
}

fn faults_of_folder(house: &House, folder: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if !house.binaries.contains(&(folder.to_owned(), folder.to_owned())) {
        faults.push(format!("functions/{folder}/Cargo.toml: name the package and its binary {folder}"));
    }
    let function = format!("{}Function", camel_case(folder));
    let resource = resource(&house.template, &function);
    if !resource.contains("Type: AWS::Serverless::Function") {
        faults.push(format!(
            "infra/template.yaml: functions/{folder} has no {function}; add an AWS::Serverless::Function"
        ));
    } else if !resource.contains(&format!("{{Binary: {folder}}}")) {
        faults.push(format!(
            "infra/template.yaml: {function} does not build {folder}; write BuildProperties: {{Binary: {folder}}}"
        ));
    }
    let path = path(folder);
    let behind = functions_behind(&house.template, &path);
    match behind.as_slice() {
        [] if is_asked_otherwise(&house.template, &function) => {}
        [..] if is_asked_otherwise(&house.template, &function) => {
            let by = "a schedule or a stream";
            faults.push(format!("infra/template.yaml: {function} is asked by {by}; nobody may ask it at {path}"));
        }
        [] => faults.push(format!("infra/template.yaml: nothing is routed at {path}; add `RouteKey: ANY {path}`")),
        behind => faults.extend(behind.iter().filter(|id| **id != function).map(|id| {
            format!("infra/template.yaml: {path} leads to {id}; route it through an integration of {function}")
        })),
    }
    faults
}

/// Returns the path of a function: `/token` for `token`; the metadata documents have fixed paths (RFC 8615), and people
/// answer at `/device` what devices ask for at the path that RFC 8628 names.
fn path(folder: &str) -> String {
    match folder {
        "metadata" => "/.well-known/{document+}".into(),
        "device" => "/device_authorization".into(),
        other => format!("/{other}"),
    }
}

/// Converts a folder name: `RotateKeys` for `rotate-keys`.
fn camel_case(folder: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    folder.split('-').filter(|word| !word.is_empty()).map(capital).collect()
}

/// Finds the logical ids of the functions behind a path: Route, then Integration, then Function.
fn functions_behind(template: &str, path: &str) -> Vec<String> {
    let mut functions = Vec::new();
    for id in resources(template) {
        let route = resource(template, id);
        let key = between(&route, "RouteKey: ", "\n").and_then(|key| key.split(' ').nth(1));
        if key == Some(path) {
            let integration = between(&route, "integrations/${", "}").unwrap_or_default();
            let uri = resource(template, integration);
            functions.push(between(&uri, "IntegrationUri: !Ref ", ".Alias").unwrap_or("nothing").to_owned());
        }
    }
    functions
}

/// Returns whether a schedule or a stream invokes a function.
fn is_asked_otherwise(template: &str, function: &str) -> bool {
    let ways = [
        ("Type: AWS::Scheduler::Schedule\n", format!("Arn: !Ref {function}.Alias\n")),
        ("Type: AWS::Lambda::EventSourceMapping\n", format!("FunctionName: !Ref {function}.Alias\n")),
    ];
    resources(template)
        .map(|id| resource(template, id))
        .any(|resource| ways.iter().any(|(kind, asks)| resource.contains(kind) && resource.contains(asks)))
}

/// Returns the logical ids: the keys indented by two spaces below `Resources:`.
fn resources(template: &str) -> impl Iterator<Item = &str> {
    let below = template.lines().skip_while(|line| *line != "Resources:").skip(1);
    let resources = below.take_while(|line| line.is_empty() || line.starts_with(' '));
    resources.filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':')).filter(|id| !id.starts_with([' ', '#']))
}

/// Returns the lines of one resource, or an empty text.
fn resource(template: &str, id: &str) -> String {
    let head = format!("  {id}:");
    let below = template.lines().skip_while(|line| *line != "Resources:").skip_while(|line| **line != head).skip(1);
    let body = below.take_while(|line| line.is_empty() || line.starts_with("   "));
    body.flat_map(|line| [line, "\n"]).collect()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(inside, _)| inside)
}

#[test]
fn a_function_has_one_name_from_its_folder_to_its_path() {
    let paths = repository::paths();
    let folders = paths.iter().filter_map(|path| path.strip_prefix("functions/")?.split_once('/'));
    let folders: BTreeSet<String> = folders.map(|(folder, _)| folder.to_owned()).collect();
    let mut binaries = Vec::new();
    for package in repository::packages() {
        let in_functions = package.manifest_path.parent().and_then(|folder| folder.parent());
        if in_functions.is_some_and(|folder| folder.file_name() == Some("functions")) {
            let targets = package.targets.iter().filter(|target| target.is_bin());
            binaries.extend(targets.map(|target| (package.name.to_string(), target.name.clone())));
        }
    }
    assert!(folders.contains("token"), "no function folders were read");
    let template = repository::read("infra/template.yaml");
    repository::assert_none(&faults(&House { folders, binaries, template }));
}

#[cfg(test)]
mod tests {
    use super::{BTreeSet, House, camel_case, faults};

    const TEMPLATE: &str = "\
Outputs:
  OtherFunction:
Resources:
  TokenFunction:
    Type: AWS::Serverless::Function
    Metadata:
      BuildProperties: {Binary: token}

  # The machines' door.
  TokenRoute:
    Properties:
      RouteKey: ANY /token
      Target: !Sub integrations/${TokenIntegration}

  TokenIntegration:
    Properties:
      IntegrationUri: !Ref TokenFunction.Alias

Parameters:
  LastFunction:
";

    const SCHEDULE: &str = concat!(
        "  Clock:\n    Type: AWS::Scheduler::Schedule\n",
        "    Properties:\n      Target:\n        Arn: !Ref TokenFunction.Alias\n"
    );

    fn house() -> House {
        House {
            folders: BTreeSet::from(["token".into()]),
            binaries: vec![("token".into(), "token".into())],
            template: TEMPLATE.into(),
        }
    }

    #[test]
    fn names_that_agree_have_no_fault() {
        assert_eq!(faults(&house()), [""; 0]);
        assert_eq!(camel_case("rotate-keys"), "RotateKeys");
        let scheduled = TEMPLATE.replace("  TokenRoute:", &format!("{SCHEDULE}  OtherRoute:"));
        let unrouted = scheduled.replace("ANY /token", "ANY /other");
        assert_eq!(faults(&House { template: unrouted, ..house() }), [""; 0]);
    }

    #[test]
    fn one_wrong_name_is_one_fault() {
        type Spoil = fn(&mut House);
        let rows: [(Spoil, &str); 8] = [
            (|house| house.binaries[0].0 = "tokens".into(), "name the package"),
            (|house| house.binaries[0].1 = "bootstrap".into(), "name the package"),
            (|house| house.template = TEMPLATE.replace("Binary: token", "Binary: tokens"), "does not build"),
            (
                |house| house.template = TEMPLATE.replace("AWS::Serverless::Function", "AWS::Lambda::Alias"),
                "has no TokenFunction",
            ),
            (|house| house.template = TEMPLATE.replace("ANY /token", "ANY /oauth/token"), "nothing is routed"),
            (
                |house| house.template = TEMPLATE.replace("!Ref TokenFunction", "!Ref RevokeFunction"),
                "leads to RevokeFunction",
            ),
            (
                |house| house.template = TEMPLATE.replace("  TokenRoute:", "  RevokeFunction:\n  TokenRoute:"),
                "no folder",
            ),
            (
                |house| house.template = TEMPLATE.replace("  TokenRoute:", &format!("{SCHEDULE}  TokenRoute:")),
                "nobody may ask it",
            ),
        ];
        for (spoil, complaint) in rows {
            let mut house = house();
            spoil(&mut house);
            let faults = faults(&house);
            assert!(faults.len() == 1 && faults[0].contains(complaint), "{complaint}: {faults:?}");
        }
    }
}
