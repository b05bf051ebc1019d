//! The deployment, read from `infra/template.yaml`: functions, their settings, and the routes that lead to them.

use std::collections::BTreeMap;

use serde_yaml_ng::Value;

/// The reasons why a template cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The text is not valid YAML.
    #[error("the template is not YAML: {0}")]
    Yaml(#[from] serde_yaml_ng::Error),
    /// Something is missing or not where it should be.
    #[error("the template says nothing about {0}")]
    Missing(String),
}

/// A function of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionTemplate {
    /// The name of the binary, which also names the function here.
    pub binary: String,
    /// The memory size in MiB.
    pub memory: u32,
    /// The time limit of an invocation, in seconds.
    pub timeout: u64,
    /// The names of the function's environment variables.
    pub variables: Vec<String>,
}

/// A route from a path to a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The route key as the template writes it: `ANY /authorize/{step+}`.
    pub key: String,
    /// The binary of the function behind the route.
    pub binary: String,
}

/// The part of the template that handles requests.
#[derive(Clone, Debug)]
pub struct Template {
    /// All functions that have a route.
    pub functions: Vec<FunctionTemplate>,
    /// All routes of the template.
    pub routes: Vec<Route>,
}

impl Template {
    /// Reads `infra/template.yaml`, as it was when this was built.
    ///
    /// # Errors
    /// Those of [`Template::parse`].
    pub fn of_the_product() -> Result<Self, TemplateError> {
        Self::parse(include_str!("../../../infra/template.yaml"))
    }

    /// Reads a template.
    ///
    /// # Errors
    /// [`TemplateError`] when a route does not lead to a function, or a function does not name its binary.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let template: Value = serde_yaml_ng::from_str(text)?;
        let (mut functions, mut routes): (Vec<FunctionTemplate>, Vec<Route>) = (Vec::new(), Vec::new());
        let resources = map(&template, &["Resources"]).ok_or_else(|| TemplateError::Missing("Resources".into()))?;
        for (id, resource) in resources {
            if string(resource, &["Type"]) == Some("AWS::ApiGatewayV2::Route") {
                let id = id.as_str().unwrap_or_default();
                let missing = || TemplateError::Missing(format!("the function behind {id}"));
                let key = string(resource, &["Properties", "RouteKey"]).ok_or_else(missing)?;
                let function = function_behind(&template, resource).ok_or_else(missing)?;
                let function = read_function(&template, function)?;
                routes.push(Route { key: key.to_owned(), binary: function.binary.clone() });
                if !functions.contains(&function) {
                    functions.push(function);
                }
            }
        }
        Ok(Self { functions, routes })
    }

    /// Finds the most specific route for a path, as in the cloud, and the value of its variable.
    pub fn route(&self, path: &str) -> Option<(&Route, BTreeMap<String, String>)> {
        let found = self.routes.iter().filter_map(|route| Some((route, route.matches(path)?)));
        found.max_by_key(|(route, variables)| (variables.is_empty(), route.key.len()))
    }
}

impl Route {
    /// Returns the value of the greedy variable at the end of the route, if there is one and the route leads to
    /// `path`.
    fn matches(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let (_method, pattern) = self.key.split_once(' ')?;
        let Some((fixed, variable)) = pattern.strip_suffix("+}").and_then(|greedy| greedy.split_once('{')) else {
            return (path == pattern).then(BTreeMap::new);
        };
        let rest = path.strip_prefix(fixed).filter(|rest| !rest.is_empty())?;
        Some(BTreeMap::from([(variable.to_owned(), rest.to_owned())]))
    }
}

/// Follows route, integration and function, each by its logical id.
fn function_behind<'t>(template: &'t Value, route: &Value) -> Option<&'t Value> {
    let target = string(route, &["Properties", "Target"])?;
    let integration = target.strip_prefix("integrations/${")?.strip_suffix('}')?;
    let uri = string(template, &["Resources", integration, "Properties", "IntegrationUri"])?;
    at(template, &["Resources", uri.strip_suffix(".Alias")?])
}

fn read_function(template: &Value, function: &Value) -> Result<FunctionTemplate, TemplateError> {
    let global = at(template, &["Globals", "Function"]).unwrap_or(&Value::Null);
    let own = at(function, &["Properties"]).unwrap_or(&Value::Null);
    let missing = |what: &str| TemplateError::Missing(format!("the {what} of a function"));
    let number = |name: &str| {
        let told = at(own, &[name]).or_else(|| at(global, &[name])).ok_or_else(|| missing(name))?;
        let parameter = told.as_str().and_then(|parameter| at(template, &["Parameters", parameter, "Default"]));
        parameter.unwrap_or(told).as_u64().ok_or_else(|| missing(name))
    };
    let variables = [global, own].into_iter().filter_map(|from| map(from, &["Environment", "Variables"])).flatten();
    Ok(FunctionTemplate {
        binary: string(function, &["Metadata", "BuildProperties", "Binary"])
            .ok_or_else(|| missing("Binary"))?
            .to_owned(),
        memory: u32::try_from(number("MemorySize")?).map_err(|_| missing("MemorySize"))?,
        timeout: number("Timeout")?,
        variables: variables.filter_map(|(name, _)| name.as_str().map(str::to_owned)).collect(),
    })
}

