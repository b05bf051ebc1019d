//! The command line (C244): dry runs, questions, lists, errors and completion.

use std::io::Read;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Duration;

use harness::{Cli, free_port, jeton, run_bounded};
use serde_json::{Value, json};

use crate::support::rounds::{PASSWORD, streamless};
use crate::support::session::assert_fails;
use crate::support::world::{CALLBACK, ORDERS};

const API: &str = "https://dry.example";

/// Returns everything that the commands list, and the audit trail.
fn everything(cli: &Cli) -> Vec<Value> {
    ["api", "issuer", "client", "registration-token", "user", "session", "grant", "consent", "keys", "audit"]
        .map(|area| cli.run(&[area, "list"]))
        .into()
}

fn lacks_yes(cli: &Cli, command: &[&str]) {
    let finished = cli.finish_as_given(command, "y\n");
    assert_eq!(finished.status.code(), Some(2), "{command:?}: {finished:?}");
    assert!(finished.stderr.contains("--yes"), "{finished:?}");
}

/// Registers an API, an app and the user `ana`, and returns the id of the app.
fn registered(cli: &Cli) -> String {
    cli.create_api(API, "read write", &[]);
    let app = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", API];
    let client = cli.create_client("Dry", &app).id;
    cli.create_user("ana", PASSWORD);
    let url = "https://a.tokens.sts.global.api.aws";
    cli.run(&["issuer", "create", "aws", "--preset", "aws", "--for", "client-auth", "--url", url]);
    client
}

#[test]
fn c244_a_dry_run_of_each_command_changes_nothing() {
    let world = harness::Stack::start();
    let cli = world.cli();
    let client = registered(&cli);
    let token = cli.run(&["registration-token", "create"])["name"].as_str().expect("a name").to_owned();
    let commands: [&[&str]; 20] = [
        &["issuer", "create", "new", "--preset", "github", "--for", "client-auth"],
        &["issuer", "update", "aws", "--jwks-uri", "https://keys.example/aws"],
        &["issuer", "delete", "aws"],
        &["api", "create", "--identifier", "urn:new", "--scope", "x", "--alg", "ES256"],
        &["api", "update", API, "--scope", "read", "--alg", "PS256"],
        &["api", "delete", API],
        &["client", "create", "--name", "New", "--grant", "client_credentials", "--api", API],
        &["client", "update", &client, "--add-redirect-uri", "https://app.example/new"],
        &["client", "disable", &client],
        &["client", "rotate-secret", &client, "--retire-old"],
        &["client", "delete", &client],
        &["registration-token", "create", "--uses", "3"],
        &["registration-token", "delete", &token],
        &["user", "create", "new", "--password-stdin"],
        &["user", "update", "ana", "--role", "admin"],
        &["user", "disable", "ana"],
        &["user", "set-password", "ana", "--password-stdin"],
        &["user", "rename", "ana", "--to", "bea"],
        &["user", "delete", "ana"],
        &["keys", "rotate", "--now"],
    ];
    let before = everything(&cli);
    for command in commands {
        let args = [command, &["--dry-run", "--json"]].concat();
        let finished = cli.finish_as_given(&args, &format!("{PASSWORD} and more\n"));
        assert!(finished.status.success(), "{command:?}: {finished:?}");
        let told: Value = serde_json::from_str(&finished.stdout).expect("a document");
        assert_eq!(told["dry_run"], true, "{command:?}: {told}");
        assert!(told.get("client_secret").is_none() && told.get("registration_token").is_none(), "{told}");
        assert_eq!(everything(&cli), before, "{command:?}");
    }
    assert_dry_runs_of_ends_and_tables(&cli, &client);
}

