package unserved

import (
	_ "embed"
	"slices"
	"strings"

	"umbel/iampolicy/actions"
	"umbel/internal/ident"
	"umbel/internal/op"
)

//go:embed data/resources.txt
var resourcesFile string

// maxTargets bounds how many resources of one call are derived; no operation of AWS takes more of them than this.
const maxTargets = 1000

// targets derives everything the call is authorized on: for each action its resources with their condition keys. A service
// that names its resources in ways of its own goes by its own rules.
func (r *request) targets(names []string) []op.Target {
	switch r.service.ID {
	case "s3":
		return r.s3Targets(names)
	case "dynamodb":
		if list, ok := r.dynamoTargets(); ok {
			return list
		}
	}
	var out []op.Target
	for _, name := range names {
		out = append(out, r.ofAction(name)...)
	}
	return r.withTags(out)
}

// ofAction derives the resources of one action.
func (r *request) ofAction(name string) []op.Target {
	r.prefix, _, _ = strings.Cut(name, ":")
	a, known := actions.Find(name)
	switch {
	case r.prefix == "apigateway":
		return []op.Target{r.target(name, "arn:"+ident.Partition+":apigateway:"+r.region+"::"+strings.TrimPrefix(r.wire.Path, "/v2"), a, nil)}
	case r.prefix == "bedrock" && known && r.members.one("modelId") != "":
		return []op.Target{r.target(name, r.model(r.members.one("modelId")), a, nil)}
	case known && (name == "ec2:CreateTags" || name == "ec2:DeleteTags"):
		return r.tagging(name, a)
	case !known:
		return []op.Target{r.target(name, "*", nil, nil)}
	}
	return r.ofTable(name, a)
}

// model gives the ARN of a model of Bedrock that a call names: by its ARN, as a profile for several Regions ("eu.…"), or as one
// of AWS's own.
func (r *request) model(id string) string {
	if strings.HasPrefix(id, "arn:") {
		return id
	}
	where := "arn:" + ident.Partition + ":bedrock:" + r.region + ":"
	for _, area := range []string{"apac.", "au.", "ca.", "eu.", "global.", "jp.", "us.", "us-gov."} {
		if strings.HasPrefix(id, area) {
			return where + string(r.account) + ":inference-profile/" + id
		}
	}
	return where + ":foundation-model/" + id
}

// ofTable derives resources from the action table: those whose ARNs the request gives or fills in; of types that every
// request names and this one does not, as when the service chooses the name, the ARN with "*" in it; "*" where there is
// nothing. An ARN that is filled in by half counts only if no other is whole.
func (r *request) ofTable(name string, a *actions.Action) []op.Target {
	var whole, half, silent []op.Target
	for i := range a.Resources {
		res := &a.Resources[i]
		arns, complete := r.arns(res.Type)
		if len(arns) == 0 && (res.Required || alwaysMade(name, res.Type.Name)) {
			silent = append(silent, r.target(name, r.anyOf(res.Type), a, res))
		}
		for _, arn := range arns {
			t := r.target(name, arn, a, res)
			if complete || res.Required {
				whole = addTarget(whole, t)
			} else {
				half = addTarget(half, t)
			}
		}
	}
	out := narrowed(whole, a)
	if len(out) == 0 {
		out = half
	}
	if len(out) == 0 || everyType(name) {
		out = append(out, silent...)
	}
	if len(out) == 0 {
		out = append(out, r.target(name, "*", a, nil))
	}
	return out
}

// addTarget adds a target unless its resource is there already.
func addTarget(list []op.Target, t op.Target) []op.Target {
	if len(list) >= maxTargets || slices.ContainsFunc(list, func(o op.Target) bool { return o.Resource == t.Resource }) {
		return list
	}
	return append(list, t)
}

// narrowed drops the resources that others are parts of: who queries an index of a table is authorized on the index.
func narrowed(list []op.Target, a *actions.Action) []op.Target {
	if len(a.Resources) < 2 {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(t op.Target) bool {
		return slices.ContainsFunc(list, func(o op.Target) bool { return strings.HasPrefix(o.Resource, t.Resource+"/") })
	})
}

// target makes a target with its condition keys.
func (r *request) target(name, arn string, a *actions.Action, res *actions.ActionResource) op.Target {
	t := op.Target{Action: name, Resource: arn, Keys: r.keys(arn, a, res)}
	if parsed, err := ident.ParseARN(arn); err == nil {
		if account := ident.AccountID(parsed.Account); account.Valid() && account != r.account {
			t.Account = account
		}
	}
	return t
}

// arns gives the ARNs of a type that the request names: members that are such ARNs, or the type's pattern filled in, and
// whether every variable of it was.
func (r *request) arns(t *actions.ResourceType) (arns []string, complete bool) {
	switch r.prefix {
	case "lambda":
		if arns, ok := r.lambdaARNs(t); ok {
			return arns, true
		}
	case "sqs":
		if arn := r.queue(); arn != "" {
			return []string{arn}, true
		}
	}
	if found := r.given(t); len(found) > 0 {
		return found, true
	}
	return r.filled(t)
}

