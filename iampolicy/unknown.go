package iampolicy

import "strings"

// Unknown is something of a request or of its policies that the caller does not know.
type Unknown struct {
	// Name says what is unknown:
	//
	//	aws:SourceIp           a condition key, whatever the request's context says of it
	//	aws:ResourceTag/*      every key that begins so and that the context does not state
	//	principal:arn          the name, with its path, of the user, of the role behind the session (and so the session's
	//	                       name too), or of the federated user; the account is known
	//	principal:sessionName  the name of the role session
	//	principal:uniqueId     the unique ID of the user or role
	//	policy:ID              the document of the policies with that Source.ID, one and the same wherever it is attached
	//	further:LAYER          policies beyond those given: serviceControl or resourceControl (at any level), identity, session;
	//	                       resource or boundary (where none is given)
	//
	// aws:PrincipalArn, aws:userid and aws:username follow an unknown principal. All other keys vary by themselves.
	Name string
	// Present says that a key is in the request with at least one value: only which is not known.
	Present bool
	// MultiValued says that a key may have several values. Those that AWS documents as multivalued always may, such as
	// aws:TagKeys ("AWS global condition context keys").
	MultiValued bool
	// Values are the only values that a key may have; nil means any text.
	Values []string
}

// PartialOutcome is what a decision comes to when not everything is known.
type PartialOutcome uint8

// The outcomes of partial decisions. The zero value denies.
const (
	AlwaysDenied  PartialOutcome = iota // whatever the unknowns are
	AlwaysAllowed                       // whatever the unknowns are
	Depends                             // allowed for some, denied for others
)

// String gives the name used by `umbel decide`: "Denied", "Allowed" or "DependsOn".
func (o PartialOutcome) String() string {
	switch o {
	case AlwaysAllowed:
		return "Allowed"
	case Depends:
		return "DependsOn"
	}
	return "Denied"
}

// PartialDecision is a decision where something is unknown.
type PartialDecision struct {
	Outcome PartialOutcome
	// DependsOn names the unknowns that matter, sorted: for each there is a request that is allowed or denied by this one alone.
	// A key of a family is named by itself ("aws:ResourceTag/team"). Empty unless Outcome is Depends.
	DependsOn []string
	// Decision is what all decisions agree on where the outcome does not depend: a layer, policy or statement that is not
	// the same for all values is left out, and Outcome is ImplicitDeny unless every denial is explicit. What
	// would take too much work to find out is left out too.
	Decision Decision
	// Allowing and Denying are examples for either side where the outcome depends. Together with any values of
	// the unknowns that do not matter they hold.
	Allowing, Denying *Example
}

// Example is a choice of the unknowns that matter, and what is decided then.
type Example struct {
	// Values holds the values of each name in DependsOn; none at all for a key that is absent. For a policy it is what
	// the policy does with the request: "deny", "nothing" or "allow", for a resource's policy "allow account", "allow role" or
	// "allow caller", after whom it names; and "none" for a policy that is not there.
	Values   map[string][]string `json:"values"`
	Decision Decision            `json:"decision"`
}

// UndecidedError tells that a partial decision would need too much work. It is never returned in place of a wrong answer.
type UndecidedError struct {
	Unknowns []string // that take part
	Reason   string
}

func (e *UndecidedError) Error() string {
	return "cannot decide with " + strings.Join(e.Unknowns, ", ") + " unknown: " + e.Reason
}

// Bounds on the work of one partial decision.
const (
	maxCombinations = 1 << 16 // of values of the unknowns, each decided
	maxValues       = 1 << 12 // of one unknown
	maxWords        = 1 << 15 // tried in the search for the values of one unknown
)

// DecidePartly decides a request of which something is unknown: exactly as Decide would for every value that the unknowns
// can have. It never says Depends where all values give the same outcome, and never the contrary.
//
// An unknown key is absent, or has any text as its value (several, if it is multivalued). From the conditions, variables
// and principals of the statements that can still apply it finds values of every kind that these can tell apart, and decides
// each combination. An unknown policy may do whatever a policy of its layer can do.
//
// It returns an *UndecidedError where there are more than 65,536 combinations, 4,096 kinds of values of one key, or where a
// condition compares two unknowns in another way than for equality (StringLike "${aws:username}-*" with both unknown) and
// the values tried do not settle the answer. Other errors say what is wrong with the list of unknowns.
func DecidePartly(req *Request, ps *Policies, unknowns []Unknown) (PartialDecision, error) {
	q := &question{req: req, policies: ps, action: splitAction(req.Action), fields: map[string]field{}, standIns: map[string]Source{}}
	if err := q.declare(unknowns); err != nil {
		return PartialDecision{}, err
	}
	if open := q.examine(); !open && !q.escaping {
		return definite(Decide(q.request(), ps)), nil
	}
	least, most := q.bounds()
	if least == most && least.Sid != standInSid && !q.escaping {
		return definite(least), nil
	}
	d, err := q.tabulate()
	if err != nil && least.Outcome != Allowed == (most.Outcome != Allowed) && !q.escaping {
		return definite(between(least, most)), nil // what cannot be told is only who decides
	}
	return d, err
}

func definite(d Decision) PartialDecision {
	if d.Outcome == Allowed {
		return PartialDecision{Outcome: AlwaysAllowed, Decision: d}
	}
	return PartialDecision{Decision: d}
}
