"""What operators have ended since a time, as the audit trail tells it: a table that is brought back to that time has it again."""

import datetime
import shlex

import operate

# By kind of table, the commands that end something in it. The trail names what an update changed, and not whether it took away.
ENDS = {
    "registry": ("client disable", "client delete", "client rotate-secret", "client rotate-secret --retire-old", "client update",
                 "api update", "api delete", "issuer update", "issuer delete", "registration-token delete", "keys retire"),
    "people": ("user disable", "user delete", "user set-password", "user factors --remove", "user update", "user unlink",
               "user uninvite", "session end", "consent withdraw"),
    "keys": ("keys retire",),
}
# What the commands make was not there before: no copy has it. What they take back is not to be ended again.
MAKES = ("client create", "client import", "api create", "issuer create", "registration-token create", "user create", "user import",
         "user invite")
TAKES_BACK = {"client enable": "client disable", "user enable": "user disable"}
# The options that commands about people need and the trail does not have.
NEEDS = {"user set-password": " --password-stdin", "user unlink": " --issuer ... --subject ...", "user update": " ..."}
ON_THE_COPY = "best on the copy before it is in service, with these variables and without --stack or --env-file"
WORDS = {
    "registry": f"Operators have ended this since {{since}}, and {{table}} brings it back. Repeat these commands, {ON_THE_COPY}. A client "
                "whose secret was replaced needs the one that the command prints:",
    "people": f"Operators have ended this since {{since}}, and {{table}} brings it back. Do it again, {ON_THE_COPY}. The "
              "trail has the `sub` of people: `jeton user list` has their names, `jeton user show NAME` their links:",
    "keys": "Operators have withdrawn these keys since {since}. They stay dead, because the registry names them. If it was restored too, "
            f"repeat these commands, {ON_THE_COPY}:",
}
LATER = "Keys that were withdrawn since are dead as long as the table of keys is not restored too. Then withdraw them again:"
WAY_BACK = "If {table} was in service after that time, it has what was ended until then: give the time at which the stack left it with --since."
UNREAD = "The audit trail cannot be read ({error}): what operators have ended since {since} is not listed."


def tell(kind, table, stack, options):
    """Tells what was ended since the time to which `table` goes back, and how it is ended again."""
    outputs, since = operate.outputs_of(stack), options.since or restored_to(table)
    if since is None:
        since = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=int(operate.parameters_of(stack).get("AuditDays") or 400))
        operate.say(f"{table} does not say to which time it goes back, so all that the audit trail has is told. Give the time with --since.")
    try:
        found = ended(kind, records(outputs["AuditTableName"], since))
    except operate.ClientError as error:
        # The table is brought back all the same: the trail may be lost with it.
        return operate.say(UNREAD.format(error=error, since=written(since)))
    if not found:
        return operate.say(f"The audit trail tells of nothing that operators have ended in this table since {written(since)}.")
    later = [one for one in found if kind == "registry" and one["action"] == "keys retire"]
    now = [one for one in found if one not in later]
    if now:
        operate.say("\n".join([WORDS[kind].format(since=written(since), table=table), f"  {variables(kind, table, outputs)}", *map(line, now)]))
    if later:
        operate.say("\n".join([LATER, *map(line, later)]))
    if not options.since:
        operate.say(WAY_BACK.format(table=table))


def restored_to(table):
    """The time to which a restored table goes back, or nothing for another one."""
    return (operate.find_table(table) or {}).get("RestoreSummary", {}).get("RestoreDateTime")


def records(table, since):
    """The records since a time, oldest first: a partition has those of a day."""
    day, today = since.astimezone(datetime.UTC).date(), datetime.datetime.now(datetime.UTC).date()
    query = operate.client("dynamodb").get_paginator("query")
    while day <= today:
        pages = query.paginate(
            TableName=table, ConsistentRead=True, KeyConditionExpression="#day = :day AND id >= :since", ExpressionAttributeNames={"#day": "day"},
            ExpressionAttributeValues={":day": {"S": day.isoformat()}, ":since": {"S": f"{int(since.timestamp()) * 1000:015}"}})
        for page in pages:
            yield from (told(item) for item in page["Items"])
        day += datetime.timedelta(days=1)


def told(item):
    at = datetime.datetime.fromtimestamp(int(item["id"]["S"].partition("#")[0]) / 1000, datetime.UTC)
    attributes = [one["S"] for one in item.get("attributes", {}).get("L", [])]
    return {"at": at, "action": item["action"]["S"], "about": item["about"]["S"], "who": item["who"]["S"], "attributes": attributes}


def ended(kind, records):
    """The records of what ended, without what was made since or works again."""
    left, made = [], set()
    for record in records:
        action, about = record["action"], record["about"]
        if about in made:
            continue
        if action in MAKES:
            made.add(about)
        elif action in TAKES_BACK:
            left = [one for one in left if (one["action"], one["about"]) != (TAKES_BACK[action], about)]
        elif action == "user delete":
            # One deletion has two records: the user is disabled first.
            left = [*(one for one in left if (one["action"], one["about"]) != (action, about)), *([record] if kind == "people" else [])]
        # The record of the key that takes the place of a withdrawn one names its attributes.
        elif action in ENDS[kind] and not (action == "keys retire" and record["attributes"]):
            left.append(record)
    return left


def line(record):
    """A command that ends it again, or what to look at."""
    command, *hints = typed(record["action"], record["about"].partition(":")[2])
    if record["action"].endswith(" update"):
        hints.append(f"if it took something away: {', '.join(record['attributes'])}")
    hints.append(f"{written(record['at'])}, {record['who']}")
    return f"  jeton {command}    # {'; '.join(hints)}"


def typed(action, about):
    """The command, and which name or address it takes where the trail does not have that."""
    if action == "user uninvite":
        return f"{action} ADDRESS", f"ADDRESS of invitation {about}: `jeton user invitations`"
    if action == "consent withdraw":
        subject, _, client = about.partition(":")
        return f"{action} NAME --client={shlex.quote(client)}", f"NAME of {subject}"
    if action.startswith("user "):
        return f"{action} NAME{NEEDS.get(action, '')}", f"NAME of {about}"
    options = ["..."] if action.endswith(" update") else []
    # Behind `--` nothing is an option.
    words = [*options, "--", shlex.quote(about)] if about.startswith("-") else [shlex.quote(about), *options]
    return (" ".join([action, *words]),)


def variables(kind, table, outputs):
    """The variables with which commands work on the copy, while the stack works on what is in service."""
    tables = {name: outputs[f"{name.capitalize()}TableName"] for name in operate.KINDS} | {kind: table}
    # An env file would be read first.
    values = {"JETON_ENV_FILE": ""} | {f"JETON_TABLE_{name.upper()}": value for name, value in tables.items()}
    values |= {"JETON_KMS_KEY_ID": outputs["WrappingKeyArn"], "JETON_AUDIT_DAYS": outputs["AuditDays"]}
    return f"export {' '.join(f'{name}={value}' for name, value in values.items())}"


def written(time):
    return time.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
