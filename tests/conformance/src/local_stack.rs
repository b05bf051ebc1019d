//! `jeton dev` as developers use it: its address, its env file, its seed, its files, and tokens without a sign-in.

use std::fs::Permissions;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use harness::{Cli, Finished, Http, Pkce, Stack, authorization_url, free_port, jeton, run_bounded};
use serde_json::Value;

use crate::support::session::{assert_fails, assert_granted};
use crate::support::world::{CALLBACK, ORDERS, PARCELS, World};

const METADATA: &str = "/.well-known/oauth-authorization-server";

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

async fn issuer(http: &Http) -> String {
    http.get(METADATA).send().await.string("issuer")
}

/// Runs a command that finds its stack through `JETON_ENV_FILE`.
fn by_environment(env_file: &Path, args: &[&str]) -> Finished {
    run_bounded(&jeton(), args, &[("JETON_ENV_FILE", &env_file.display().to_string())], "", 30)
}

#[tokio::test]
async fn port_0_is_a_free_port_that_the_banner_the_issuer_and_the_env_file_tell() {
    let stack = Stack::builder().port(0).start();
    let address = stack.issuer().to_owned();
    assert!(address.starts_with("http://127.0.0.1:") && !address.ends_with(":0"), "{address}");
    assert_eq!(issuer(&stack.http()).await, address);
    let log = stack.log();
    assert!(log.contains(&format!("Jeton runs on {address}\n")) && !log.contains("listens on"), "{log}");
}

#[test]
fn every_command_finds_its_stack_through_jeton_env_file() {
    let stack = Stack::start();
    let env_file = stack.env_file().path();
    assert!(stack.log().contains(&format!("export JETON_ENV_FILE={}\n", env_file.display())), "{}", stack.log());
    let made =
        by_environment(env_file, &["api", "create", "--identifier", "https://orders.example", "--scope", "read"]);
    assert!(made.status.success(), "{made:?}");
    let commands = [&["api", "list"][..], &["client", "list"], &["user", "list"], &["keys", "list"], &["export"]];
    for args in commands.into_iter().chain([&["session", "list"][..], &["grant", "list"], &["audit", "list"]]) {
        let done = by_environment(env_file, args);
        assert!(done.status.success(), "{args:?}: {done:?}");
    }
    let other = Stack::start();
    let file = other.env_file().path().display().to_string();
    let done = by_environment(env_file, &["api", "list", "--env-file", &file]);
    assert!(!done.stdout.contains("https://orders.example"), "an option counts more than the environment: {done:?}");
}

#[test]
fn the_env_file_of_another_stack_is_not_overwritten() {
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let path = scratch.path().join("production.env");
    std::fs::write(&path, "JETON_ISSUER=https://id.example\n").expect("a file");
    let port = free_port().to_string();
    let done =
        run_bounded(&jeton(), &["dev", "--port", &port], &[("JETON_ENV_FILE", &path.display().to_string())], "", 10);
    assert_fails(&done, "JETON_ENV_FILE");
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), "JETON_ISSUER=https://id.example\n");
}

/// A `jeton dev` in a shell that exports `JETON_ENV_FILE`, with the line of its output that shows what to export.
struct InShell {
    process: Child,
    before: String,
    env_file: PathBuf,
}

