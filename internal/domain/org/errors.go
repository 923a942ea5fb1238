package org

import "umbel/internal/fault"

// The errors of this package. Where AWS's own text is known it is used, word for word.

func notInUse() error {
	return fault.New(fault.NotInOrganization, "Your account is not a member of an organization.")
}

func accountNotFound() error {
	return fault.New(fault.AccountNotFound, "You specified an account that doesn't exist.")
}

func ouNotFound() error {
	return fault.New(fault.OUNotFound, "You specified an organizational unit that doesn't exist.")
}

func parentNotFound() error {
	return fault.New(fault.ParentNotFound, "You specified a parent that doesn't exist.")
}

func rootNotFound() error {
	return fault.New(fault.RootNotFound, "You specified a root that doesn't exist.")
}

func policyNotFound() error {
	return fault.New(fault.PolicyNotFound, "You specified a policy that doesn't exist.")
}

func targetNotFound() error {
	return fault.New(fault.TargetNotFound, "You specified a target that doesn't exist.")
}

func childNotFound() error {
	return fault.New(fault.ChildNotFound, "You specified a child that doesn't exist.")
}

func requestNotFound() error {
	return fault.New(fault.CreateAccountStatusNotFound, "You specified a create account request that doesn't exist.")
}

// violated is a ConstraintViolationException with its reason code.
func violated(reason, message string) error {
	return fault.WithReason(fault.ConstraintViolation, reason, "%s", message)
}

// invalid is an InvalidInputException with its reason code.
func invalid(reason, message string) error {
	return fault.WithReason(fault.InvalidInput, reason, "%s", message)
}

func typeNotAvailable() error {
	return fault.New(fault.PolicyTypeNotAvailable, "This operation can be performed only for policy types that are available in the organization.")
}

func typeNotEnabled() error {
	return fault.New(fault.PolicyTypeNotEnabled, "This operation can be performed only for enabled policy types.")
}

func notAllFeatures() error {
	return violated("ORGANIZATION_NOT_IN_ALL_FEATURES_MODE", "This operation can be performed only when all features are enabled in the organization.")
}

func immutablePolicy() error {
	return invalid("IMMUTABLE_POLICY", "You can't modify or delete an AWS managed policy.")
}
