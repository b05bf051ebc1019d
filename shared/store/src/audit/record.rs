//! Records of what operators changed.

use grants::Timestamp;

/// A command of an operator that changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuditedAction {
    /// `jeton user create`.
    UserCreate,
    /// `jeton user import`, one record for each person.
    UserImport,
    /// `jeton user update`.
    UserUpdate,
    /// `jeton user rename`.
    UserRename,
    /// `jeton user disable`.
    UserDisable,
    /// `jeton user enable`.
    UserEnable,
    /// `jeton user set-password`.
    UserSetPassword,
    /// `jeton user delete`.
    UserDelete,
    /// `jeton client create`.
    ClientCreate,
    /// `jeton client disable`.
    ClientDisable,
    /// `jeton client enable`.
    ClientEnable,
    /// `jeton client rotate-secret`.
    ClientRotateSecret,
    /// `jeton client rotate-secret --retire-old`.
    ClientRetireSecrets,
    /// `jeton client delete`.
    ClientDelete,
    /// `jeton api create`.
    ApiCreate,
    /// `jeton api delete`.
    ApiDelete,
    /// `jeton registration-token create`.
    RegistrationTokenCreate,
    /// `jeton registration-token delete`.
    RegistrationTokenDelete,
    /// `jeton keys rotate`, one record for each key.
    KeysRotate,
    /// `jeton session end`.
    SessionEnd,
    /// `jeton grant revoke`.
    GrantRevoke,
    /// `jeton consent withdraw`.
    ConsentWithdraw,
}

impl AuditedAction {
    /// The words of the command.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserCreate => "user create",
            Self::UserImport => "user import",
            Self::UserUpdate => "user update",
            Self::UserRename => "user rename",
            Self::UserDisable => "user disable",
            Self::UserEnable => "user enable",
            Self::UserSetPassword => "user set-password",
            Self::UserDelete => "user delete",
            Self::ClientCreate => "client create",
            Self::ClientDisable => "client disable",
            Self::ClientEnable => "client enable",
            Self::ClientRotateSecret => "client rotate-secret",
            Self::ClientRetireSecrets => "client rotate-secret --retire-old",
            Self::ClientDelete => "client delete",
            Self::ApiCreate => "api create",
            Self::ApiDelete => "api delete",
            Self::RegistrationTokenCreate => "registration-token create",
            Self::RegistrationTokenDelete => "registration-token delete",
            Self::KeysRotate => "keys rotate",
            Self::SessionEnd => "session end",
            Self::GrantRevoke => "grant revoke",
            Self::ConsentWithdraw => "consent withdraw",
        }
    }
}

/// One change by an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Milliseconds since 1970.
    pub at: u64,
    /// Random bits, which tell records of one millisecond apart.
    pub nonce: [u8; 8],
    /// The operator: the ARN of an IAM identity, or `local:USER@HOST` on a machine.
    pub who: String,
    /// The command, as [`AuditedAction::as_str`] writes it. Another version of Jeton may know others.
    pub action: String,
    /// The thing that changed: `user:usr_...`, `client:ID`, `api:IDENTIFIER`.
    pub about: String,
    /// The names of the attributes that changed, never their values.
    pub attributes: Vec<String>,
}

impl AuditRecord {
    /// The second of the change.
    pub const fn time(&self) -> Timestamp {
        Timestamp::from_seconds(self.at / 1000)
    }
}
