package unserved

import (
	"strings"

	"umbel/iampolicy/actions"
)

// lambdaARNs gives the resources of Lambda that are named in several ways: a function by its name, its ARN or a part of that,
// each with or without the alias or version it means (Lambda API reference, FunctionName). false for any other type.
func (r *request) lambdaARNs(t *actions.ResourceType) ([]string, bool) {
	switch t.Name {
	case "function":
		names := r.members.get("FunctionName")
		if len(names) == 0 {
			return r.given(t), true
		}
		return []string{r.lambdaFunction(names[0])}, true
	case "function alias", "function version":
		return nil, true // they are functions with a qualifier, which lambdaFunction adds
	case "layer", "layerVersion":
		return r.lambdaLayer(t), true
	}
	return nil, false
}

// lambdaFunction gives the ARN of a function.
func (r *request) lambdaFunction(name string) string {
	arn := name
	if !strings.HasPrefix(name, "arn:") {
		account := string(r.account)
		if owner, rest, ok := strings.Cut(name, ":function:"); ok {
			account, name = owner[strings.LastIndexByte(owner, ':')+1:], rest
		}
		arn = "arn:aws:lambda:" + r.region + ":" + account + ":function:" + name
	}
	if qualifier := r.members.one("Qualifier"); qualifier != "" && strings.Count(arn, ":") == 6 {
		arn += ":" + qualifier
	}
	return arn
}

// lambdaLayer gives the ARN of the layer, or of the version of one, that the path names.
func (r *request) lambdaLayer(t *actions.ResourceType) []string {
	if found := r.given(t); len(found) > 0 {
		return found
	}
	name, version := r.members.one("LayerName"), r.members.one("VersionNumber")
	if name == "" || (version == "") != (t.Name == "layer") {
		return nil
	}
	if !strings.HasPrefix(name, "arn:") {
		name = "arn:aws:lambda:" + r.region + ":" + string(r.account) + ":layer:" + name
	}
	if version != "" {
		name += ":" + version
	}
	return []string{name}
}