impl InShell {
    fn start(exported: &Path, temporary: &Path) -> Self {
        let mut process = Command::new(jeton())
            .args(["dev", "--port", "0"])
            .env_clear()
            .envs([("JETON_ENV_FILE", exported), ("TMPDIR", temporary), ("RUST_LOG", Path::new("off"))])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a process");
        let lines = BufReader::new(process.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
        let mut started = Self { process, before: String::new(), env_file: PathBuf::new() };
        for line in lines {
            if let Some(path) = line.strip_prefix("  export JETON_ENV_FILE=") {
                started.env_file = path.into();
                return started;
            }
            started.before = line;
        }
        panic!("jeton dev ended, or named no env file; last it said: {}", started.before);
    }
}

impl Drop for InShell {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[test]
fn a_shell_that_names_the_file_of_another_stack_gets_a_new_file_and_is_told() {
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let first = Stack::start();
    let of_first = first.env_file().path();
    let text = std::fs::read_to_string(of_first).expect("a file");
    let second = InShell::start(of_first, scratch.path());
    let told = format!("JETON_ENV_FILE names the file of another stack ({}, which runs).", of_first.display());
    assert!(second.before.starts_with(&told), "{}", second.before);
    assert!(second.env_file.starts_with(scratch.path().canonicalize().expect("a folder")), "{:?}", second.env_file);
    assert_eq!(std::fs::read_to_string(of_first).expect("a file"), text);
    assert!(by_environment(&second.env_file, &["api", "list"]).status.success());
    drop(second);
    assert!(by_environment(of_first, &["api", "list"]).status.success());
    let third = InShell::start(&scratch.path().join("gone").join("env"), scratch.path());
    assert!(third.before.contains("which has ended"), "{}", third.before);
    assert!(by_environment(&third.env_file, &["api", "list"]).status.success());
}

#[test]
fn a_file_that_no_stack_uses_any_more_is_written_again() {
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let path = scratch.path().canonicalize().expect("a folder").join("jeton.env");
    for _ in 0..2 {
        let started = InShell::start(&path, scratch.path());
        assert_eq!(started.env_file, path);
        assert!(started.before.starts_with("The commands find"), "{}", started.before);
        assert!(by_environment(&path, &["api", "list"]).status.success());
    }
}

#[test]
fn an_option_does_not_overwrite_the_file_of_a_stack_that_runs() {
    let first = Stack::start();
    let path = first.env_file().path();
    let text = std::fs::read_to_string(path).expect("a file");
    let args = ["dev", "--port", "0", "--env-file", &*path.display().to_string()];
    assert_fails(&run_bounded(&jeton(), &args, &[], "", 10), "another `jeton dev` runs with the env file");
    assert_eq!(std::fs::read_to_string(path).expect("a file"), text);
}

#[tokio::test]
async fn a_container_listens_for_others_and_has_an_issuer_by_name() {
    let port = free_port();
    let name = format!("http://jeton:{port}");
    let builder = Stack::builder().port(port).arg("--host").arg("0.0.0.0").arg("--issuer").arg(&name);
    let world = World::on(builder.start());
    let http = Http::from_address(&format!("http://127.0.0.1:{port}"), [127, 0, 0, 2].into());
    assert_eq!(issuer(&http).await, name);
    let token = world.session().machine(&world.service, &[("resource", ORDERS)]).await;
    assert_granted(&token);
    assert_eq!(harness::Jwt::read(&token.string("access_token")).text("iss"), name);
    assert!(world.stack.log().contains("anybody who reaches this machine"), "{}", world.stack.log());
    let refused = run_bounded(&jeton(), &["dev", "--port", "0", "--issuer", &name], &[], "", 10);
    assert!(!refused.status.success() && refused.stderr.contains("--host"), "{refused:?}");
    let token = world.stack.cli().finish(&["dev", "token", "--user", "ana", "--client", &world.web.id], "");
    assert_eq!(harness::Jwt::read(token.stdout.trim()).text("iss"), name);
}

#[test]
fn c156_what_jeton_dev_writes_is_its_users_alone_and_wider_permissions_are_told() {
    let data = tempfile::tempdir().expect("a temporary directory");
    let folder = data.path().join("stack");
    let start = || Stack::builder().data(&folder).start();
    let stack = start();
    assert_eq!((mode(&folder), mode(stack.env_file().path())), (0o700, 0o600));
    let files: Vec<_> =
        std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    assert!(
        files.iter().any(|path| path.ends_with("dynamodb.sqlite"))
            && files.iter().any(|path| path.ends_with("wrapping.key"))
    );
    for path in &files {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
    assert!(!stack.log().contains("chmod"), "{}", stack.log());
    assert!(stack.stop().is_some());
    let (store, key) = (folder.join("dynamodb.sqlite"), folder.join("wrapping.key"));
    for (path, wider) in [(&folder, 0o755), (&store, 0o644), (&key, 0o640)] {
        std::fs::set_permissions(path, Permissions::from_mode(wider)).expect("permissions");
    }
    let log = start().log();
    for (path, narrow) in [(&folder, "700"), (&store, "600"), (&key, "600")] {
        let path = path.canonicalize().expect("a path");
        assert!(log.contains(&format!("chmod {narrow} {}\n", path.display())), "{log}");
    }
}

#[tokio::test]
async fn the_demo_app_signs_people_in_by_each_name_of_this_machine_with_the_same_data() {
    let data = tempfile::tempdir().expect("a temporary directory");
    let start = || Stack::builder().data(&data.path().join("stack"));
    let link = async |stack: &Stack| {
        let callback = format!("{}/demo/callback", stack.issuer());
        let page = stack.browser().go(&authorization_url("demo-app", &callback, &Pkce::new(), &[])).await;
        page.reply.status
    };
    let uris = |stack: &Stack| stack.cli().run(&["client", "show", "demo-app"])["redirect_uris"].clone();
    let first = start().start();
    assert_eq!(link(&first).await, 200);
    assert_eq!(uris(&first).as_array().map(Vec::len), Some(2), "{}", uris(&first));
    // An earlier version registered the address of its issuer alone.
    let alone = format!("{}/demo/callback", first.issuer());
    first.cli().run(&["client", "update", "demo-app", "--redirect-uri", &alone]);
    assert!(first.stop().is_some());
    let second = start().localhost().start();
    assert_eq!(link(&second).await, 200);
    assert!(second.log().contains("client demo-app"), "{}", second.log());
    second.cli().run(&["client", "update", "demo-app", "--add-redirect-uri", "http://localhost/own"]);
    assert!(second.stop().is_some());
    // Another port and the first name again: nothing is to be changed, and what a developer added stays.
    let third = start().start();
    assert_eq!(link(&third).await, 200);
    assert!(!third.log().contains("client demo-app"), "{}", third.log());
    assert_eq!(uris(&third).as_array().map(Vec::len), Some(3), "{}", uris(&third));
}

#[test]
fn rust_log_chooses_what_is_logged() {
    let lines = |levels: &str| {
        let world = World::on(Stack::builder().env("RUST_LOG", levels).start());
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        assert_granted(
            &runtime.block_on(async { world.session().machine(&world.service, &[("resource", ORDERS)]).await }),
        );
        world.stack.log().matches("\"endpoint\":").count()
    };
    assert!(lines("info") > 0);
    assert_eq!(lines("warn"), 0);
    let refused = run_bounded(&jeton(), &["dev", "--port", "0"], &[("RUST_LOG", "jeton=loud")], "", 10);
    assert!(!refused.status.success() && refused.stderr.contains("RUST_LOG"), "{refused:?}");
}

#[tokio::test]
async fn a_seed_is_registered_before_the_server_answers_and_again_changes_nothing() {
    let data = tempfile::tempdir().expect("a temporary directory");
    let seed = data.path().join("seed.toml");
    let text = "[[api]]\nidentifier = \"https://seed.example\"\nscope = \"sow\"\n\n[[client]]\nid = \"sower\"\nname = \"Sower\"\n\
                grants = [\"client_credentials\"]\napis = [\"https://seed.example\"]\n";
    std::fs::write(&seed, text).expect("a file");
    let start = || {
        let builder = Stack::builder().data(&data.path().join("stack")).arg("--seed");
        builder.arg(&seed.display().to_string()).start()
    };
    let stack = start();
    let log = stack.log();
    assert!(log.contains("seed        create  api https://seed.example\n"), "{log}");
    let secret = log.split("client sower has the secret ").nth(1).and_then(|rest| rest.lines().next());
    let sower = harness::RegisteredClient { id: "sower".to_owned(), secret: secret.map(str::to_owned) };
    let ask = stack.http().post("/token").client(&sower).field("grant_type", "client_credentials");
    assert_granted(&ask.send().await);
    assert!(stack.stop().is_some());
    assert!(start().log().contains("seed        nothing new\n"));
    std::fs::write(&seed, text.replace("grants", "grant")).expect("a file");
    let args = ["dev", "--port", "0", "--seed", &*seed.display().to_string()];
    assert_fails(&run_bounded(&jeton(), &args, &[], "", 10), "line 8");
}

/// Runs `jeton dev token` for a person and a client.
fn token(cli: &Cli, user: &str, client: &str, more: &[&str]) -> Finished {
    cli.finish(&[&["dev", "token", "--user", user, "--client", client], more].concat(), "")
}

#[tokio::test]
async fn a_token_without_a_sign_in_is_like_one_with_a_sign_in() {
    let world = World::shared();
    let (session, cli) = (world.session(), world.stack.cli());
    let done = token(&cli, "ana", &world.web.id, &["--scope", "read openid profile"]);
    assert!(done.status.success() && done.stderr.is_empty(), "{done:?}");
    let access = done.stdout.trim_end();
    assert_eq!(done.stdout.lines().count(), 1);
    let told = session.introspect(&world.gateway, access).await;
    assert_eq!(
        (&told["active"], &told["sub"], &told["client_id"]),
        (&true.into(), &world.ana.sub.as_str().into(), &world.web.id.as_str().into())
    );
    let ask = session.http.get("/userinfo").header("authorization", format!("Bearer {access}"));
    assert_eq!(ask.send().await.json()["preferred_username"], "ana");
    let one = token(&cli, "ana", &world.spa.id, &["--api", PARCELS]);
    assert_eq!(harness::Jwt::read(one.stdout.trim()).audience(), [PARCELS]);
    let opaque: Value = cli.run(&["dev", "token", "--user", "ana", "--client", &world.opaque_spa.id]);
    let opaque = opaque["access_token"].as_str().expect("a token").to_owned();
    assert!(session.is_active(&opaque).await);
    for access in [access, &opaque] {
        let client = if access == opaque { &world.opaque_spa } else { &world.web };
        assert_eq!(session.revoke(client, access).await.status, 200);
        assert!(!session.is_active(access).await);
    }
}

#[test]
fn a_token_that_a_sign_in_could_not_give_is_refused() {
    let world = World::on(Stack::start());
    let cli = world.stack.cli();
    for (user, client, more, word) in [
        ("nobody", &world.web.id, &[][..], "nobody"),
        ("ana", &"none".to_owned(), &[], "none"),
        ("ana", &world.service.id, &[], "signs nobody in"),
        ("ana", &world.web.id, &["--scope", "delete"], "scope"),
        ("ana", &world.web.id, &["--api", PARCELS], "resource"),
    ] {
        assert_fails(&token(&cli, user, client, more), word);
    }
    let off = cli.create_client("Off", &["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS]);
    cli.run(&["client", "disable", &off.id]);
    assert_fails(&token(&cli, "ana", &off.id, &[]), "disabled");
    cli.run(&["user", "disable", "ana"]);
    assert_fails(&token(&cli, "ana", &world.web.id, &[]), "disabled");
}

#[test]
fn a_token_without_a_sign_in_is_made_where_the_env_file_says_development() {
    let world = World::shared();
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let path = scratch.path().join("env");
    let production = world.stack.env_file().copy_with(&path, "JETON_DEVELOPMENT", "false");
    assert_fails(&token(&Cli::new(production), "ana", &world.web.id, &[]), "development");
    let lines: Vec<(String, String)> = world.stack.env_file().pairs();
    let unmarked: Vec<(&str, &str)> = lines.iter().map(|(name, value)| (&**name, &**value)).collect();
    let args = ["dev", "token", "--user", "ana", "--client", &*world.web.id];
    assert_fails(&run_bounded(&jeton(), &args, &unmarked, "", 10), "env file");
    let lines = lines.iter().filter(|(name, _)| name != "JETON_DEVELOPMENT");
    let text: Vec<String> = lines.map(|(name, value)| format!("{name}={value}\n")).collect();
    std::fs::write(&path, text.concat()).expect("a file");
    let marked = [("JETON_DEVELOPMENT", "true")];
    let more = ["--env-file", &*path.display().to_string()];
    assert_fails(&run_bounded(&jeton(), &[&args[..], &more].concat(), &marked, "", 10), "development");
}
