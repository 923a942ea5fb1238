package operator

import "time"

// CredentialsRequest asks for credentials. With nothing set they are those of an administrator of the first account.
type CredentialsRequest struct {
	// Account names the account by ID, name or root e-mail address.
	Account string `json:"account,omitempty"`
	// Administrator asks for the administrator of the management account of Account's organization, or of Account itself
	// if it is in none.
	Administrator bool `json:"administrator,omitempty"`
	// Role names a role in Account; empty means OrganizationAccountAccessRole.
	Role string `json:"role,omitempty"`
	// Root asks for Account's root user.
	Root bool `json:"root,omitempty"`
}

// Credentials are session credentials.
type Credentials struct {
	AccessKeyID     string    `json:"accessKeyId"`
	SecretAccessKey string    `json:"secretAccessKey"`
	SessionToken    string    `json:"sessionToken"`
	Expiration      time.Time `json:"expiration"`
	ARN             string    `json:"arn"`
	Account         string    `json:"account"`
}

// CreateAccountRequest asks for a stand-alone account.
type CreateAccountRequest struct {
	ID    string `json:"id,omitempty"` // 12 digits; empty lets Umbel choose
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Account is one account as the operator sees it.
type Account struct {
	ID           string    `json:"id"`
	Name         string    `json:"name"`
	Email        string    `json:"email"`
	Organization string    `json:"organization,omitempty"`
	State        string    `json:"state"`
	Created      time.Time `json:"created"`
}

type failure struct {
	Error string `json:"error"`
}
