# Written by tests/infra/terraform.py from infra/template.yaml.
# A variable that is null leaves the template's default.

variable "issuer" {
  description = "The https URL that clients and APIs know this server by, without a slash at the end. Empty means the URL that API Gateway gives."
  type        = string
  default     = null
}

variable "domain_name" {
  description = "A domain of yours for the API, such as id.example.com; CertificateArn is needed then, and a DNS record that leads to the output DomainTarget. The URL of API Gateway is switched off. Without an issuer the issuer is this domain."
  type        = string
  default     = null
}

variable "certificate_arn" {
  description = "The certificate of the domain in AWS Certificate Manager, in the region of the stack. It costs nothing."
  type        = string
  default     = null
}

variable "web_acl_arn" {
  description = "A web ACL of AWS WAF. It cannot be associated with an HTTP API, so CloudFront is put before the API and the ACL there: $1.70 per million requests and $5 a month for the ACL, $1 for each of its rules."
  type        = string
  default     = null
}

variable "edge_certificate_arn" {
  description = "The certificate of the domain for CloudFront, which takes those of us-east-1 only, where WebAclArn is given. Empty means CertificateArn."
  type        = string
  default     = null
}

variable "edge_required" {
  description = "Where WebAclArn is given, whether requests must come through CloudFront. While it is false, CloudFront and API Gateway both lead to the functions, with the same domain: turn a firewall on or off on a living stack in these steps (infra/README.md)."
  type        = bool
  default     = null
}

variable "edge_proof_sent" {
  description = "The version of the firewall's secret that CloudFront sends and functions accept. Empty means the current one. It is changed in steps (infra/README.md)."
  type        = string
  default     = null
}

variable "edge_proof_accepted" {
  description = "Another version that functions accept too, the next one or the one before. Empty means none."
  type        = string
  default     = null
}

variable "architecture" {
  description = "The processor the functions are built for and run on."
  type        = string
  default     = null
}

variable "memory" {
  description = "MiB of every function but authorize. Memory is what buys processor time, and a request is little but cryptography. Raise it to 1024 where the password grant is allowed."
  type        = number
  default     = null
}

variable "authorize_memory" {
  description = "MiB of authorize. Hashing a password is slow on purpose and waits for the processor."
  type        = number
  default     = null
}

variable "reserved_concurrency" {
  description = "Concurrent executions reserved for each function behind a route, and its maximum; 0 means no reservation. It is free, but reduces the concurrency left for the rest of the account, of which 100 must stay. There are 11 such functions, 10 without DynamicRegistration, so an account with 1000 takes 81 or 90."
  type        = number
  default     = null
}

variable "tracing" {
  description = "Active sends traces of the functions to X-Ray, 5 % of the requests and one a second of each function: $5 per million traces. PassThrough sends none."
  type        = string
  default     = null
}

variable "authorize_rate" {
  description = "Requests per second to /authorize, /device and the paths under them, to the paths under /account, and to /par and /device_authorization; more get 429. Each wrong password costs 0.1 s of processor time."
  type        = number
  default     = null
}

variable "authorize_burst" {
  description = "Burst limit for these requests."
  type        = number
  default     = null
}

variable "token_rate" {
  description = "Requests per second to /token; more get 429."
  type        = number
  default     = null
}

variable "token_burst" {
  description = "Burst limit for these requests."
  type        = number
  default     = null
}

variable "introspect_rate" {
  description = "Requests per second to /introspect; more get 429."
  type        = number
  default     = null
}

variable "introspect_burst" {
  description = "Burst limit for these requests."
  type        = number
  default     = null
}

variable "other_rate" {
  description = "Requests per second to each other route; more get 429."
  type        = number
  default     = null
}

variable "other_burst" {
  description = "Burst limit for these requests."
  type        = number
  default     = null
}

variable "key_rotation_days" {
  description = "Days until a signing key gets a successor."
  type        = number
  default     = null
}

