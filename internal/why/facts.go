package why

import (
	"strings"
	"time"

	"umbel/internal/fault"
	"umbel/internal/ident"
)

// facts is what is known of the call in question.
type facts struct {
	principal string // ARN
	action    string
	resource  string // as the message shows it: an ARN, "*", or IAM's "user NAME"
	said      string // what the message says of the cause, "" if nothing
	message   string // the whole sentence, without what the CLI puts before it

	recorded  bool // a CloudTrail record tells of the call
	at        time.Time
	region    string
	ip, agent string
	tls       bool
	accessKey string
	mfa       bool
	temporary bool // the record shows session credentials
	issued    time.Time
	source    string // source identity
	issuer    string // ARN of the user behind a federated user

	encoded string // EC2's encoded message
	whole   bool   // context holds every key that the request had

	context  map[string][]string
	policies []string // session policies given with the question
	session  *issued  // what the trail tells of how the session was made
	found    []string
}

// read understands a question.
func read(q Question) (*facts, error) {
	f := &facts{region: q.Region, tls: q.TLS, context: q.Context, policies: q.SessionPolicies}
	text := strings.TrimSpace(q.Text)
	switch {
	case text != "" && (q.Principal != "" || q.Action != "" || q.Resource != ""):
		return nil, bad("give an error message or record, or a principal, action and resource, but not both")
	case strings.HasPrefix(text, "{") || strings.HasPrefix(text, "["):
		return f, f.readRecord(text)
	case text != "":
		return f, f.readMessage(text)
	case q.Principal == "" || q.Action == "":
		return nil, bad("a principal and an action are wanted, or an error message or record to read them from")
	}
	f.principal, f.action, f.resource = q.Principal, q.Action, q.Resource
	if f.resource == "" {
		f.resource = "*"
	}
	if service, name, _ := strings.Cut(f.action, ":"); service == "" || name == "" {
		return nil, bad("%q is not an action: want SERVICE:NAME, such as iam:CreateUser", f.action)
	}
	return f, nil
}

func bad(format string, args ...any) error { return fault.New(fault.ValidationFailed, format, args...) }

const refusal = " is not authorized to perform: "

// readMessage reads a refusal as AWS words it (IAM User Guide, "Troubleshoot access denied error messages"). Line breaks
// count as spaces.
func (f *facts) readMessage(text string) error {
	text = strings.Join(strings.Fields(text), " ")
	text, f.encoded, _ = strings.Cut(text, encodedMark)
	text = strings.TrimSpace(text)
	start, at := strings.Index(text, "User: "), strings.Index(text, refusal)
	if start < 0 || at < start {
		if f.encoded != "" {
			return bad("the message does not say who called: give what aws sts decode-authorization-message makes of it")
		}
		return bad("this is no refusal as AWS words it: want \"User: ARN is not authorized to perform: ACTION on resource: RESOURCE …\", " +
			"a CloudTrail record, or --principal, --action and --resource")
	}
	f.message = strings.TrimSuffix(text[start:], ".")
	f.principal = text[start+len("User: ") : at]
	rest := text[at+len(refusal):]
	for _, cause := range []string{" with an explicit deny in ", " because no "} {
		if i := strings.Index(rest, cause); i >= 0 {
			f.said, rest = strings.TrimSuffix(strings.TrimSpace(rest[i:]), "."), rest[:i]
			break
		}
	}
	f.action, f.resource, _ = strings.Cut(rest, " on resource: ")
	f.action, f.resource = strings.TrimSuffix(f.action, "."), strings.Trim(strings.TrimSuffix(f.resource, "."), `"`)
	if f.resource == "" {
		f.resource = "*"
	}
	if !strings.Contains(f.action, ":") {
		return bad("the message names no action: %q is none", f.action)
	}
	return nil
}

// account gives the account of the principal.
func (f *facts) account() (ident.AccountID, ident.ARN, error) {
	arn, err := ident.ParseARN(f.principal)
	id := ident.AccountID(arn.Account)
	if err != nil || !id.Valid() || arn.Service != "iam" && arn.Service != "sts" {
		return "", arn, bad("%q is not the ARN of a principal: want a user, a role or its session, a federated user, or the root user", f.principal)
	}
	return id, arn, nil
}
