//! The parts of `infra/template.yaml` that a local stack needs: tables and routes.

use edge::{Error, Tables};
use serde_yaml_ng::Value;
use store::{IndexShape, TableShape};

const TEMPLATE: &str = include_str!("../../template.yaml");
const STACK: &str = "jeton";

/// A route from a path to a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// The path; a trailing `{name+}` matches anything.
    pub(crate) path: String,
    /// The function: `token` for `TokenFunction`.
    pub(crate) function: String,
}

/// The template, as far as it is parsed.
pub(crate) struct Template {
    root: Value,
}

/// Returns the name of a table in the stack `jeton`.
pub(crate) fn default_name(table: &str) -> String {
    format!("{STACK}-{table}")
}

impl Template {
    pub(crate) fn read() -> Result<Self, Error> {
        Self::parse(TEMPLATE)
    }

    fn parse(text: &str) -> Result<Self, Error> {
        Ok(Self { root: serde_yaml_ng::from_str(text)? })
    }

    /// Returns the tables, with the given names or those of the stack `jeton`.
    pub(crate) fn tables(&self, names: &Tables) -> Result<Vec<TableShape>, Error> {
        let audit = names.audit_name();
        let given = [
            (default_name("registry"), &names.registry),
            (default_name("grants"), &names.grants),
            (default_name("people"), &names.people),
            (default_name("keys"), &names.keys),
            (default_name("audit"), &audit),
        ];
        let with_its_name = |(_, properties)| {
            let mut shape = table(properties)?;
            let name = given.iter().find(|(usual, _)| *usual == shape.name).and_then(|(_, name)| (*name).clone());
            shape.name = name.unwrap_or(shape.name);
            Ok(shape)
        };
        self.resources("AWS::DynamoDB::Table").map(with_its_name).collect()
    }

    /// Returns the routes, each resolved from its path to its function.
    pub(crate) fn routes(&self) -> Result<Vec<Route>, Error> {
        self.resources("AWS::ApiGatewayV2::Route").map(|(id, properties)| self.route(id, properties)).collect()
    }

    fn route(&self, id: &str, properties: &Value) -> Result<Route, Error> {
        let fault = || format!("infra/template.yaml: the route {id} does not lead to a function");
        let key = text(properties, "RouteKey").ok_or_else(fault)?;
        let path = key.split_once(' ').map(|(_, path)| path.to_owned()).ok_or_else(fault)?;
        let target = text(properties, "Target").ok_or_else(fault)?;
        let (_, integration) = self
            .resources("AWS::ApiGatewayV2::Integration")
            .find(|(name, _)| target.contains(&format!("{{{name}}}")))
            .ok_or_else(fault)?;
        let uri = text(integration, "IntegrationUri").ok_or_else(fault)?;
        let (name, _) =
            self.resources("AWS::Serverless::Function").find(|(name, _)| uri.contains(name)).ok_or_else(fault)?;
        let function = name.strip_suffix("Function").ok_or_else(fault)?.to_lowercase();
        Ok(Route { path, function })
    }

    fn resources<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let resources = self.root.get("Resources").and_then(Value::as_mapping).into_iter().flatten();
        let of_kind = resources.filter(move |(_, resource)| text(resource, "Type").as_deref() == Some(kind));
        of_kind.filter_map(|(name, resource)| Some((name.as_str()?, resource.get("Properties")?)))
    }
}

fn table(properties: &Value) -> Result<TableShape, Error> {
    let fault = "infra/template.yaml: a table has no name or no partition key";
    let name = text(properties, "TableName").ok_or(fault)?.replace("${AWS::StackName}", STACK);
    let keys = properties.get("KeySchema").ok_or(fault)?;
    let ttl = properties.get("TimeToLiveSpecification").and_then(|ttl| text(ttl, "AttributeName"));
    let indexes = properties.get("GlobalSecondaryIndexes").and_then(Value::as_sequence).into_iter().flatten();
    let index = |index: &Value| {
        let partition_key = key_of(index.get("KeySchema")?, "HASH")?;
        Some(IndexShape { name: text(index, "IndexName")?, partition_key })
    };
    Ok(TableShape {
        name,
        partition_key: key_of(keys, "HASH").ok_or(fault)?,
        sort_key: key_of(keys, "RANGE"),
        ttl,
        indexes: indexes.map(index).collect::<Option<_>>().ok_or(fault)?,
        has_stream: properties.get("StreamSpecification").is_some(),
    })
}

