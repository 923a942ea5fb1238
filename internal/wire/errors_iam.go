package wire

import "umbel/internal/fault"

// iamErrors is what IAM calls its failures; codes and statuses are the model's.
var iamErrors = table{
	fault.Internal:                 {shape: "ServiceFailureException", message: textInternal},
	fault.ConcurrentChange:         {shape: "ConcurrentModificationException", message: "The request was rejected because multiple requests to change this object were submitted simultaneously. Wait a few minutes and submit your request again."},
	fault.DeleteConflict:           {shape: "DeleteConflictException"},
	fault.EntityAlreadyExists:      {shape: "EntityAlreadyExistsException"},
	fault.EntityUnmodifiableForNow: {shape: "EntityTemporarilyUnmodifiableException"},
	fault.InvalidInput:             {shape: "InvalidInputException"},
	fault.LimitExceeded:            {shape: "LimitExceededException"},
	fault.MalformedPolicy:          {shape: "MalformedPolicyDocumentException"},
	fault.NoSuchEntity:             {shape: "NoSuchEntityException"},
	fault.PasswordPolicyViolation:  {shape: "PasswordPolicyViolationException"},
	fault.PolicyNotAttachable:      {shape: "PolicyNotAttachableException"},
	fault.UnmodifiableEntity:       {shape: "UnmodifiableEntityException"},
}