variable "signing_algorithms" {
  description = "The algorithms that always have a signing key. The JWT authorizer of API Gateway takes RS256 only."
  type        = string
  default     = null
}

variable "multi_region_key" {
  description = "Whether the wrapping key can be replicated to other regions; infra/README.md tells what for. Only for a new stack: what the old key wrapped is lost with it. Costs nothing more; each replica is $1 a month."
  type        = bool
  default     = null
}

variable "operations" {
  description = "Alarms, metrics and a dashboard, $7.40 a month even when idle. Off by default, so that an unused stack costs only its key ($1 a month); turn it on where people depend on the stack."
  type        = bool
  default     = null
}

variable "alarm_topic_arn" {
  description = "An SNS topic of yours that alarms go to."
  type        = string
  default     = null
}

variable "alarm_email" {
  description = "An address that alarms go to, where no topic is given; it has to be confirmed once by mail."
  type        = string
  default     = null
}

variable "sign_in_failure_limit" {
  description = "Wrong passwords in 5 minutes that raise the alarm."
  type        = number
  default     = null
}

variable "client_failure_limit" {
  description = "Failed client authentications in 5 minutes that raise the alarm."
  type        = number
  default     = null
}

variable "firewall_bypass_limit" {
  description = "Requests in a minute that did not come through the firewall and raise the alarm."
  type        = number
  default     = null
}

variable "key_age_limit" {
  description = "The age of a signing key in days that raises the alarm. Use KeyRotationDays plus a week."
  type        = number
  default     = null
}

variable "latency_limit" {
  description = "The 99th percentile of the latency in milliseconds that, for a quarter of an hour, raises the alarm. With fewer than 1000 requests in that time the alarm stays as it is."
  type        = number
  default     = null
}

variable "gradual_deployment" {
  description = "How traffic moves to a new version: all at once, or by CodeDeploy, which goes back to the old one when an alarm is raised (Operations has to be on). CodeDeploy costs nothing for Lambda."
  type        = string
  default     = null
}

variable "private_token_callers" {
  description = "Names of IAM roles in this account whose services get tokens from a URL of the function itself, without API Gateway ($1 per million requests). Empty makes no such URL; there is none either in regions without function URLs."
  type        = list(string)
  default     = null
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the tables. Off in the first deployment, so that CloudFormation can clean up when it fails; turn it on once the stack is there. Tables outlive their stack in any case."
  type        = bool
  default     = null
}

variable "log_retention_days" {
  description = "How long CloudWatch keeps access logs and the functions' logs."
  type        = number
  default     = null
}

variable "logs_key_arn" {
  description = "A KMS key of yours that encrypts the logs; its policy has to let CloudWatch Logs use it. Empty means a key of CloudWatch's own, which costs nothing."
  type        = string
  default     = null
}

variable "tables_key_arn" {
  description = "A KMS key of yours that encrypts the tables; its policy has to let the account use it by DynamoDB. It adds requests to KMS. Empty means a key of DynamoDB's own, which costs nothing."
  type        = string
  default     = null
}

variable "warm_reads" {
  description = "Reads per second that the tables of grants and people can take at once, 12000 or more; 0 leaves it to DynamoDB, which begins there. Needs WarmWrites. It is paid once, when it is raised, and cannot be lowered."
  type        = number
  default     = null
}

variable "warm_writes" {
  description = "Writes per second that these tables can take at once, 4000 or more; 0 leaves it to DynamoDB, which begins there."
  type        = number
  default     = null
}

variable "audit_days" {
  description = "How many days the records of operators' commands are kept. The commands write the records, so set JETON_AUDIT_DAYS for them as well. Existing records keep their expiry."
  type        = number
  default     = null
}

variable "audit_retention_days" {
  description = "How many days the log lines with an event, which tell what people and clients did, are kept in a bucket that outlives the stack. It costs $0.03 per GB. 0 means no bucket."
  type        = number
  default     = null
}

