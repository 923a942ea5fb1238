package wire

import "umbel/internal/fault"

// organizationsErrors is what AWS Organizations calls its failures. All of them are answered with 400 but ServiceException.
// The messages are those of the API reference, for failures that bring none.
var organizationsErrors = table{
	fault.AccessDenied:        {shape: "AccessDeniedException", message: "You don't have permissions to access this resource."},
	fault.Internal:            {shape: "ServiceException", message: "AWS Organizations can't complete your request because of an internal service error. Try again later."},
	fault.Throttling:          {shape: "TooManyRequestsException", message: "AWS Organizations can't complete your request because too many requests were made. Try again later."},
	fault.UnsupportedEndpoint: {shape: "UnsupportedAPIEndpointException", message: "This action isn't available in the current AWS Region."},
	fault.ConcurrentChange:    {shape: "ConcurrentModificationException", message: "The request failed because another request changed this resource. Try again later."},

	fault.ValidationFailed: {shape: "InvalidInputException"},
	fault.InvalidInput:     {shape: "InvalidInputException"},
	fault.InvalidPageToken: {shape: "InvalidInputException", reason: "INVALID_NEXT_TOKEN", message: "You specified an invalid value."},
	fault.MalformedPolicy:  {shape: "MalformedPolicyDocumentException", message: "The provided policy document does not meet the requirements of the specified policy type."},

	fault.AccountAlreadyClosed:        {shape: "AccountAlreadyClosedException", message: "The account is already closed."},
	fault.AccountNotFound:             {shape: "AccountNotFoundException", message: "You specified an account that doesn't exist."},
	fault.AlreadyInOrganization:       {shape: "AlreadyInOrganizationException", message: "The AWS account is already a member of an organization."},
	fault.ChildNotFound:               {shape: "ChildNotFoundException", message: "You specified a child that doesn't exist."},
	fault.ConstraintViolation:         {shape: "ConstraintViolationException"},
	fault.CreateAccountStatusNotFound: {shape: "CreateAccountStatusNotFoundException", message: "You specified a create account request that doesn't exist."},
	fault.DestinationParentNotFound:   {shape: "DestinationParentNotFoundException", message: "You specified a destination parent that doesn't exist."},
	fault.DuplicateAccount:            {shape: "DuplicateAccountException", message: "The account already exists in this organization."},
	fault.DuplicateOU:                 {shape: "DuplicateOrganizationalUnitException", message: "An OU with the same name already exists."},
	fault.DuplicatePolicy:             {shape: "DuplicatePolicyException", message: "A policy with the same name already exists."},
	fault.DuplicatePolicyAttachment:   {shape: "DuplicatePolicyAttachmentException", message: "The selected policy is already attached to the specified target."},
	fault.ManagementCannotLeave:       {shape: "MasterCannotLeaveOrganizationException", message: "You can't remove a management account from an organization."},
	fault.NotInOrganization:           {shape: "AWSOrganizationsNotInUseException", message: "Your account is not a member of an organization."},
	fault.OrganizationNotEmpty:        {shape: "OrganizationNotEmptyException", message: "To delete an organization you must first remove all member accounts except the management account, and delete all of its OUs and policies."},
	fault.OUNotEmpty:                  {shape: "OrganizationalUnitNotEmptyException", message: "The specified OU is not empty."},
	fault.OUNotFound:                  {shape: "OrganizationalUnitNotFoundException", message: "You specified an organizational unit that doesn't exist."},
	fault.ParentNotFound:              {shape: "ParentNotFoundException", message: "You specified parent that doesn't exist."},
	fault.PolicyInUse:                 {shape: "PolicyInUseException", message: "This policy is attached to one or more entities. You must detach it from all roots, OUs and accounts before performing this operation."},
	fault.PolicyNotAttached:           {shape: "PolicyNotAttachedException", message: "This policy isn't attached to the specified entity."},
	fault.PolicyNotFound:              {shape: "PolicyNotFoundException", message: "You specified a policy that doesn't exist."},
	fault.PolicyTypeAlreadyEnabled:    {shape: "PolicyTypeAlreadyEnabledException", message: "The specified policy type is already enabled."},
	fault.PolicyTypeNotAvailable:      {shape: "PolicyTypeNotAvailableForOrganizationException", message: "You can't use the specified policy type with the feature set currently enabled for this organization."},
	fault.PolicyTypeNotEnabled:        {shape: "PolicyTypeNotEnabledException", message: "This operation can be performed only for enabled policy types."},
	fault.RootNotFound:                {shape: "RootNotFoundException", message: "You specified a root that doesn't exist."},
	fault.SourceParentNotFound:        {shape: "SourceParentNotFoundException", message: "You specified a source parent that doesn't exist."},
	fault.TargetNotFound:              {shape: "TargetNotFoundException", message: "You specified a target that doesn't exist."},
}
