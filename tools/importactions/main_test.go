package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var files = map[string]string{
	"package.json":                     `{"version":"1.2.3"}`,
	"data/services.json":               `["zoo","ark"]`,
	"data/serviceNames.json":           `{"zoo":"Amazon Zoo","ark":"AWS Ark"}`,
	"data/rcpSupportedServices.json":   `["ark"]`,
	"data/unassociatedConditions.json": `{"cage":["zoo"]}`,
	"data/actions/ark.json":            `{"listanimals":{"name":"ListAnimals","accessLevel":"List","resourceTypes":[],"conditionKeys":[]}}`,
	"data/resourceTypes/ark.json":      `{}`,
	"data/conditionKeys/ark.json":      `{}`,
	"data/actions/zoo.json": `{"tagcage":{"name":"TagCage","accessLevel":"Tagging, Write","conditionKeys":["aws:TagKeys"],
		"resourceTypes":[{"name":"cage","required":true,"conditionKeys":["aws:ResourceTag/${TagKey}"]}]},
		"feed":{"name":"Feed","accessLevel":"Write","conditionKeys":[],"resourceTypes":[{"name":"animal","required":false,"conditionKeys":[]}]}}`,
	"data/resourceTypes/zoo.json": `{"cage":{"key":"cage","arn":"arn:${Partition}:zoo:${Region}:${Account}:cage/${Name}","conditionKeys":["aws:ResourceTag/${TagKey}"]},
		"animal":{"key":"animal","arn":"arn:${Partition}:farm:::${Name}"}}`,
	"data/conditionKeys/zoo.json": `{"aws:tagkeys":{"key":"aws:TagKeys","type":"ArrayOfString"},"aws:resourcetag/${tagkey}":{"key":"aws:ResourceTag/${TagKey}","type":"String"}}`,
	"dist/esm/globalConditionKeys.js": "export const globalConditionKeys = [\n    {\n        key: 'aws:PrincipalTag/tag-key',\n        category: 'principal',\n" +
		"        type: 'String',\n        description: ''\n    },\n    {\n        key: 'aws:CurrentTime',\n        type: 'Date',\n    },\n];\n",
	"old/data/actions/zoo.json": `{"feed":{"name":"Feed","dependentActions":["iam:PassRole"],"resourceTypes":[{"name":"animal","dependentActions":["zoo:TagCage","iam:PassRole"]}]}}`,
}

// write puts the package into a directory, with some files replaced.
func write(t *testing.T, replaced map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if other, ok := replaced[name]; ok {
			text = other
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func inflate(t *testing.T, block, dictionary []byte) string {
	t.Helper()
	text, err := io.ReadAll(flate.NewReaderDict(bytes.NewReader(block), dictionary))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestRun unpacks what was packed and compares it line by line.
func TestRun(t *testing.T) {
	dir := write(t, nil)
	var out bytes.Buffer
	if err := run([]string{dir, filepath.Join(dir, "old")}, &out); err != nil {
		t.Fatal(err)
	}
	n, width := binary.Uvarint(out.Bytes())
	index, blocks := out.Bytes()[width:width+int(n)], out.Bytes()[width+int(n):]
	text := inflate(t, index, nil)
	want := "1.2.3\nark\tAWS Ark\tr\t"
	if !strings.HasPrefix(text, want) {
		t.Errorf("the index begins %.60q", text)
	}
	_, rest, _ := strings.Cut(text, "\n\n")
	if !strings.HasPrefix(rest, "daws:CurrentTime\nsaws:PrincipalTag/${TagKey}\naaws:SignInSessionArn\nsaws:ViaCustomerDomain\nacodebuild:BuildArn\nacodebuild:ProjectArn\n\ncage\tzoo\n\nfarm\tzoo\n\n") {
		t.Errorf("global keys and prefixes: %q", rest)
	}
	dictionary := []byte(rest[strings.Index(rest, "farm\tzoo\n\n")+len("farm\tzoo\n\n"):])
	lengths := strings.Fields(strings.Split(text, "\n")[1])
	if got := inflate(t, blocks, dictionary); got != "\n.\n\n\n.\n\nListAnimals\tL!!\n\n" || lengths[len(lengths)-1] != "25" {
		t.Errorf("the first block is %q, its length said to be %s", got, lengths[len(lengths)-1])
	}
}

func TestRender(t *testing.T) {
	dir := write(t, nil)
	table, err := readPackage(dir, filepath.Join(dir, "old"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := table.services[1].render()
	want := "saws:ResourceTag/${TagKey}\nSaws:TagKeys\n\n" + // keys
		".\n.!\n.\"\n\n" + // sets: empty, the first, the second
		"animal\tarn:${Partition}:farm:::${Name}\t!\ncage\t~cage/${Name}\t\"\n\n" +
		".!?!\n.\"!\"\n\n" +
		"Feed\tW!!iam:PassRole zoo:TagCage\nTagCage\tT\"#\n\n"
	if err != nil || got != want {
		t.Errorf("%v\n got %q\nwant %q", err, got, want)
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "!", 89: "z", 90: "{\"!", 8099: "{zz"} {
		if got := number(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestRunRefusesWhatItDoesNotKnow(t *testing.T) {
	if err := run(nil, io.Discard); err == nil {
		t.Error("ran without directories")
	}
	for name, text := range map[string]string{
		"package.json":                    `{`,
		"data/services.json":              `["zoo","ark","gap"]`,
		"data/actions/ark.json":           `{"a":{"name":"A","accessLevel":"Some"}}`,
		"data/actions/zoo.json":           `{"a":{"name":"A","accessLevel":"Read","resourceTypes":[{"name":"x"}]}}`,
		"data/resourceTypes/zoo.json":     `{"a":{"key":"a","arn":"arn:x","conditionKeys":["unknown"]}}`,
		"data/conditionKeys/zoo.json":     `{"a":{"key":"a","type":"Colour"}}`,
		"dist/esm/globalConditionKeys.js": "type: 'String',",
		"old/data/actions/zoo.json":       `[]`,
	} {
		dir := write(t, map[string]string{name: text})
		if err := run([]string{dir, filepath.Join(dir, "old")}, io.Discard); err == nil {
			t.Errorf("took %s: %s", name, text)
		}
	}
}
