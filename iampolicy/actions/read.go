package actions

import (
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"io"
	"strconv"
	"strings"
	"sync"
)

// table.bin is written by tools/importactions. It holds the length of the index as a varint, the index, and one block for each
// service; all are compressed with DEFLATE, the blocks with the dictionary of the index.
//
// The index is text in lines: the version; for each service prefix, name, "r" if RCPs bind it, and the lengths of its block
// compressed and not; the global condition keys; foreign prefixes of keys, each with the service whose requests carry such
// keys; services of ARNs that other prefixes than their own have, with those. Each group ends with an empty line, and the rest is the dictionary.
//
// A block is text in lines too, in five groups: condition keys, sets of keys, resource types, lists of resources, actions.
// Sets and lists begin with a dot. Small numbers are one character; see number.
//
//go:embed table.bin
var tableFile string

// shared is the table, its index read at the first use.
var shared = sync.OnceValue(func() *table { return open(tableFile) })

type table struct {
	version    string
	entries    []*entry
	global     []Key
	foreign    []foreignPrefix
	arns       map[string][]string // service of an ARN → prefixes, where it is not the one of the same name
	dictionary []byte
}

// foreignPrefix is one of condition keys that only requests to a service of another name carry.
type foreignPrefix struct{ prefix, service string }

// entry is a service that is read when it is first asked for.
type entry struct {
	prefix, name    string
	resourceControl bool
	block           string
	size            int // of the block's text
	once            sync.Once
	service         *Service
}

// open reads the index. The file is part of the program: a damaged one panics.
func open(file string) *table {
	n, width := binary.Uvarint([]byte(file[:binary.MaxVarintLen32]))
	blocks := file[width+int(n):]
	r := &reader{text: inflate(file[width:width+int(n)], nil, 0)}
	t := &table{version: r.line(), arns: map[string][]string{}}
	for r.more() {
		f := strings.Split(r.line(), "\t")
		size, text := decimal(f[3]), decimal(f[4])
		t.entries = append(t.entries, &entry{prefix: f[0], name: f[1], resourceControl: f[2] == "r", block: blocks[:size], size: text})
		blocks = blocks[size:]
	}
	for r.more() {
		t.global = append(t.global, r.key())
	}
	for r.more() {
		prefix, service, _ := strings.Cut(r.line(), "\t")
		t.foreign = append(t.foreign, foreignPrefix{prefix, service})
	}
	for r.more() {
		service, prefixes, _ := strings.Cut(r.line(), "\t")
		t.arns[service] = strings.Fields(prefixes)
	}
	t.dictionary = []byte(r.text)
	return t
}

// inflate uncompresses; size is that of the result, 0 for unknown.
func inflate(block string, dictionary []byte, size int) string {
	var b strings.Builder
	b.Grow(size)
	if _, err := io.Copy(&b, flate.NewReaderDict(strings.NewReader(block), dictionary)); err != nil {
		panic("the table of actions is damaged: " + err.Error())
	}
	return b.String()
}

func decimal(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic("the table of actions is damaged: " + err.Error())
	}
	return n
}

func (e *entry) load(t *table) *Service {
	e.once.Do(func() {
		r := &reader{text: inflate(e.block, t.dictionary, e.size)}
		e.service = r.service()
		e.service.Prefix, e.service.Name, e.service.ResourceControl = e.prefix, e.name, e.resourceControl
		for i := range e.service.Types {
			t := &e.service.Types[i]
			t.ARN = fullARN(e.prefix, t.ARN)
			t.parts = strings.SplitN(generous(t.ARN), ":", 6)
		}
	})
	return e.service
}

// fullARN writes out the usual beginning.
func fullARN(prefix, arn string) string {
	if rest, short := strings.CutPrefix(arn, "~"); short {
		return "arn:${Partition}:" + prefix + ":${Region}:${Account}:" + rest
	}
	return arn
}

// reader takes lines and numbers from the front of a text. What it gives are parts of the text, without a copy.
type reader struct{ text string }

func (r *reader) line() string {
	line, rest, _ := strings.Cut(r.text, "\n")
	r.text = rest
	return line
}

// more tells whether the group goes on; at its end it takes the empty line.
func (r *reader) more() bool {
	if strings.HasPrefix(r.text, "\n") {
		r.text = r.text[1:]
		return false
	}
	return true
}

// number takes one character, or after "{" two.
func (r *reader) number() int {
	if r.text[0] == '{' {
		n := int(r.text[1]-'!')*90 + int(r.text[2]-'!')
		r.text = r.text[3:]
		return n
	}
	n := int(r.text[0] - '!')
	r.text = r.text[1:]
	return n
}

func (r *reader) key() Key {
	line := r.line()
	letter := lower(line[0])
	return Key{Name: line[1:], Type: KeyType(strings.IndexByte(keyLetters, letter)), Multi: letter != line[0]}
}

func (r *reader) service() *Service {
	s := &Service{}
	for r.more() {
		s.Keys = append(s.Keys, r.key())
	}
	var sets [][]string
	for r.more() {
		sets = append(sets, r.keySet(s.Keys))
	}
	for r.more() {
		f := strings.SplitN(r.line(), "\t", 3)
		set := reader{f[2]}
		s.Types = append(s.Types, ResourceType{Name: f[0], ARN: f[1], Keys: sets[set.number()]})
	}
	var lists [][]ActionResource
	for r.more() {
		lists = append(lists, r.resources(s.Types, sets))
	}
	s.Actions = make([]Action, 0, strings.Count(r.text, "\n")-1)
	for r.more() {
		s.Actions = append(s.Actions, r.action(lists, sets))
	}
	return s
}

func (r *reader) keySet(keys []Key) (set []string) {
	for line := (reader{r.line()[1:]}); line.text != ""; {
		set = append(set, keys[line.number()].Name)
	}
	return set
}

func (r *reader) resources(types []ResourceType, sets [][]string) (list []ActionResource) {
	for line := (reader{r.line()[1:]}); line.text != ""; {
		t := &types[line.number()]
		required := line.text[0] == '!'
		line.text = line.text[1:]
		list = append(list, ActionResource{Type: t, Required: required, Keys: sets[line.number()]})
	}
	return list
}

func (r *reader) action(lists [][]ActionResource, sets [][]string) Action {
	name, rest, _ := strings.Cut(r.line(), "\t")
	a := Action{Name: name, Access: Access(strings.IndexByte("LRWTP", rest[0]))}
	codes := reader{rest[1:]}
	a.Resources = lists[codes.number()]
	a.Keys = sets[codes.number()]
	a.Dependent = strings.Fields(codes.text)
	return a
}
