# Written by tests/infra/terraform.py from infra/template.yaml.

output "issuer" {
  description = "What clients and APIs know this server by, and the `iss` of every token."
  value       = lookup(aws_cloudformation_stack.jeton.outputs, "Issuer", null)
}

output "metadata" {
  description = "Where clients find everything else (RFC 8414)."
  value       = lookup(aws_cloudformation_stack.jeton.outputs, "Metadata", null)
}

output "authorization_endpoint" {
  value = lookup(aws_cloudformation_stack.jeton.outputs, "AuthorizationEndpoint", null)
}

output "pushed_authorization_request_endpoint" {
  value = lookup(aws_cloudformation_stack.jeton.outputs, "PushedAuthorizationRequestEndpoint", null)
}

output "device_authorization_endpoint" {
  value = lookup(aws_cloudformation_stack.jeton.outputs, "DeviceAuthorizationEndpoint", null)
}

output "token_endpoint" {
  value = lookup(aws_cloudformation_stack.jeton.outputs, "TokenEndpoint", null)
}

output "introspection_endpoint" {
  value = lookup(aws_cloudformation_stack.jeton.outputs, "IntrospectionEndpoint", null)
}

output "revocation_endpoint" {
  value = lookup(aws_cloudformation_stack.jeton.outputs, "RevocationEndpoint", null)
}

output "userinfo_endpoint" {
  value = lookup(aws_cloudformation_stack.jeton.outputs, "UserinfoEndpoint", null)
}

output "end_session_endpoint" {
  value = lookup(aws_cloudformation_stack.jeton.outputs, "EndSessionEndpoint", null)
}

output "registration_endpoint" {
  value = lookup(aws_cloudformation_stack.jeton.outputs, "RegistrationEndpoint", null)
}

output "api_endpoint" {
  description = "The URL API Gateway gives; where an issuer of your own has to lead."
  value       = lookup(aws_cloudformation_stack.jeton.outputs, "ApiEndpoint", null)
}

output "registry_table_name" {
  value = lookup(aws_cloudformation_stack.jeton.outputs, "RegistryTableName", null)
}

output "grants_table_name" {
  value = lookup(aws_cloudformation_stack.jeton.outputs, "GrantsTableName", null)
}

output "people_table_name" {
  value = lookup(aws_cloudformation_stack.jeton.outputs, "PeopleTableName", null)
}

output "keys_table_name" {
  value = lookup(aws_cloudformation_stack.jeton.outputs, "KeysTableName", null)
}

output "audit_table_name" {
  description = "For the operator's commands (JETON_TABLE_AUDIT)."
  value       = lookup(aws_cloudformation_stack.jeton.outputs, "AuditTableName", null)
}

output "audit_days" {
  description = "For the operator's commands (JETON_AUDIT_DAYS)."
  value       = lookup(aws_cloudformation_stack.jeton.outputs, "AuditDays", null)
}

output "wrapping_key_arn" {
  description = "For the operator's commands (JETON_KMS_KEY_ID)."
  value       = lookup(aws_cloudformation_stack.jeton.outputs, "WrappingKeyArn", null)
}

output "rotate_keys_function_name" {
  description = "For a rotation by hand (aws lambda invoke)."
  value       = lookup(aws_cloudformation_stack.jeton.outputs, "RotateKeysFunctionName", null)
}

output "domain_target" {
  description = "Where the DNS record of the domain has to lead (CNAME, or an alias record)."
  value       = lookup(aws_cloudformation_stack.jeton.outputs, "DomainTarget", null)
}

output "domain_target_zone" {
  description = "The zone of the target, for an alias record."
  value       = lookup(aws_cloudformation_stack.jeton.outputs, "DomainTargetZone", null)
}

output "gateway_target" {
  description = "Where the DNS record of the domain leads around the firewall, before it is turned on and before it is turned off."
  value       = lookup(aws_cloudformation_stack.jeton.outputs, "GatewayTarget", null)
}

output "edge_proof_arn" {
  description = "The secret that CloudFront shows to the functions, for its change."
  value       = lookup(aws_cloudformation_stack.jeton.outputs, "EdgeProofArn", null)
}

output "audit_bucket_name" {
  description = "The bucket of what people and clients did. It outlives the stack."
  value       = lookup(aws_cloudformation_stack.jeton.outputs, "AuditBucketName", null)
}

output "back_channel_logout_failures_url" {
  description = "The queue of what back-channel-logout gave up."
  value       = lookup(aws_cloudformation_stack.jeton.outputs, "BackChannelLogoutFailuresUrl", null)
}

output "private_token_endpoint" {
  description = "Where private callers send their requests for tokens, signed with SigV4."
  value       = lookup(aws_cloudformation_stack.jeton.outputs, "PrivateTokenEndpoint", null)
}