/// Returns the value at a path of keys, resolving `!Sub` and `!GetAtt`.
fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| untagged(value).get(key)).map(untagged)
}

fn untagged(value: &Value) -> &Value {
    if let Value::Tagged(tagged) = value { &tagged.value } else { value }
}

fn string<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    at(value, path)?.as_str()
}

fn map<'v>(value: &'v Value, path: &[&str]) -> Option<&'v serde_yaml_ng::Mapping> {
    at(value, path)?.as_mapping()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn template() -> Template {
        Template::of_the_product().unwrap()
    }

    #[test]
    fn every_path_leads_to_its_function() {
        for (path, binary, key) in [
            ("/authorize", "authorize", "ANY /authorize"),
            ("/authorize/sign-in", "authorize", "ANY /authorize/{step+}"),
            ("/token", "token", "ANY /token"),
            ("/introspect", "introspect", "ANY /introspect"),
            ("/par", "par", "ANY /par"),
            ("/device_authorization", "device", "ANY /device_authorization"),
            ("/device", "authorize", "ANY /device"),
            ("/device/consent", "authorize", "ANY /device/{step+}"),
            ("/revoke", "revoke", "ANY /revoke"),
            ("/userinfo", "userinfo", "ANY /userinfo"),
            ("/account", "account", "ANY /account"),
            ("/account/password", "account", "ANY /account/{step+}"),
            ("/logout", "logout", "ANY /logout"),
            ("/logout/confirm", "logout", "ANY /logout/{step+}"),
            ("/register", "register", "ANY /register"),
            ("/register/dyn_a", "register", "ANY /register/{client+}"),
            ("/.well-known/openid-configuration", "metadata", "ANY /.well-known/{document+}"),
        ] {
            let template = template();
            let (route, _) = template.route(path).unwrap();
            assert_eq!((route.binary.as_str(), route.key.as_str()), (binary, key));
        }
        for path in ["/", "/tokens", "/token/", "/authorize/", "/.well-known"] {
            assert!(template().route(path).is_none(), "{path}");
        }
    }

    #[test]
    fn the_more_specific_route_wins() {
        let route = |key: &str| Route { key: key.into(), binary: key.into() };
        let routes = ["ANY /{all+}", "ANY /a/{rest+}", "ANY /a/b"].map(route).to_vec();
        let template = Template { functions: Vec::new(), routes };
        for (path, key) in [("/a/b", "ANY /a/b"), ("/a/c/d", "ANY /a/{rest+}"), ("/b", "ANY /{all+}")] {
            assert_eq!(template.route(path).unwrap().0.key, key);
        }
        let (_, variables) = template.route("/a/c/d").unwrap();
        assert_eq!(variables["rest"], "c/d");
    }

    #[test]
    fn a_function_is_told_what_the_template_tells_it_and_no_more() {
        let functions = template().functions;
        let binaries: BTreeSet<&str> = functions.iter().map(|function| function.binary.as_str()).collect();
        assert_eq!(functions.len(), binaries.len(), "a function behind several routes is listed once");
        let metadata = functions.iter().find(|function| function.binary == "metadata").unwrap();
        let usual = ["JETON_ISSUER", "JETON_TABLE_KEYS"];
        let offered = ["JETON_OPENID", "JETON_ALLOW_IMPLICIT_GRANT", "JETON_ALLOW_PASSWORD_GRANT", "JETON_BRAND"];
        let of_the_way = ["JETON_EDGE_PROOF", "JETON_EDGE_REQUIRED", "JETON_HSTS_INCLUDE_SUBDOMAINS"];
        let of_strangers = [
            "JETON_TABLE_REGISTRY",
            "JETON_REQUIRE_PAR",
            "JETON_REQUEST_URI",
            "JETON_REGISTRATION",
            "JETON_CLIENT_ID_DOCUMENTS",
            "JETON_CLIENT_ID_DOCUMENT_HOSTS",
            "JETON_METADATA_APIS",
        ];
        assert_eq!(metadata.variables, [&usual, &offered[..], &of_strangers, &of_the_way].concat());
        let authorize = functions.iter().find(|function| function.binary == "authorize").unwrap();
        assert!(authorize.variables.contains(&"JETON_TABLE_PEOPLE".into()));
        assert_eq!((authorize.memory, metadata.memory, authorize.timeout), (1024, 512, 10));
    }

    #[test]
    fn c022_the_gateway_adds_no_cors_and_the_legacy_grants_are_off() {
        let template: Value = serde_yaml_ng::from_str(include_str!("../../../infra/template.yaml")).unwrap();
        let api = map(&template, &["Resources", "Api", "Properties"]).unwrap();
        assert!(api.keys().all(|key| key.as_str() != Some("CorsConfiguration")), "{api:?}");
        for parameter in ["AllowImplicitGrant", "AllowPasswordGrant"] {
            assert_eq!(string(&template, &["Parameters", parameter, "Default"]), Some("false"));
        }
    }

    #[test]
    fn a_route_to_nowhere_is_refused() {
        let text = "Resources:\n  TokenRoute:\n    Type: AWS::ApiGatewayV2::Route\n    Properties: {RouteKey: ANY /t}";
        let error = Template::parse(text).unwrap_err();
        assert!(error.to_string().contains("TokenRoute"), "{error}");
    }
}