fn assert_dry_runs_of_ends_and_tables(cli: &Cli, client: &str) {
    for more in [&["session", "end", "--username", "ana"][..], &["grant", "revoke", "--client", client]] {
        assert_eq!(cli.run(&[more, &["--dry-run"]].concat())["dry_run"], true);
    }
    for more in [&["--dry-run"][..], &[]] {
        assert_eq!(cli.run(&[&["tables", "create"], more].concat())["tables"], json!([]), "all of them are there");
    }
}

#[test]
fn c244_a_dry_run_refuses_what_the_command_would_refuse() {
    let world = harness::Stack::start();
    let cli = world.cli();
    let client = registered(&cli);
    let refused: [(&[&str], &str); 4] = [
        (&["api", "create", "--identifier", API, "--scope", "x"], "registered already"),
        (&["client", "update", &client, "--redirect-uri", ""], "redirect URI"),
        (&["user", "create", "ana", "--password-stdin"], "registered already"),
        (&["user", "delete", "nobody"], "no user"),
    ];
    for (command, word) in refused {
        assert_fails(&cli.finish(&[command, &["--dry-run"]].concat(), PASSWORD), word);
    }
}

#[test]
fn c244_a_dry_run_tells_what_would_change() {
    let cli = streamless().stack.cli();
    let app = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];
    let client = cli.create_client("Told", &app).id;
    let told = cli.run(&["client", "update", &client, "--name", "New", "--scope", "read", "--dry-run"]);
    let changes = json!({"name": {"before": "Told", "after": "New"}, "scope": {"before": null, "after": "read"}});
    assert_eq!((&told["changes"], &told["name"]), (&changes, &json!("New")));
    let read = cli.finish(&["client", "update", &client, "--name", "New", "--dry-run"], "").stdout;
    assert_eq!(read, "dry_run  true\nname     Told -> New\n");
    for (more, [before, after]) in [(&[][..], [1, 2]), (&["--retire-old"], [2, 1])] {
        let rotate = [&["client", "rotate-secret", &client], more].concat();
        let told = cli.run(&[&rotate[..], &["--dry-run"]].concat());
        assert_eq!(told["changes"], json!({"live_secrets": {"before": before, "after": after}}), "{more:?}");
        assert_eq!(cli.run(&rotate)["live_secrets"], after);
    }
    let short = cli.finish(&["user", "set-password", "ana", "--password-stdin", "--dry-run"], "shortpw8\n");
    assert!(short.stderr.contains("could not choose this password"), "{short:?}");
}

#[test]
fn c244_a_destructive_command_is_refused_without_yes_and_a_terminal() {
    let cli = streamless().stack.cli();
    let more = ["--grant", "client_credentials", "--api", ORDERS];
    let client = cli.create_client("Kept", &more).id;
    cli.create_user("c244kept", PASSWORD);
    cli.create_api("https://kept.example", "keep", &[]);
    let token = cli.run(&["registration-token", "create"])["name"].as_str().expect("a name").to_owned();
    let commands: [&[&str]; 8] = [
        &["api", "delete", "https://kept.example"],
        &["client", "delete", &client],
        &["client", "rotate-secret", &client, "--retire-old"],
        &["registration-token", "delete", &token],
        &["user", "delete", "c244kept"],
        &["session", "end", "--username", "c244kept"],
        &["grant", "revoke", "--client", &client],
        &["keys", "rotate", "--now"],
    ];
    for command in commands {
        lacks_yes(&cli, command);
    }
    for (area, name) in [("api", "https://kept.example"), ("client", &*client), ("user", "c244kept")] {
        cli.run(&[area, "show", name]);
        assert_eq!(cli.run(&[area, "delete", name, "--yes"])["deleted"], true);
    }
}

/// Runs a command on a terminal of its own, where a person types the answer.
fn on_a_terminal(command: &[&str], env: &[(&str, &str)], answer: &str) -> (bool, String) {
    let words: Vec<String> = command.iter().map(|word| format!("'{word}'")).collect();
    let line = format!("{} {}", jeton().display(), words.join(" "));
    let script = ["--quiet", "--return", "--command", &line, "/dev/null"];
    let finished = run_bounded("/usr/bin/script".as_ref(), &script, env, answer, 30);
    (finished.status.success(), finished.stdout)
}

