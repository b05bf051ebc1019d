"""What is deployed: the stacks, side by side."""

# Roles of services, of which the first gets tokens from the private URL.
CALLER, STRANGER = "shop-service", "another-service"
DOMAIN, CERTIFICATE = "id.example.com", "arn:aws:acm:us-east-1:000000000000:certificate/of-id-example-com"
WEB_ACL = "arn:aws:wafv2:us-east-1:000000000000:global/webacl/front/of-the-account"
# What a stack makes that was not there before it: tables and key.
MADE = {"RegistryIsMade", "GrantsAreMade", "PeopleAreMade", "KeysAreMade", "AuditIsMade", "WrappingKeyIsMade"}
# By stack name: the parameters that are not the template's defaults, and the conditions that hold by them. The second has
# everything on that goes together, the third the firewall, with which the domain is elsewhere.
STACKS = {
    "jeton": ({}, MADE),
    "jeton-legacy": (
        {"AllowImplicitGrant": "true", "AllowPasswordGrant": "true", "SigningAlgorithms": "RS256,ES256,EdDSA",
         "KeyRotationDays": "30", "MultiRegionKey": "true", "Tracing": "Active", "ReservedConcurrency": "20",
         "Operations": "true", "AlarmEmail": "operator@example.com", "GradualDeployment": "Canary10Percent5Minutes",
         "DynamicRegistration": "open", "RegistrationApis": "https://es256.example", "RegistrationSchemes": "vscode",
         "RegistrationPkce": "optional", "RegistrationLogos": "true", "OutboundPrivateHosts": "127.0.0.1",
         "ClientIdDocuments": "listed", "ClientIdDocumentHosts": "127.0.0.1", "RequestUri": "registered",
         # One is registered by the tests, and one never: both ways of reading are taken.
         "MetadataApis": "https://es256.example https://later.example", "MailFrom": "accounts@example.com", "SignUp": "open", "AccountData": "delete",
         "PrivateTokenCallers": CALLER, "DomainName": DOMAIN, "CertificateArn": CERTIFICATE, "LogRetentionDays": "7",
         "DeletionProtection": "true", "HstsIncludeSubDomains": "true"},
        MADE | {"DeploymentIsGradual", "PasswordGrantIsAllowed", "TracingIsOn", "ConcurrencyIsReserved", "OperationsAreOn",
         "RegistrationIsOn", "RegistrationHasAlarms", "DocumentsAreOn", "MetadataListApis", "MailIsOn", "MailHasAlarms",
         "TopicIsMade", "CallersArePrivate", "DomainIsGiven", "DomainIsAtGateway"}),
    "jeton-edge": (
        {"WebAclArn": WEB_ACL, "DomainName": "edge.example.com", "CertificateArn": CERTIFICATE},
        MADE | {"FirewallIsGiven", "DomainIsGiven", "DomainIsAtEdge"}),
}
