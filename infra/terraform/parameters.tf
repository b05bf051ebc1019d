# Written by tests/infra/terraform.py from infra/template.yaml.

locals {
  given = {
    Issuer                      = var.issuer
    DomainName                  = var.domain_name
    CertificateArn              = var.certificate_arn
    WebAclArn                   = var.web_acl_arn
    EdgeCertificateArn          = var.edge_certificate_arn
    EdgeRequired                = var.edge_required
    EdgeProofSent               = var.edge_proof_sent
    EdgeProofAccepted           = var.edge_proof_accepted
    Architecture                = var.architecture
    Memory                      = var.memory
    AuthorizeMemory             = var.authorize_memory
    ReservedConcurrency         = var.reserved_concurrency
    Tracing                     = var.tracing
    AuthorizeRate               = var.authorize_rate
    AuthorizeBurst              = var.authorize_burst
    TokenRate                   = var.token_rate
    TokenBurst                  = var.token_burst
    IntrospectRate              = var.introspect_rate
    IntrospectBurst             = var.introspect_burst
    OtherRate                   = var.other_rate
    OtherBurst                  = var.other_burst
    KeyRotationDays             = var.key_rotation_days
    SigningAlgorithms           = var.signing_algorithms
    MultiRegionKey              = var.multi_region_key
    Operations                  = var.operations
    AlarmTopicArn               = var.alarm_topic_arn
    AlarmEmail                  = var.alarm_email
    SignInFailureLimit          = var.sign_in_failure_limit
    ClientFailureLimit          = var.client_failure_limit
    FirewallBypassLimit         = var.firewall_bypass_limit
    KeyAgeLimit                 = var.key_age_limit
    LatencyLimit                = var.latency_limit
    GradualDeployment           = var.gradual_deployment
    PrivateTokenCallers         = var.private_token_callers == null ? null : join(",", var.private_token_callers)
    DeletionProtection          = var.deletion_protection
    LogRetentionDays            = var.log_retention_days
    LogsKeyArn                  = var.logs_key_arn
    TablesKeyArn                = var.tables_key_arn
    WarmReads                   = var.warm_reads
    WarmWrites                  = var.warm_writes
    AuditDays                   = var.audit_days
    AuditRetentionDays          = var.audit_retention_days
    PlatformLogLevel            = var.platform_log_level
    SessionHours                = var.session_hours
    SessionIdleHours            = var.session_idle_hours
    PasswordMinLength           = var.password_min_length
    PasswordMinLengthWithFactor = var.password_min_length_with_factor
    MailFrom                    = var.mail_from
    MailIdentity                = var.mail_identity
    OpenIdConnect               = var.open_id_connect
    DpopNonce                   = var.dpop_nonce
    AllowImplicitGrant          = var.allow_implicit_grant
    AllowPasswordGrant          = var.allow_password_grant
    RequirePar                  = var.require_par
    RequestUri                  = var.request_uri
    DeviceSeconds               = var.device_seconds
    DirectoryFunctionArn        = var.directory_function_arn
    DirectorySeconds            = var.directory_seconds
    DynamicRegistration         = var.dynamic_registration
    RegistrationApis            = var.registration_apis
    RegistrationSchemes         = var.registration_schemes
    RegistrationPkce            = var.registration_pkce
    RegistrationLogos           = var.registration_logos
    ClientIdDocuments           = var.client_id_documents
    ClientIdDocumentHosts       = var.client_id_document_hosts
    MetadataApis                = var.metadata_apis
    OutboundPrivateHosts        = var.outbound_private_hosts
    VpcSubnetIds                = var.vpc_subnet_ids == null ? null : join(",", var.vpc_subnet_ids)
    VpcSecurityGroupIds         = var.vpc_security_group_ids == null ? null : join(",", var.vpc_security_group_ids)
    PermissionsBoundary         = var.permissions_boundary
    HstsIncludeSubDomains       = var.hsts_include_sub_domains
    ExistingRegistryTable       = var.existing_registry_table
    ExistingGrantsTable         = var.existing_grants_table
    ExistingPeopleTable         = var.existing_people_table
    ExistingPeopleStreamArn     = var.existing_people_stream_arn
    ExistingKeysTable           = var.existing_keys_table
    ExistingAuditTable          = var.existing_audit_table
    ExistingWrappingKey         = var.existing_wrapping_key
  }
}
