package why

import (
	"encoding/json"
	"strings"

	"umbel/internal/authz"
)

// decoded is what is read of a decoded authorization message (STS API reference, DecodeAuthorizationMessage). It tells every
// condition key that the request had.
type decoded struct {
	Context struct {
		Principal struct {
			ARN string `json:"arn"`
		} `json:"principal"`
		Action     string `json:"action"`
		Resource   string `json:"resource"`
		Conditions struct {
			Items []struct {
				Key    string `json:"key"`
				Values struct {
					Items []struct {
						Value string `json:"value"`
					} `json:"items"`
				} `json:"values"`
			} `json:"items"`
		} `json:"conditions"`
	} `json:"context"`
}

const encodedMark = "Encoded authorization failure message: "

// decode opens the encoded message of a refusal.
func (d *Desk) decode(f *facts) error {
	account, _, err := f.account()
	if err != nil {
		return err
	}
	text, err := authz.DecodeMessage(d.Messages, account, f.encoded)
	if err != nil {
		return bad("the encoded message was not made by this Umbel for account %s, or it is not whole", account)
	}
	var m decoded
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return err
	}
	f.takeDecoded(&m)
	return nil
}

// takeDecoded takes the facts from a decoded message. Keys given with the question count before its own.
func (f *facts) takeDecoded(m *decoded) {
	f.whole, f.recorded = true, true
	f.principal, f.action, f.resource = m.Context.Principal.ARN, m.Context.Action, m.Context.Resource
	keys := map[string][]string{}
	for _, c := range m.Context.Conditions.Items {
		values := make([]string, len(c.Values.Items))
		for i, v := range c.Values.Items {
			values[i] = v.Value
		}
		keys[c.Key] = values
		if strings.EqualFold(c.Key, "aws:MultiFactorAuthPresent") {
			f.temporary = true
		}
	}
	for key, values := range f.context {
		keys[key] = values
	}
	f.context = keys
	f.found = append(f.found, "The encoded message tells all condition keys that the request had.")
}