// queue gives the ARN of the queue that QueueUrl names: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME.
func (r *request) queue() string {
	parts := strings.Split(r.members.one("QueueUrl"), "/")
	if len(parts) < 2 {
		return ""
	}
	account, name := parts[len(parts)-2], parts[len(parts)-1]
	if !ident.AccountID(account).Valid() {
		account = string(r.account)
	}
	return "arn:" + ident.Partition + ":sqs:" + r.region + ":" + account + ":" + name
}

// given finds the members that are ARNs of the type.
func (r *request) given(t *actions.ResourceType) []string {
	var found []string
	for _, name := range r.members.names() {
		for _, text := range r.members.get(name) {
			if strings.HasPrefix(text, "arn:") && shaped(t.ARN, text) && !slices.Contains(found, text) {
				found = append(found, text)
			}
		}
	}
	return found
}

// shaped tells whether an ARN has the form of a pattern: the same service and kind of resource, a text for each variable.
func shaped(pattern, arn string) bool {
	p, a := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(p) != 6 || len(a) != 6 || p[2] != a[2] {
		return false
	}
	return fits(p[5], a[5])
}

// fits matches the last part of an ARN. A variable stands for any text, slashes included, but not for the rest of another
// kind of resource: function:NAME:VERSION is no function:NAME.
func fits(pattern, text string) bool {
	if strings.Count(pattern, ":") != strings.Count(text, ":") {
		return false
	}
	from := strings.Index(pattern, "${")
	if from < 0 {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, pattern[:from])
	to := strings.IndexByte(pattern, '}')
	if !ok || rest == "" || to < from {
		return false
	}
	after := pattern[to+1:]
	if after == "" {
		return true
	}
	for i := 1; i <= len(rest); i++ {
		if fits(after, rest[i:]) {
			return true
		}
	}
	return false
}

// filled fills the type's pattern in, once for each value of a variable that has several; it gives nothing if the request
// names no part of the resource. complete tells that it names all of it.
func (r *request) filled(t *actions.ResourceType) (arns []string, complete bool) {
	arns, complete = []string{""}, true
	named := false
	rest := strings.NewReplacer("[", "", "]", "").Replace(t.ARN)
	for {
		before, after, more := strings.Cut(rest, "${")
		arns = appendEach(arns, []string{before})
		if !more {
			break
		}
		variable, tail, _ := strings.Cut(after, "}")
		rest = tail
		values := r.place(variable)
		if values == nil {
			values = r.values(t, variable)
			named = named || len(values) > 0
			complete = complete && len(values) > 0
			if len(values) == 0 {
				values = []string{"*"}
			}
		}
		arns = appendEach(arns, values)
	}
	if !named {
		return nil, false
	}
	return arns, complete
}

// appendEach appends each of the endings to each of the texts.
func appendEach(texts, endings []string) []string {
	if len(endings) > maxTargets {
		endings = endings[:maxTargets]
	}
	out := make([]string, 0, len(texts))
	for _, t := range texts {
		for _, e := range endings {
			if len(out) < maxTargets {
				out = append(out, t+e)
			}
		}
	}
	return out
}

// place gives the value of a variable that says where a resource is; nil for any other.
func (r *request) place(variable string) []string {
	switch variable {
	case "Partition":
		return []string{ident.Partition}
	case "Region":
		return []string{r.region}
	case "Account":
		return []string{string(r.account)}
	}
	return nil
}

// values gives what the request has for a variable: by the data, by its name, or by a name of the same stem.
func (r *request) values(t *actions.ResourceType, variable string) []string {
	if members, ok := r.fillings[r.prefix+" "+variable]; ok {
		for _, m := range members {
			if v := r.members.get(m); len(v) > 0 {
				return names(v)
			}
		}
		return nil
	}
	stem := strings.TrimSuffix(bare(variable), "s")
	for _, ending := range []string{"identifier", "name", "id"} {
		stem = strings.TrimSuffix(stem, ending)
	}
	candidates := []string{variable, variable + "s", stem + "name", stem + "id", stem + "identifier", stem + "s", stem + "ids", stem + "names", stem, stem + "url"}
	if strings.Contains(bare(r.op.Name), stem) && bare(t.Name) == stem {
		candidates = append(candidates, "name", "id", "identifier")
	}
	for _, c := range candidates {
		if v := r.members.get(c); c != "" && len(v) > 0 {
			return names(v)
		}
	}
	return nil
}

// names makes names of what members hold: an ARN or URL stands for the name at its end.
func names(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		if strings.HasPrefix(v, "https://") || strings.HasPrefix(v, "http://") {
			v = v[strings.LastIndexByte(v, '/')+1:]
		}
		if strings.HasPrefix(v, "arn:") {
			v = v[strings.LastIndexAny(v, ":/")+1:]
		}
		out[i] = v
	}
	return out
}

// anyOf is the type's ARN with "*" for what the request does not say.
func (r *request) anyOf(t *actions.ResourceType) string {
	var b strings.Builder
	rest := t.ARN
	for {
		before, after, more := strings.Cut(rest, "${")
		b.WriteString(before)
		if !more {
			return b.String()
		}
		variable, tail, _ := strings.Cut(after, "}")
		rest = tail
		if v := r.place(variable); v != nil {
			b.WriteString(v[0])
		} else {
			b.WriteByte('*')
		}
	}
}
