//! The command `jeton tables`.

use edge::Error;
use serde_json::json;

use crate::args::TablesCommand;
use crate::output::print;
use crate::stack::Stack;
use crate::template::Template;

pub(crate) async fn run(command: TablesCommand) -> Result<(), Error> {
    let TablesCommand::Create(common) = command;
    let stack = Stack::find(&common).await?;
    let mut tables = Vec::new();
    for shape in Template::read()?.tables(&stack.tables)? {
        store::create_table(&stack.dynamodb, &shape).await?;
        tables.push(shape.name);
    }
    print(common.json, &json!({ "tables": tables }))
}