fn key_of(schema: &Value, kind: &str) -> Option<String> {
    let mut keys = schema.as_sequence()?.iter();
    keys.find(|key| text(key, "KeyType").as_deref() == Some(kind)).and_then(|key| text(key, "AttributeName"))
}

/// Returns the text of a member, inside whatever intrinsic function is around it.
fn text(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Tagged(tagged) => tagged.value.as_str().map(str::to_owned),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Template {
        /// Returns the most characters that a parameter may have.
        pub(crate) fn longest_value(&self, parameter: &str) -> Option<usize> {
            let longest = self.root.get("Parameters")?.get(parameter)?.get("MaxLength")?.as_u64()?;
            usize::try_from(longest).ok()
        }
    }

    #[test]
    fn the_template_tells_the_tables() {
        let mut tables = Template::read().unwrap().tables(&Tables::default()).unwrap();
        tables.sort_by(|one, other| one.name.cmp(&other.name));
        let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["jeton-audit", "jeton-grants", "jeton-keys", "jeton-people", "jeton-registry"]);
        assert_eq!(tables[0].ttl.as_deref(), Some("expires_at"));
        assert_eq!(tables[0].sort_key.as_deref(), Some("id"));
        assert_eq!(tables[1].ttl.as_deref(), Some("expires_at"));
        let by = |key: &str| IndexShape { name: format!("by-{key}"), partition_key: key.to_owned() };
        assert_eq!(tables[1].indexes, [by("subject"), by("session")]);
        assert_eq!(tables.iter().map(|table| table.has_stream).collect::<Vec<_>>(), [false, false, false, true, false]);
        assert_eq!(tables[3].sort_key.as_deref(), Some("record"));
    }

    #[test]
    fn a_key_that_has_another_name_in_a_copy_has_it_in_the_table() {
        let shapes = |text: &str| Template::parse(text).unwrap().tables(&Tables::default()).unwrap();
        let copy = TEMPLATE.replace("AttributeName: record,", "AttributeName: kind,");
        for (ours, other) in shapes(TEMPLATE).into_iter().zip(shapes(&copy)) {
            if ours.name == "jeton-people" {
                assert_eq!(ours.sort_key.as_deref(), Some("record"));
                assert_eq!(other, TableShape { sort_key: Some("kind".to_owned()), ..ours });
            } else {
                assert_eq!(other, ours);
            }
        }
    }

    #[test]
    fn a_table_has_the_name_it_was_given() {
        let names = Tables { grants: Some("other".to_owned()), ..Tables::default() };
        let tables = Template::read().unwrap().tables(&names).unwrap();
        assert!(tables.iter().any(|table| table.name == "other" && table.ttl.is_some()));
        assert!(tables.iter().all(|table| table.name != "jeton-grants"));
    }

    #[test]
    fn c147_the_audit_table_stands_beside_the_registry_unless_it_is_named() {
        let audit = |registry: Option<&str>, audit: Option<&str>| {
            let owned = |name: Option<&str>| name.map(str::to_owned);
            let names = Tables { registry: owned(registry), audit: owned(audit), ..Tables::default() };
            let tables = Template::read().unwrap().tables(&names).unwrap();
            tables.into_iter().find(|table| table.partition_key == "day").unwrap().name
        };
        assert_eq!(audit(None, None), "jeton-audit");
        assert_eq!(audit(Some("prod-registry"), None), "prod-audit");
        assert_eq!(audit(Some("clients"), None), "jeton-audit");
        assert_eq!(audit(Some("prod-registry"), Some("trail")), "trail");
    }

    #[test]
    fn c167_c172_every_route_leads_all_methods_to_its_function() {
        // HEAD and preflights are answered by the functions, which know what each endpoint supports.
        let template = Template::read().unwrap();
        let keys: Vec<String> =
            template.resources("AWS::ApiGatewayV2::Route").map(|(_, route)| text(route, "RouteKey").unwrap()).collect();
        assert!(keys.len() > 8 && keys.iter().all(|key| key.starts_with("ANY /")), "{keys:?}");
    }

    #[test]
    fn the_template_tells_the_routes() {
        let routes = Template::read().unwrap().routes().unwrap();
        for (path, function) in
            [("/token", "token"), ("/authorize", "authorize"), ("/.well-known/{document+}", "metadata")]
        {
            let route = Route { path: path.to_owned(), function: function.to_owned() };
            assert!(routes.contains(&route), "{path}");
        }
    }
}
