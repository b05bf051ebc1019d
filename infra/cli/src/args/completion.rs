//! Arguments of `jeton completion`.

use clap::Subcommand;

#[derive(Subcommand, Clone, Copy)]
pub(crate) enum CompletionCommand {
    /// For bash: `source <(jeton completion bash)`.
    Bash,
    /// For zsh: `jeton completion zsh > "${fpath[1]}/_jeton"`.
    Zsh,
    /// For fish: `jeton completion fish > ~/.config/fish/completions/jeton.fish`.
    Fish,
}
