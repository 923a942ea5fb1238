package policytest

import (
	_ "embed" // for the comments of the types
	"reflect"

	"umbel/internal/yamlfile"
)

// declaration is the source of the file's types: their comments are the descriptions in the schema.
//
//go:embed file.go
var declaration string

// Schema gives the JSON schema (draft 2020-12) of a file of cases, made from the types of this package.
func Schema() ([]byte, error) {
	return yamlfile.Schema("Umbel policy tests", reflect.TypeFor[File](), declaration)
}