#[test]
fn c244_a_destructive_command_asks_on_a_terminal() {
    let stack = &streamless().stack;
    let env_file = stack.env_file().path().display().to_string();
    stack.cli().create_user("c244asked", PASSWORD);
    let command = ["user", "delete", "c244asked", "--env-file", &env_file];
    let (done, told) = on_a_terminal(&command, &[], "n\n");
    assert!(!done && told.contains("deletes the user c244asked") && told.contains("nothing was done"), "{told}");
    stack.cli().run(&["user", "show", "c244asked"]);
    let (done, told) = on_a_terminal(&command, &[], "yes\n");
    assert!(done, "{told}");
    assert_fails(&stack.cli().finish(&["user", "show", "c244asked"], ""), "no user");
}

/// A server that takes a request, gives no answer for four seconds, and is gone then.
fn without_an_answer() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        let (mut asked, _) = listener.accept().expect("a request");
        drop(listener);
        asked.set_read_timeout(Some(Duration::from_secs(4))).expect("a limit");
        drop(asked.read_to_end(&mut Vec::new()));
    });
    endpoint
}

#[test]
fn c244_a_command_that_takes_long_shows_on_a_terminal_that_it_runs() {
    for (more, shows) in [(&[][..], true), (&["--quiet"], false), (&["--json"], false)] {
        let endpoint = without_an_answer();
        let env = [
            ("AWS_ENDPOINT_URL_CLOUDFORMATION", &*endpoint),
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "eu-west-1"),
            ("TERM", "xterm"),
        ];
        let (done, told) = on_a_terminal(&[&["client", "list", "--stack", "jeton"], more].concat(), &env, "");
        assert!(!done && told.contains("the stack jeton cannot be read"), "{told}");
        assert_eq!(told.contains(" 3s"), shows, "{told}");
    }
}

