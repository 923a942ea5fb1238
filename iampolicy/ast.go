package iampolicy

import "fmt"

// SyntaxError tells why a text is no policy, and where. Lines and columns count from 1, columns in characters.
type SyntaxError struct {
	Line, Column int
	Message      string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// located is a string and its place in the text.
type located struct {
	text   string
	offset int
}

// element is a statement's element that holds one string or a list of them. It was written if offset is not zero: an element
// never stands at the very start of a text.
type element struct {
	values []located
	offset int
}

func (e element) present() bool { return e.offset > 0 }

// syntaxTree is a policy as written.
type syntaxTree struct {
	offset     int
	version    located // offset 0: not given
	id         located
	statements []statementNode
}

type statementNode struct {
	offset       int
	sid          located
	effect       located
	principal    principalNode
	notPrincipal principalNode
	action       element
	notAction    element
	resource     element
	notResource  element
	conditions   []conditionNode
	conditionAt  int
}

// principalNode is a Principal or NotPrincipal: "*", or lists by type.
type principalNode struct {
	offset int
	any    bool // written as "*"
	groups []principalGroup
}

func (p principalNode) present() bool { return p.offset > 0 }

type principalGroup struct {
	kind located // "AWS", "Service", "Federated" or "CanonicalUser"
	element
}

// conditionNode is one operator with one key.
type conditionNode struct {
	operator located
	key      located
	values   []located
}
