package orgfile

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Tree is an organization as a tree, with the policies beside each node.
type Tree struct {
	Organization string   `json:"organization"`
	Management   string   `json:"managementAccount"`
	Features     string   `json:"features"`
	PolicyTypes  []string `json:"policyTypes"`
	Root         *Node    `json:"root"`
}

// Node is the root, a unit or an account.
type Node struct {
	Kind     Kind     `json:"kind"`
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Path     string   `json:"path,omitempty"`  // of a unit
	Email    string   `json:"email,omitempty"` // of an account
	State    string   `json:"state,omitempty"` // of an account
	Policies []string `json:"policies"`
	// Management marks the management account.
	Management bool    `json:"management,omitempty"`
	Children   []*Node `json:"children,omitempty"` // accounts first, then units, by name
}

// NewTree makes the tree of an organization that exists. RCPFullAWSAccess, which is attached everywhere, is left out.
func NewTree(l *Live) *Tree {
	root := &Node{Kind: KindRoot, ID: l.Root, Name: "Root"}
	nodes := map[string]*Node{l.Root: root}
	for _, a := range l.Accounts {
		nodes[a.ID] = &Node{Kind: KindAccount, ID: a.ID, Name: a.Name, Email: a.Email, State: a.State, Management: a.ID == l.Management}
	}
	for _, u := range l.Units {
		nodes[u.ID] = &Node{Kind: KindUnit, ID: u.ID, Name: u.Name, Path: u.Path}
	}
	adopt := func(parent, child string) {
		if p := nodes[parent]; p != nil {
			p.Children = append(p.Children, nodes[child])
		}
	}
	for _, a := range l.Accounts {
		if a.ID == l.Management {
			adopt(a.Parent, a.ID)
		}
	}
	for _, a := range l.Accounts {
		if a.ID != l.Management {
			adopt(a.Parent, a.ID)
		}
	}
	for _, u := range l.Units {
		adopt(u.Parent, u.ID)
	}
	for _, n := range nodes {
		n.Policies = []string{}
	}
	for _, p := range l.Policies {
		for _, t := range p.Targets {
			if n := nodes[t]; n != nil {
				n.Policies = append(n.Policies, p.Name)
			}
		}
	}
	return &Tree{Organization: l.ID, Management: l.Management, Features: l.Features, PolicyTypes: append([]string{}, l.PolicyTypes...), Root: root}
}

// row is one line of the tree on its way to the page.
type row struct {
	branch, name, id, state string
	node                    *Node
}

// RenderTree writes a tree for people: names with IDs and states, and the policies beside each node.
func RenderTree(w io.Writer, t *Tree, style Style) error {
	var rows []row
	collect(t.Root, "", "", &rows)
	left, ids := 0, 0
	for _, r := range rows {
		left = max(left, utf8.RuneCountInString(r.branch+r.name))
		ids = max(ids, len(r.id))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", style.paint(bold, t.Organization), style.paint(dim, t.Features+" features, management account "+t.Management))
	for _, r := range rows {
		pad := strings.Repeat(" ", left-utf8.RuneCountInString(r.branch+r.name))
		line := fmt.Sprintf("%s%s%s  %s%s  %s", style.paint(dim, r.branch), r.node.paintName(style, r.name), pad,
			style.paint(dim, r.id), strings.Repeat(" ", ids-len(r.id)), r.rest(style))
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// collect gives the lines of a node and of all below it.
func collect(n *Node, branch, below string, rows *[]row) {
	name := n.Name
	if n.Kind == KindUnit {
		name += "/"
	}
	r := row{branch: branch, name: name, id: n.ID, node: n}
	if n.State != "ACTIVE" {
		r.state = n.State
	}
	*rows = append(*rows, r)
	for i, child := range n.Children {
		if i == len(n.Children)-1 {
			collect(child, below+"└── ", below+"    ", rows)
		} else {
			collect(child, below+"├── ", below+"│   ", rows)
		}
	}
}

// paintName gives a name the colour of its kind.
func (n *Node) paintName(style Style, name string) string {
	switch {
	case n.Kind != KindAccount:
		return style.paint(bold, name)
	case n.State != "" && n.State != "ACTIVE":
		return style.paint(red, name)
	}
	return name
}

// rest gives what stands right of the IDs: the state unless all is well, and the policies.
func (r row) rest(style Style) string {
	var parts []string
	if r.node.Management {
		parts = append(parts, style.paint(dim, "management account"))
	}
	if r.state != "" {
		parts = append(parts, style.paint(red, r.state))
	}
	var policies []string
	for _, p := range r.node.Policies {
		color := yellow
		if p == FullAccess {
			color = dim
		}
		policies = append(policies, style.paint(color, p))
	}
	return strings.Join(append(parts, strings.Join(policies, " ")), "  ")
}
