package main

import (
	"umbel/iampolicy"
)

// The parts of a SARIF 2.1.0 log that tell of findings (OASIS, "Static Analysis Results Interchange Format").
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID          string    `json:"id"`
		Description sarifText `json:"shortDescription"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		Rule      string          `json:"ruleId"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		Line   int `json:"startLine"`
		Column int `json:"startColumn"`
	}
)

// sarif gives findings as a SARIF log, with every kind of finding as a rule.
func sarif(rows []lintRow) sarifLog {
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: "umbel policy lint", Version: version()}}, Results: []sarifResult{}}
	for _, c := range iampolicy.FindingCodes() {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{ID: c.Code, Description: sarifText{c.Summary}})
	}
	levels := map[iampolicy.FindingType]string{iampolicy.FindingError: "error", iampolicy.FindingSecurityWarning: "error",
		iampolicy.FindingWarning: "warning", iampolicy.FindingSuggestion: "note"}
	for _, r := range rows {
		run.Results = append(run.Results, sarifResult{Rule: r.Code, Level: levels[r.Type], Message: sarifText{r.Message},
			Locations: []sarifLocation{{sarifPhysical{sarifArtifact{r.File}, sarifRegion{r.Line, r.Column}}}}})
	}
	return sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}
}
