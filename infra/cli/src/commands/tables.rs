//! The command `jeton tables`.

use edge::Error;
use serde_json::json;

use crate::args::{TablesCommand, TablesCreate};
use crate::output::{print, print_dry_run};
use crate::stack::Stack;
use crate::template::Template;

pub(crate) async fn run(command: TablesCommand) -> Result<(), Error> {
    let TablesCommand::Create(TablesCreate { changing, common }) = command;
    let stack = Stack::find(&common).await?;
    let mut missing = Vec::new();
    for shape in Template::read()?.tables(&stack.tables)? {
        if !store::describe_table(&stack.dynamodb, &shape.name).await? {
            missing.push(shape);
        }
    }
    let document = json!({ "tables": missing.iter().map(|shape| &shape.name).collect::<Vec<_>>() });
    if changing.dry_run {
        return print_dry_run(common.json, document);
    }
    for shape in &missing {
        store::create_table(&stack.dynamodb, shape).await?;
    }
    print(common.json, &document)
}