variable "platform_log_level" {
  description = "What Lambda itself writes to the functions' logs. INFO is its report on each invocation, which costs as much as the functions' own line does; the same figures are metrics of Lambda."
  type        = string
  default     = null
}

variable "session_hours" {
  description = "A session ends this many hours after the last sign-in on its browser, even if it is in use. The grants of its apps without offline_access end with it."
  type        = number
  default     = null
}

variable "session_idle_hours" {
  description = "A session ends this many hours after it last gave an app a code or token at /authorize. The grants of its apps without offline_access end with it."
  type        = number
  default     = null
}

variable "password_min_length" {
  description = "The fewest characters of a password that a person chooses. NIST SP 800-63B-4 wants 15 where the password is the only factor. Operators' commands warn of shorter ones."
  type        = number
  default     = null
}

variable "password_min_length_with_factor" {
  description = "The fewest characters of a password that a person with a second factor chooses, if that is less. The factor then stays until there is a longer password."
  type        = number
  default     = null
}

variable "require_factor" {
  description = "Whether every sign-in for an app needs a second factor (mfa) or a passkey (phr). People without one are led to the page that adds it. Nobody gets tokens for a password alone then."
  type        = string
  default     = null
}

variable "mail_from" {
  description = "The sender of mails to people, by Amazon SES in this region. Empty means that no mail is sent, and nothing that needs mail is offered."
  type        = string
  default     = null
}

variable "mail_identity" {
  description = "The domain that is the verified identity of MailFrom in Amazon SES. Empty means that the address itself is."
  type        = string
  default     = null
}

variable "brand" {
  description = "The look of pages and mails: name, colours, links and texts, as `jeton brand check` writes it. Empty means Jeton's own."
  type        = string
  default     = null
}

variable "brand_layer_arn" {
  description = "A layer of yours whose file `brand` is such a value, of any length, in place of Brand: a logo has no room in a variable."
  type        = string
  default     = null
}

variable "sign_up" {
  description = "Whether people may make their own accounts at /account/sign-up: nobody, those with an invitation, those with an address in SignUpDomains, or anyone with an address. It needs MailFrom."
  type        = string
  default     = null
}

variable "sign_up_domains" {
  description = "The domains of addresses that may sign up, where SignUp is domain, separated by spaces."
  type        = string
  default     = null
}

variable "account_data" {
  description = "What people may do at /account with everything that is kept about them: nothing, download it, or also delete it with their account."
  type        = string
  default     = null
}

variable "open_id_connect" {
  description = "Whether apps may ask who signed in: the scope openid, ID tokens and /userinfo. Off, none of it is offered."
  type        = bool
  default     = null
}

variable "dpop_nonce" {
  description = "Whether each DPoP proof has to contain a nonce of this server (RFC 9449 8). Clients fetch it with an additional request, and their clocks do not matter then."
  type        = string
  default     = null
}

variable "allow_implicit_grant" {
  description = "Whether clients that are registered for it may use the implicit grant. Nobody should (RFC 9700): only for those who still migrate from it."
  type        = bool
  default     = null
}

variable "allow_password_grant" {
  description = "Whether clients that are registered for it may use the resource owner password grant. Nobody should (RFC 9700): only for those who still migrate from it."
  type        = bool
  default     = null
}

variable "require_par" {
  description = "Whether every client must push its authorization requests (RFC 9126), and not only those that say so."
  type        = bool
  default     = null
}

variable "request_uri" {
  description = "Whether /authorize fetches request objects from URLs that their clients registered (OpenID Connect Core 6.2)."
  type        = string
  default     = null
}

variable "device_seconds" {
  description = "Seconds in which a person must answer a device, and the device must get its tokens (RFC 8628)."
  type        = number
  default     = null
}

variable "directory_function_arn" {
  description = "A function of yours that checks the first password of people whom only an older directory knows (jeton user create --from-directory). Empty means that there is none."
  type        = string
  default     = null
}

