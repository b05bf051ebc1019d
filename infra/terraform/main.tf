# The stack of infra/template.yaml, for those who manage the rest with Terraform or OpenTofu. CloudFormation makes it; this
# module hands over parameters and gives back outputs. infra/README.md tells how.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "stack_name" {
  description = "The name of the stack, with which the names of its tables begin."
  type        = string
  default     = "jeton"
}

variable "template_url" {
  description = "The template in a bucket in the stack's region, as `infra/scripts/plain --upload` puts it there and prints it."
  type        = string
}

variable "tags" {
  description = "Tags of the stack, which CloudFormation gives to its resources."
  type        = map(string)
  default     = {}
}

# A parameter that is not given gets the template's default, also where a script of infra/scripts has changed it: each prints the
# lines for this module at its end.
resource "aws_cloudformation_stack" "jeton" {
  name         = var.stack_name
  template_url = var.template_url
  capabilities = ["CAPABILITY_IAM"]
  parameters   = { for name, value in local.given : name => tostring(value) if value != null }
  tags         = var.tags
}
