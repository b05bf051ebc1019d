# The module of infra/terraform without an account: what it hands to CloudFormation.

mock_provider "aws" {
  mock_resource "aws_cloudformation_stack" {
    defaults = {
      outputs = {
        Issuer                 = "https://id.example.com"
        Metadata               = "https://id.example.com/.well-known/oauth-authorization-server"
        AuthorizationEndpoint  = "https://id.example.com/authorize"
        TokenEndpoint          = "https://id.example.com/token"
        IntrospectionEndpoint  = "https://id.example.com/introspect"
        RevocationEndpoint     = "https://id.example.com/revoke"
        UserinfoEndpoint       = "https://id.example.com/userinfo"
        EndSessionEndpoint     = "https://id.example.com/logout"
        ApiEndpoint            = "https://api.execute-api.us-east-1.amazonaws.com"
        RegistryTableName      = "jeton-registry"
        GrantsTableName        = "jeton-grants"
        PeopleTableName        = "jeton-people"
        KeysTableName          = "jeton-keys"
        AuditTableName         = "jeton-audit"
        AuditDays              = "400"
        WrappingKeyArn         = "arn:aws:kms:us-east-1:111122223333:key/1"
        RotateKeysFunctionName = "jeton-rotate-keys"
      }
    }
  }
}

variables {
  template_url = "https://s3.us-east-1.amazonaws.com/code/jeton/template.json"
}

run "nothing_given_is_the_templates_defaults" {
  assert {
    condition     = length(aws_cloudformation_stack.jeton.parameters) == 0
    error_message = "a parameter is given that nobody has set"
  }
  assert {
    condition     = output.token_endpoint == "https://id.example.com/token" && output.domain_target == null
    error_message = "an output is not the stack's"
  }
}

run "what_is_given_is_text_as_cloudformation_takes_it" {
  variables {
    domain_name           = "id.example.com"
    certificate_arn       = "arn:aws:acm:us-east-1:111122223333:certificate/1"
    memory                = 1024
    operations            = true
    private_token_callers = ["orders", "billing"]
  }
  assert {
    condition = aws_cloudformation_stack.jeton.parameters == tomap({
      DomainName          = "id.example.com"
      CertificateArn      = "arn:aws:acm:us-east-1:111122223333:certificate/1"
      Memory              = "1024"
      Operations          = "true"
      PrivateTokenCallers = "orders,billing"
    })
    error_message = "the parameters are others"
  }
}
