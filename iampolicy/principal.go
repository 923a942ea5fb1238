package iampolicy

import "strings"

// grant is how closely a Principal element names the caller. It decides what else must allow within one account.
// Rules: IAM User Guide, "Policy evaluation logic" and "AWS JSON policy elements: Principal".
type grant uint8

const (
	grantNone      grant = iota
	grantDelegated       // the account is named: its identity policies decide
	grantRole            // the role behind the session, or the user behind the federated user: no identity policy is needed
	grantDirect          // the caller itself, or everyone: neither boundary nor session policy limits it
)

// principals is a compiled Principal or NotPrincipal element.
type principals struct {
	any       bool
	accounts  []string
	names     []string // ARNs, and unique IDs as saved trust policies hold them
	services  []string
	federated []string // providers: of SAML by ARN, of OIDC by ARN or by name
	canonical []string // canonical user IDs, which stand for accounts
}

func compilePrincipals(n *principalNode) *principals {
	if !n.present() {
		return nil
	}
	p := &principals{any: n.any}
	for i := range n.groups {
		g := &n.groups[i]
		for _, v := range g.values {
			switch g.kind.text {
			case "AWS":
				p.addAWS(v.text)
			case "Service":
				p.services = append(p.services, strings.ToLower(v.text))
			case "CanonicalUser":
				p.canonical = append(p.canonical, v.text)
			default:
				p.federated = append(p.federated, v.text)
			}
		}
	}
	return p
}

func (p *principals) addAWS(s string) {
	if s == "*" {
		p.any = true
	} else if account, ok := accountPrincipal(s); ok {
		p.accounts = append(p.accounts, account)
	} else {
		p.names = append(p.names, s)
	}
}

// accountPrincipal knows the two forms that name a whole account: 12 digits, and the ARN of its root.
func accountPrincipal(s string) (account string, ok bool) {
	if len(s) == 12 && isDigits(s) {
		return s, true
	}
	parts := strings.Split(s, ":")
	if len(parts) == 6 && parts[0] == "arn" && parts[2] == "iam" && parts[5] == "root" {
		return parts[4], true
	}
	return "", false
}

// match tells how closely a Principal element names the caller.
func (p *principals) match(who *Principal) grant {
	switch {
	case p.any:
		return grantDirect
	case who.Kind == ServicePrincipal:
		return named(p.namesService(who), grantDirect)
	case who.Kind == FederatedIdentity:
		return named(contains(p.federated, who.ARN), grantDirect)
	case who.Kind == Anonymous:
		return grantNone
	}
	if g := p.matchName(who); g != grantNone {
		return g
	}
	return named(p.namesAccount(who), grantDelegated)
}

// namesAccount tells whether the caller's account is named: by its number, the ARN of its root, or its canonical user ID.
func (p *principals) namesAccount(who *Principal) bool {
	return contains(p.accounts, who.Account) || contains(p.canonical, who.CanonicalUser)
}

func (p *principals) namesService(who *Principal) bool {
	return contains(p.services, strings.ToLower(who.ARN)) || contains(p.services, "*")
}

func named(yes bool, g grant) grant {
	if yes {
		return g
	}
	return grantNone
}

func (p *principals) matchName(who *Principal) grant {
	switch who.Kind {
	case User:
		return named(contains(p.names, who.ARN) || contains(p.names, who.UniqueID), grantDirect)
	case AssumedRole:
		if contains(p.names, who.ARN) {
			return grantDirect
		}
		return named(contains(p.names, who.RoleARN) || contains(p.names, who.UniqueID), grantRole)
	case FederatedUser:
		if contains(p.names, who.ARN) {
			return grantDirect
		}
		return named(contains(p.names, who.UserARN) || contains(p.names, who.UniqueID), grantRole)
	}
	return grantNone
}

// exempts tells whether a NotPrincipal element leaves the caller out. Each step AWS may check must be listed: the account,
// the role, and the session or user itself (IAM User Guide, "AWS JSON policy elements: NotPrincipal").
func (p *principals) exempts(who *Principal) bool {
	account := p.namesAccount(who)
	switch {
	case p.any:
		return true
	case who.Kind == RootUser:
		return account
	case who.Kind == User:
		return account && p.matchName(who) == grantDirect
	case who.Kind == AssumedRole:
		return account && contains(p.names, who.ARN) && (contains(p.names, who.RoleARN) || contains(p.names, who.UniqueID))
	case who.Kind == FederatedUser:
		return account && contains(p.names, who.ARN)
	case who.Kind == ServicePrincipal:
		return p.namesService(who)
	case who.Kind == FederatedIdentity:
		return contains(p.federated, who.ARN)
	}
	return false
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s && s != "" {
			return true
		}
	}
	return false
}
