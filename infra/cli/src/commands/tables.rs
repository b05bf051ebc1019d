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
    let mut tables = Vec::new();
    if changing.dry_run {
        for shape in Template::read()?.tables(&stack.tables)? {
            if !store::describe_table(&stack.dynamodb, &shape.name).await? {
                tables.push(shape.name);
            }
        }
        return print_dry_run(common.json, json!({ "tables": tables }));
    }
    for shape in Template::read()?.tables(&stack.tables)? {
        store::create_table(&stack.dynamodb, &shape).await?;
        tables.push(shape.name);
    }
    print(common.json, &json!({ "tables": tables }))
}
