//! Separate tables for each test.

use edge::Config;
use harness::{Cli, EmbeddedDynamo, EnvFile, amazon_dynamo};
use service::Stores;
use store::AuditTable;

/// A stack without functions: five tables that no other test uses.
pub(crate) struct Place {
    pub(crate) stores: Stores,
    /// The name of the implementation behind the tables.
    pub(crate) implementation: &'static str,
    variables: Vec<(&'static str, String)>,
}

const ENDPOINT: &str = "AWS_ENDPOINT_URL_DYNAMODB";

impl Place {
    /// Returns the address of the store.
    pub(crate) fn endpoint(&self) -> &str {
        self.variables.iter().find(|(name, _)| *name == ENDPOINT).map(|(_, endpoint)| endpoint).unwrap()
    }

    /// Returns a number attribute of the only grant, as stored in the table.
    pub(crate) async fn number_of_the_grant(&self, attribute: &str) -> u64 {
        let config = config(&self.variables);
        let table = config.tables.grants.clone().unwrap();
        let found = store::connect(&config.connection, edge::random_name::<12>())
            .scan()
            .table_name(table)
            .send()
            .await
            .unwrap();
        let [item] = found.items() else { panic!("not one grant: {found:?}") };
        item.get(attribute).unwrap().as_n().unwrap().parse().unwrap()
    }

    /// Returns a number attribute of an item of the registry.
    pub(crate) async fn number_of_the_registry(&self, id: &str, attribute: &str) -> u64 {
        let config = config(&self.variables);
        let table = config.tables.registry.clone().unwrap();
        let dynamodb = store::connect(&config.connection, edge::random_name::<12>());
        let found = dynamodb.scan().table_name(table).send().await.unwrap();
        let item = found.items().iter().find(|item| item["id"].as_s().is_ok_and(|found| found == id)).unwrap();
        item[attribute].as_n().unwrap().parse().unwrap()
    }

    /// Removes an attribute from every item of the people table, as if an earlier version had written them.
    pub(crate) async fn without_attribute_of_people(&self, attribute: &str) {
        let config = config(&self.variables);
        let (table, dynamodb) =
            (config.tables.people.clone().unwrap(), store::connect(&config.connection, edge::random_name::<12>()));
        let found = dynamodb.scan().table_name(&table).send().await.unwrap();
        for item in found.items() {
            let call = dynamodb.update_item().table_name(&table).key("person", item["person"].clone());
            let call = call.key("record", item["record"].clone()).update_expression("REMOVE #taken");
            call.expression_attribute_names("#taken", attribute).send().await.unwrap();
        }
    }

    /// Removes the aliases, as if an earlier version had written the people table.
    pub(crate) async fn without_aliases(&self) {
        let config = config(&self.variables);
        let (table, dynamodb) =
            (config.tables.people.clone().unwrap(), store::connect(&config.connection, edge::random_name::<12>()));
        let found = dynamodb.scan().table_name(&table).send().await.unwrap();
        for item in found.items().iter().filter(|item| item.contains_key("leads_to")) {
            let call = dynamodb.delete_item().table_name(&table).key("person", item["person"].clone());
            call.key("record", item["record"].clone()).send().await.unwrap();
        }
    }

    /// Opens the audit table.
    pub(crate) fn audit(&self) -> AuditTable {
        let config = config(&self.variables);
        AuditTable::new(
            store::connect(&config.connection, edge::random_name::<12>()),
            config.tables.audit.clone().unwrap(),
            3600,
        )
    }

    /// Opens the same tables through another endpoint.
    pub(crate) fn by_way_of(&self, endpoint: &str) -> Stores {
        let mut variables = self.variables.clone();
        variables.retain(|(name, _)| *name != ENDPOINT);
        variables.push((ENDPOINT, endpoint.to_owned()));
        stores(&variables)
    }
}

fn config(variables: &[(&'static str, String)]) -> Config {
    Config::read(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())).unwrap()
}

fn stores(variables: &[(&'static str, String)]) -> Stores {
    Stores::connect(&config(variables))
}

pub(crate) async fn embedded() -> (EmbeddedDynamo, Place) {
    let running = EmbeddedDynamo::start();
    let place = at(&running.endpoint(), "embedded").await;
    (running, place)
}

pub(crate) async fn amazon() -> Place {
    at(&amazon_dynamo(), "Amazon's DynamoDB Local").await
}

/// Creates the tables with `jeton tables create`, from the template.
async fn at(endpoint: &str, implementation: &'static str) -> Place {
    let own = edge::random_name::<6>();
    let table = |name: &str| format!("contract-{own}-{name}");
    let variables = vec![
        ("JETON_ISSUER", "https://issuer.example".to_owned()),
        ("JETON_TABLE_REGISTRY", table("registry")),
        ("JETON_TABLE_GRANTS", table("grants")),
        ("JETON_TABLE_PEOPLE", table("people")),
        ("JETON_TABLE_KEYS", table("keys")),
        ("JETON_TABLE_AUDIT", table("audit")),
        (ENDPOINT, endpoint.to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
    ];
    let path = std::env::temp_dir().join(format!("jeton-contract-{own}.env"));
    let lines: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    std::fs::write(&path, lines.concat()).unwrap();
    let made = path.clone();
    tokio::task::spawn_blocking(move || Cli::new(EnvFile::at(made)).run(&["tables", "create"])).await.unwrap();
    std::fs::remove_file(path).unwrap();
    Place { stores: stores(&variables), implementation, variables }
}