variable "directory_seconds" {
  description = "Seconds that this function has for an answer. While there is one, each sign-in that fails takes that long."
  type        = number
  default     = null
}

variable "dynamic_registration" {
  description = "Who may register clients at /register: nobody (off), holders of a token from `jeton registration-token create` (token), or anybody (open). Open is for development and tests. Off, there is no such function."
  type        = string
  default     = null
}

variable "registration_apis" {
  description = "Identifiers, separated by spaces, of the APIs that clients registered without a token may use."
  type        = string
  default     = null
}

variable "registration_schemes" {
  description = "Schemes without a period, separated by spaces (vscode cursor), that redirect URIs of clients that register themselves may have. Any app on a device can claim them."
  type        = string
  default     = null
}

variable "registration_pkce" {
  description = "Whether confidential clients that register themselves must use PKCE, or a nonce with OpenID Connect. Optional exempts them from both. Public clients must always use PKCE."
  type        = string
  default     = null
}

variable "registration_logos" {
  description = "Whether the logo that a client names when it registers itself is fetched and shown on the consent page. Anybody can register with the logo of somebody else."
  type        = bool
  default     = null
}

variable "client_id_documents" {
  description = "Whether a client_id may be the URL of a document that describes the client, without a registration: no URL, those of the hosts in ClientIdDocumentHosts, or any. Such clients may have tokens for RegistrationApis, after consent."
  type        = string
  default     = null
}

variable "client_id_document_hosts" {
  description = "Hosts of such documents where ClientIdDocuments is listed, separated by spaces, each with or without a port."
  type        = string
  default     = null
}

variable "metadata_apis" {
  description = "Identifiers, separated by spaces, of the APIs that the metadata list as protected_resources, with their scopes in scopes_supported."
  type        = string
  default     = null
}

variable "outbound_private_hosts" {
  description = "Hosts in a private network that the functions may contact at client URLs (jwks_uri and others), separated by spaces, each with or without a port. All other hosts must have public addresses."
  type        = string
  default     = null
}

variable "vpc_subnet_ids" {
  description = "Subnets of a VPC that the functions run in, to reach OutboundPrivateHosts. They need a way to DynamoDB, KMS and the hosts of clients from there. Empty means no VPC, which costs nothing and reaches public addresses only."
  type        = list(string)
  default     = null
}

variable "vpc_security_group_ids" {
  description = "Security groups of the functions in that VPC."
  type        = list(string)
  default     = null
}

variable "permissions_boundary" {
  description = "A managed policy that bounds what each role of the stack may do."
  type        = string
  default     = null
}

variable "hsts_include_sub_domains" {
  description = "Whether Strict-Transport-Security includes the subdomains of the issuer's host: browsers then refuse plain http at all of them for two years."
  type        = bool
  default     = null
}

variable "existing_registry_table" {
  description = "The name of a table of clients and APIs that is there already. Empty makes one."
  type        = string
  default     = null
}

variable "existing_grants_table" {
  description = "The name of a table of grants that is there already. Empty makes one."
  type        = string
  default     = null
}

variable "existing_people_table" {
  description = "The name of a table of people that is there already; ExistingPeopleStreamArn is needed then. Empty makes one."
  type        = string
  default     = null
}

variable "existing_people_stream_arn" {
  description = "The stream of ExistingPeopleTable, with the view KEYS_ONLY."
  type        = string
  default     = null
}

variable "existing_keys_table" {
  description = "The name of a table of keys that is there already; ExistingWrappingKey has to be the key that wrapped them. Empty makes one."
  type        = string
  default     = null
}

variable "existing_audit_table" {
  description = "The name of a table of the audit trail that is there already. Empty makes one."
  type        = string
  default     = null
}

variable "existing_wrapping_key" {
  description = "The ARN of a wrapping key that is there already. Empty makes one."
  type        = string
  default     = null
}
