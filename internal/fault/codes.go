package fault

// Codes that any service may raise.
const (
	AccessDenied        Code = "AccessDenied"
	Internal            Code = "Internal"
	InvalidPageToken    Code = "InvalidPageToken"
	MalformedRequest    Code = "MalformedRequest" // a body that is not what the protocol says
	NotOffered          Code = "NotOffered"       // an operation of the model that Umbel does not serve
	RequestTooLarge     Code = "RequestTooLarge"
	Throttling          Code = "Throttling"
	Unavailable         Code = "Unavailable"
	UnknownOperation    Code = "UnknownOperation"
	ValidationFailed    Code = "ValidationFailed" // a constraint of the model; Reason is Organizations' reason code for it
	MalformedPolicy     Code = "MalformedPolicy"
	ConcurrentChange    Code = "ConcurrentChange"
	DryRun              Code = "DryRun" // EC2: the call would be allowed, and was not meant to be made
	UnsupportedEndpoint Code = "UnsupportedEndpoint"
)

// Codes of authentication, before any service is asked.
const (
	MissingAuthentication Code = "MissingAuthentication"
	IncompleteSignature   Code = "IncompleteSignature"
	InvalidClientToken    Code = "InvalidClientToken" // unknown or inactive key, or wrong session token
	SignatureMismatch     Code = "SignatureMismatch"
	RequestExpired        Code = "RequestExpired" // outside the 15 minutes
	ExpiredToken          Code = "ExpiredToken"   // session credentials past their time
	WrongScope            Code = "WrongScope"     // credential scope names another service, Region or date
	OptInRequired         Code = "OptInRequired"  // the account is closed or suspended
	RegionDisabled        Code = "RegionDisabled"
)

// Codes of Organizations (API reference, "Errors" of each operation).
const (
	AccountAlreadyClosed        Code = "AccountAlreadyClosed"
	AccountNotFound             Code = "AccountNotFound"
	AlreadyInOrganization       Code = "AlreadyInOrganization"
	ChildNotFound               Code = "ChildNotFound"
	ConstraintViolation         Code = "ConstraintViolation"
	CreateAccountStatusNotFound Code = "CreateAccountStatusNotFound"
	DestinationParentNotFound   Code = "DestinationParentNotFound"
	DuplicateAccount            Code = "DuplicateAccount"
	DuplicateOU                 Code = "DuplicateOrganizationalUnit"
	DuplicatePolicy             Code = "DuplicatePolicy"
	DuplicatePolicyAttachment   Code = "DuplicatePolicyAttachment"
	InvalidInput                Code = "InvalidInput"
	ManagementCannotLeave       Code = "MasterCannotLeaveOrganization"
	NotInOrganization           Code = "AWSOrganizationsNotInUse"
	OrganizationNotEmpty        Code = "OrganizationNotEmpty"
	OUNotEmpty                  Code = "OrganizationalUnitNotEmpty"
	OUNotFound                  Code = "OrganizationalUnitNotFound"
	ParentNotFound              Code = "ParentNotFound"
	PolicyInUse                 Code = "PolicyInUse"
	PolicyNotAttached           Code = "PolicyNotAttached"
	PolicyNotFound              Code = "PolicyNotFound"
	PolicyTypeAlreadyEnabled    Code = "PolicyTypeAlreadyEnabled"
	PolicyTypeNotAvailable      Code = "PolicyTypeNotAvailableForOrganization"
	PolicyTypeNotEnabled        Code = "PolicyTypeNotEnabled"
	RootNotFound                Code = "RootNotFound"
	SourceParentNotFound        Code = "SourceParentNotFound"
	TargetNotFound              Code = "TargetNotFound"
)

// Codes of IAM and STS.
const (
	DeleteConflict           Code = "DeleteConflict"
	EntityAlreadyExists      Code = "EntityAlreadyExists"
	LimitExceeded            Code = "LimitExceeded"
	NoSuchEntity             Code = "NoSuchEntity"
	PackedPolicyTooLarge     Code = "PackedPolicyTooLarge"
	PolicyNotAttachable      Code = "PolicyNotAttachable"
	UnmodifiableEntity       Code = "UnmodifiableEntity"
	EntityUnmodifiableForNow Code = "EntityTemporarilyUnmodifiable"
	PasswordPolicyViolation  Code = "PasswordPolicyViolation"
	InvalidAuthorizationMsg  Code = "InvalidAuthorizationMessage"
	InvalidParameterValue    Code = "InvalidParameterValue"
)

// Codes of CloudTrail.
const (
	InvalidTimeRange        Code = "InvalidTimeRange"
	InvalidLookupAttributes Code = "InvalidLookupAttributes"
	InvalidMaxResults       Code = "InvalidMaxResults"
	InvalidEventCategory    Code = "InvalidEventCategory"
)

// Codes that several of the services around the bill have.
const (
	BillingViewUnhealthy Code = "BillingViewUnhealthy" // a billing view whose sources are not to be had
	Conflict             Code = "Conflict"             // with what a resource is at the moment
	ExpiredPageToken     Code = "ExpiredPageToken"
	NotFound             Code = "NotFound"
	QuotaExceeded        Code = "QuotaExceeded"
)

// Codes of Cost Explorer.
const (
	AnalysisNotFound      Code = "AnalysisNotFound"
	BackfillLimitExceeded Code = "BackfillLimitExceeded"
	BillExpiration        Code = "BillExpiration"
	DataUnavailable       Code = "DataUnavailable"
	GenerationExists      Code = "GenerationExists"
	RequestChanged        Code = "RequestChanged" // a page token of another request
	TooManyTags           Code = "TooManyTags"
	UnknownMonitor        Code = "UnknownMonitor"
	UnknownSubscription   Code = "UnknownSubscription"
	UnresolvableUsageUnit Code = "UnresolvableUsageUnit"
)

// Codes of Budgets.
const (
	CreationLimitExceeded Code = "CreationLimitExceeded"
	DuplicateRecord       Code = "DuplicateRecord"
	ResourceLocked        Code = "ResourceLocked"
)

// Codes of Cost and Usage Reports.
const (
	DuplicateReportName Code = "DuplicateReportName"
	ReportLimitReached  Code = "ReportLimitReached"
)

// Codes of CloudWatch.
const (
	InvalidParameterCombination Code = "InvalidParameterCombination"
	MissingParameter            Code = "MissingParameter"
)