#[test]
fn c244_a_list_is_searched_and_read_page_by_page() {
    let stack = harness::Stack::start();
    let cli = stack.cli();
    for name in ["paged-c", "paged-a", "paged-b"] {
        cli.create_user(name, PASSWORD);
    }
    cli.run(&["user", "update", "paged-b", "--claim", "email=Grace@Example.com"]);
    let names = |rows: &Value| {
        let rows = rows.as_array().expect("rows");
        rows.iter().map(|row| row["username"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    let list = |more: &[&str]| cli.run(&[&["user", "list"], more].concat());
    assert_eq!(names(&list(&["--search", "grace@example"])), ["paged-b"]);
    assert_eq!(names(&list(&["--search", "PAGED"])).len(), 3);
    assert_eq!(list(&["--search", "nobody-has-this"]), json!([]));
    let first = list(&["--search", "paged", "--limit", "2"]);
    assert_eq!(
        (names(&first["items"]), &first["next"]),
        (vec!["paged-a".to_owned(), "paged-b".to_owned()], &json!("paged-b"))
    );
    let second = list(&["--search", "paged", "--limit", "2", "--after", "paged-b"]);
    assert_eq!((names(&second["items"]), &second["next"]), (vec!["paged-c".to_owned()], &Value::Null));
    for area in ["api", "client", "registration-token", "session", "grant", "consent", "keys", "audit"] {
        let page = cli.run(&[area, "list", "--limit", "100"]);
        assert_eq!(
            (page["items"].as_array().map(Vec::len), &page["next"]),
            (cli.run(&[area, "list"]).as_array().map(Vec::len), &Value::Null),
            "{area}"
        );
    }
    for bad in [&["--limit", "0"][..], &["--after", "x"]] {
        assert_eq!(cli.finish(&[&["user", "list"], bad].concat(), "").status.code(), Some(2));
    }
}

#[test]
fn c244_options_that_commands_share_stand_before_a_command_too() {
    let stack = &streamless().stack;
    let (cli, env_file) = (stack.cli(), stack.env_file().path().display().to_string());
    let expected = cli.run(&["api", "show", ORDERS]);
    let joined = format!("--env-file={env_file}");
    let lines: [&[&str]; 4] = [
        &["--json", "--env-file", &env_file, "api", "show", ORDERS],
        &["api", "--json", &joined, "show", ORDERS],
        &["--env-file", &env_file, "api", "show", "--json", ORDERS],
        &["--json", "api", "show", ORDERS, "--env-file", &env_file],
    ];
    for line in lines {
        let finished = run_bounded(&jeton(), line, &[], "", 30);
        assert!(finished.status.success(), "{line:?}: {finished:?}");
        assert_eq!(serde_json::from_str::<Value>(&finished.stdout).expect("a document"), expected, "{line:?}");
    }
    cli.create_user("c244before", PASSWORD);
    let finished = cli.finish_as_given(&["--json", "user", "--yes", "delete", "c244before"], "");
    assert!(finished.status.success() && finished.stdout.contains("\"deleted\""), "{finished:?}");
}

#[test]
fn c244_a_stack_that_is_named_before_the_command_is_looked_for() {
    let nowhere = format!("http://127.0.0.1:{}", free_port());
    let env = [
        ("AWS_ENDPOINT_URL_CLOUDFORMATION", &*nowhere),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "eu-west-1"),
    ];
    for line in [["--stack", "none", "client", "list"], ["client", "--stack", "none", "list"]] {
        let finished = run_bounded(&jeton(), &line, &env, "", 30);
        assert_fails(&finished, "the stack none cannot be read");
    }
    let finished = run_bounded(&jeton(), &["--stack", "none", "completion", "bash"], &env, "", 30);
    assert_eq!(finished.status.code(), Some(2), "a command without a stack takes none: {finished:?}");
}

#[test]
fn c244_an_error_is_a_json_document_where_that_is_asked_for() {
    let cli = streamless().stack.cli();
    let rows: [(&[&str], i32, &str); 4] = [
        (&["client", "show", "nobody"], 1, "there is no client nobody"),
        (&["client", "show"], 2, "<ID>"),
        (&["client", "list", "--no-such-option"], 2, "--no-such-option"),
        (&["client", "delete", "nobody"], 1, "there is no client nobody"),
    ];
    for (command, code, word) in rows {
        let finished = cli.finish_as_given(&[command, &["--json"]].concat(), "");
        assert_eq!((finished.status.code(), &*finished.stdout), (Some(code), ""), "{finished:?}");
        let told: Value = serde_json::from_str(&finished.stderr).unwrap_or_else(|_| panic!("{finished:?}"));
        assert_eq!(told.as_object().map(serde_json::Map::len), Some(1), "{told}");
        assert!(told["error"].as_str().is_some_and(|text| text.contains(word)), "{told}");
        let plain = cli.finish_as_given(command, "");
        assert!(plain.status.code() == Some(code) && !plain.stderr.starts_with('{'), "{plain:?}");
    }
}

#[test]
fn c244_people_read_times_in_utc() {
    let cli = streamless().stack.cli();
    let told = cli.finish(&["user", "show", "ana"], "").stdout;
    let line = told.lines().find(|line| line.starts_with("created_at")).expect("a time");
    assert!(line.ends_with('Z') && line.contains('T') && line.contains(':'), "{line}");
    assert!(cli.run(&["user", "show", "ana"])["created_at"].is_u64());
}

#[test]
fn c244_a_reader_that_has_read_enough_is_no_error() {
    let stack = &streamless().stack;
    let env_file = stack.env_file().path().display().to_string();
    let file = stack.scratch("piped.toml").display().to_string();
    std::fs::write(&file, "[[api]]\nidentifier = \"urn:piped\"\n").expect("a file");
    let find = ["--env-file", &*env_file];
    let of_stack = [&["client", "list"][..], &["export"], &["apply", "-f", &file]].map(|args| [args, &find].concat());
    let others = [vec!["--help"], vec!["completion", "bash"]];
    for args in of_stack.into_iter().chain(others) {
        let mut child =
            Command::new(jeton()).args(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a command");
        // The pipe is closed before anything is written.
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("an end");
        assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(0), ""), "{args:?}");
    }
    assert_eq!(stack.cli().run(&["api", "show", "urn:piped"])["identifier"], "urn:piped", "the file was applied");
}

#[test]
fn c244_an_error_that_nobody_reads_is_told_by_the_exit_code() {
    for (args, code) in
        [(&["client", "list", "--env-file", "/no/such/file"][..], 1), (&["client", "--nonsense", "--json"], 2)]
    {
        let mut child = Command::new(jeton()).args(args).stderr(Stdio::piped()).spawn().expect("a command");
        drop(child.stderr.take());
        assert_eq!(child.wait().expect("an end").code(), Some(code), "{args:?}");
    }
}

#[test]
fn c244_people_read_the_id_and_the_secret_of_a_new_client_first() {
    let cli = streamless().stack.cli();
    let create = ["client", "create", "--name", "Told", "--grant", "client_credentials", "--api", ORDERS];
    let told = cli.finish(&create, "").stdout;
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].starts_with("client_id ") && lines[1].starts_with("client_secret "), "{told}");
    assert!(lines.iter().any(|line| line.starts_with("scope ") && line.ends_with("  all of its APIs")), "{told}");
    assert!(lines.iter().all(|line| !line.ends_with("  -") && !line.contains("=-")), "{told}");
    assert!(told.ends_with("The secret is shown only now: keep it.\n"), "{told}");
    let document = cli.run(&create);
    assert_eq!((&document["scope"], &document["redirect_uris"]), (&Value::Null, &json!([])));
}

