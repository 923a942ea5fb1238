package policytest

import (
	"encoding/xml"
	"io"
)

// The elements of a JUnit report, as the tools that read such reports know them.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		File     string      `xml:"file,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		File    string        `xml:"file,attr"`
		Line    int           `xml:"line,attr"`
		Failure *junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes results as a JUnit report: a testsuite for each file, a testcase for each decision.
func JUnit(w io.Writer, results []*Result) error {
	all := junitSuites{Name: "umbel policy test"}
	for _, r := range results {
		s := junitSuite{Name: r.Name, File: r.Name}
		for i := range r.Cases {
			s.add(r.Name, &r.Cases[i])
		}
		all.Tests, all.Failures = all.Tests+s.Tests, all.Failures+s.Failures
		all.Suites = append(all.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// add adds the decisions of a case.
func (s *junitSuite) add(file string, c *CaseResult) {
	for i := range c.Tests {
		t := &c.Tests[i]
		j := junitCase{Name: c.Name, Class: file, File: file, Line: c.Line}
		if t.Label != "" {
			j.Name += " [" + t.Label + "]"
		}
		s.Tests++
		if !t.Passed {
			s.Failures++
			j.Failure = &junitFailure{Message: "expected " + c.Expect + ", but " + t.Failure, Type: "decision", Text: t.text(c.Expect)}
		}
		s.Cases = append(s.Cases, j)
	}
}
