package unserved

import (
	"maps"
	"slices"
	"strings"

	"umbel/internal/op"
)

// item is a part of a call of DynamoDB that is authorized by itself.
type item struct{ action, table string }

// dynamoTargets derives what the calls are authorized on that work on several tables or by statements: each table of a batch,
// each part of a transaction, the table of each PartiQL statement (DynamoDB Developer Guide, "Using IAM with DynamoDB
// transactions", "IAM security policies with PartiQL for DynamoDB"). false for any other call.
func (r *request) dynamoTargets() ([]op.Target, bool) {
	var items []item
	switch r.op.Name {
	case "BatchGetItem", "BatchWriteItem":
		tables, _ := member(r.members, "RequestItems").(map[string]any)
		for _, table := range slices.Sorted(maps.Keys(tables)) {
			items = append(items, item{"dynamodb:" + r.op.Name, table})
		}
	case "TransactGetItems", "TransactWriteItems":
		items = transaction(member(r.members, "TransactItems"))
	case "ExecuteStatement":
		items = append(items, statement(r.members.one("Statement")))
	case "BatchExecuteStatement":
		for _, s := range r.members.get("Statements.Statement") {
			items = append(items, statement(s))
		}
	case "ExecuteTransaction":
		for _, s := range r.members.get("TransactStatements.Statement") {
			items = append(items, statement(s))
		}
	default:
		return nil, false
	}
	r.prefix = "dynamodb"
	var out []op.Target
	for _, i := range items {
		t := r.target(i.action, r.dynamoTable(i.table), nil, nil)
		if strings.HasPrefix(r.op.Name, "Transact") || r.op.Name == "ExecuteTransaction" {
			t.Keys = append(t.Keys, op.Key{Name: "dynamodb:EnclosingOperation", Values: []string{r.op.Name}})
		}
		if len(out) < maxTargets && !slices.ContainsFunc(out, func(o op.Target) bool { return o.Action == t.Action && o.Resource == t.Resource }) {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		return nil, false
	}
	return out, true
}

// transaction takes the parts of a transaction apart: each is a structure whose one member is called like the action.
func transaction(parts any) (items []item) {
	list, _ := parts.([]any)
	for _, p := range list {
		members, _ := p.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(members)) {
			body, _ := members[name].(map[string]any)
			table, _ := scalar(member(body, "TableName"))
			action := map[string]string{
				"Get": "GetItem", "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem",
			}[name]
			if action != "" {
				items = append(items, item{"dynamodb:" + action, table})
			}
		}
	}
	return items
}

// statement reads the verb and the table of a PartiQL statement.
func statement(text string) item {
	words := strings.Fields(text)
	if len(words) == 0 {
		return item{"dynamodb:PartiQLSelect", ""}
	}
	verb, before := "Select", "FROM"
	switch strings.ToUpper(words[0]) {
	case "INSERT":
		verb, before = "Insert", "INTO"
	case "UPDATE":
		verb, before = "Update", "UPDATE"
	case "DELETE":
		verb = "Delete"
	}
	for i, w := range words[:len(words)-1] {
		if strings.EqualFold(w, before) {
			return item{"dynamodb:PartiQL" + verb, strings.NewReplacer(`"."`, "/index/", `"`, "", "'", "").Replace(words[i+1])}
		}
	}
	return item{"dynamodb:PartiQL" + verb, ""}
}

// dynamoTable gives the ARN of a table; of all where the request names none.
func (r *request) dynamoTable(name string) string {
	switch {
	case strings.HasPrefix(name, "arn:"):
		return name
	case name == "":
		name = "*"
	}
	return "arn:aws:dynamodb:" + r.region + ":" + string(r.account) + ":table/" + name
}

// leadingKeys gives dynamodb:LeadingKeys where the request alone tells the partition key: a key of one attribute.
func (r *request) leadingKeys() []op.Key {
	key, _ := member(r.members, "Key").(map[string]any)
	if len(key) != 1 {
		return nil
	}
	for _, attribute := range key {
		typed, _ := attribute.(map[string]any)
		for _, value := range typed {
			if text, ok := scalar(value); ok && len(typed) == 1 {
				return []op.Key{{Name: "dynamodb:LeadingKeys", Values: []string{text}}}
			}
		}
	}
	return nil
}