#[test]
fn c244_the_quiet_mode_prints_a_secret_and_nothing_else() {
    let cli = streamless().stack.cli();
    let create =
        ["client", "create", "--name", "Quiet", "--id", "c244quiet", "--grant", "client_credentials", "--quiet"];
    let made = cli.finish(&create, "");
    assert!(made.status.success() && made.stdout.starts_with("jtk_") && made.stdout.lines().count() == 1, "{made:?}");
    let file = streamless().stack.scratch("quiet.toml").display().to_string();
    let client = |id: &str| format!("[[client]]\nid = \"{id}\"\nname = \"Quiet\"\ngrants = [\"client_credentials\"]\n");
    for (id, more) in [("c244quiet-1", &[][..]), ("c244quiet-2", &["--json"])] {
        std::fs::write(&file, client(id)).expect("a file");
        let applied = cli.finish(&[&["apply", "-f", &file, "--quiet"], more].concat(), "");
        let start = format!("client {id} has the secret jtk_");
        assert!(applied.stdout.starts_with(&start) && applied.stdout.lines().count() == 1, "{applied:?}");
    }
    for command in [&["client", "disable", "c244quiet", "-q"][..], &["client", "list", "--quiet"]] {
        let finished = cli.finish(command, "");
        assert_eq!((finished.status.code(), &*finished.stdout, &*finished.stderr), (Some(0), "", ""), "{command:?}");
    }
}

#[test]
fn c244_shells_complete_commands_and_options() {
    for shell in ["bash", "zsh", "fish"] {
        let finished = run_bounded(&jeton(), &["completion", shell], &[], "", 10);
        assert!(finished.status.success(), "{finished:?}");
        for word in ["rotate-secret", "add-redirect-uri"] {
            assert!(finished.stdout.contains(word), "{shell} does not know {word}");
        }
    }
    let finished = run_bounded(&jeton(), &["completion", "powershell"], &[], "", 10);
    assert_eq!(finished.status.code(), Some(2));
}
