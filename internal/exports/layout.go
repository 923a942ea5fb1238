package exports

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"

	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/usage"
)

// layout says where the files of a run go: the lay-outs of Data Exports ("Understanding export delivery") and of legacy reports (Cost
// and Usage Report User Guide, "Viewing your reports").
type layout struct {
	data      string   // the prefix of the parts
	manifests []string // keys; the last is the one that readers look at
	name      string
	extension string
	overwrite bool
}

// layoutOf works the lay-out of a run out. A definition that overwrites has one place for a month's files, one that does not a new
// one for each run.
func layoutOf(e *cost.Export, month billing.Month, run *cost.Execution) layout {
	l := layout{name: e.Name, overwrite: e.Overwrite == "OVERWRITE_REPORT", extension: extension(e)}
	base := path.Join(e.Prefix, e.Name)
	manifest := e.Name + "-Manifest.json"
	var data, metadata, version string
	if e.Report != nil {
		metadata = path.Join(base, month.Start().Format("20060102")+"-"+month.End().Format("20060102"))
		data, version = metadata, run.ID
		if l.extension == parquetExtension {
			data = path.Join(base, e.Name, fmt.Sprintf("year=%d", month.Year), fmt.Sprintf("month=%d", month.Month))
		}
	} else {
		partition := "BILLING_PERIOD=" + month.String()
		data, metadata = path.Join(base, "data", partition), path.Join(base, "metadata", partition)
		version = stampOf(run)
	}
	if !l.overwrite {
		data = path.Join(data, version)
		l.manifests = append(l.manifests, path.Join(metadata, version, manifest))
	}
	l.data = data + "/"
	l.manifests = append(l.manifests, path.Join(metadata, manifest))
	return l
}

// stampOf names a run's folder: when it began, and its ID.
func stampOf(run *cost.Execution) string {
	return run.Created.UTC().Format("2006-01-02T15:04:05.000Z") + "-" + run.ID
}

const parquetExtension = ".snappy.parquet"

func extension(e *cost.Export) string {
	switch e.Compression {
	case "PARQUET", "Parquet":
		return parquetExtension
	case "ZIP":
		return ".zip"
	}
	return ".csv.gz"
}

// part gives the key of a part, from 1.
func (l *layout) part(n int) string {
	return fmt.Sprintf("%s%s-%05d%s", l.data, l.name, n, l.extension)
}

// stale tells whether a key is a part of an earlier run in the same place, which the parts of this one replace.
func (l *layout) stale(key string, parts int) bool {
	rest, ok := strings.CutPrefix(key, l.data+l.name+"-")
	if !ok || len(rest) < 6 || strings.Trim(rest[:5], "0123456789") != "" || rest[5] != '.' || strings.Contains(rest, "/") {
		return false
	}
	for n := range parts {
		if key == l.part(n+1) {
			return false
		}
	}
	return true
}

// manifestOf writes what readers of a run's files look at: which they are, and what is in them.
func manifestOf(e *cost.Export, account string, month billing.Month, run *cost.Execution, columns []usage.Column, keys []string) ([]byte, error) {
	if e.Report != nil {
		return json.MarshalIndent(reportManifest(e, account, month, run, columns, keys), "", "  ")
	}
	type column struct {
		Name string `json:"name"`
		Type string `json:"type"`
	}
	m := struct {
		ExportArn     string            `json:"exportArn"`
		ExportName    string            `json:"exportName"`
		ExecutionID   string            `json:"executionId"`
		Account       string            `json:"account"`
		CreatedAt     string            `json:"createdAt"`
		BillingPeriod map[string]string `json:"billingPeriod"`
		Table         string            `json:"table"`
		Query         string            `json:"queryStatement"`
		Properties    map[string]string `json:"tableConfigurations"`
		Bucket        string            `json:"bucket"`
		Format        string            `json:"format"`
		Compression   string            `json:"compression"`
		Columns       []column          `json:"columns"`
		DataFiles     []string          `json:"dataFiles"`
	}{
		ExportArn: ARN(e, account), ExportName: e.Name, ExecutionID: run.ID, Account: account, CreatedAt: run.Created.UTC().Format(time.RFC3339),
		BillingPeriod: map[string]string{"start": month.Start().Format(time.RFC3339), "end": month.End().Format(time.RFC3339)},
		Table:         e.Table, Query: e.Query, Properties: e.Configurations, Bucket: e.Bucket, Format: e.Format, Compression: e.Compression,
	}
	for _, c := range columns {
		m.Columns = append(m.Columns, column{c.Name, string(c.Type)})
	}
	for _, key := range keys {
		m.DataFiles = append(m.DataFiles, "s3://"+e.Bucket+"/"+key)
	}
	return json.MarshalIndent(m, "", "  ")
}

// reportManifest is that of a legacy report (Cost and Usage Report User Guide, "Manifest files").
func reportManifest(e *cost.Export, account string, month billing.Month, run *cost.Execution, columns []usage.Column, keys []string) any {
	type column struct {
		Category string `json:"category"`
		Name     string `json:"name"`
	}
	const stamp = "20060102T150405.000Z"
	m := struct {
		AssemblyID     string            `json:"assemblyId"`
		Account        string            `json:"account"`
		Columns        []column          `json:"columns"`
		Charset        string            `json:"charset"`
		Compression    string            `json:"compression"`
		ContentType    string            `json:"contentType"`
		ReportID       string            `json:"reportId"`
		ReportName     string            `json:"reportName"`
		BillingPeriod  map[string]string `json:"billingPeriod"`
		Bucket         string            `json:"bucket"`
		ReportKeys     []string          `json:"reportKeys"`
		AdditionalKeys []string          `json:"additionalArtifactKeys"`
	}{
		AssemblyID: run.ID, Account: account, Charset: "UTF-8", Compression: e.Compression, ContentType: "text/csv", ReportID: ARN(e, account), ReportName: e.Name,
		BillingPeriod: map[string]string{"start": month.Start().Format(stamp), "end": month.End().Format(stamp)}, Bucket: e.Bucket, ReportKeys: keys,
		AdditionalKeys: []string{},
	}
	if extension(e) == parquetExtension {
		m.ContentType = "Parquet"
	}
	for _, c := range columns {
		category, name, ok := strings.Cut(c.Name, "/")
		if !ok { // of Parquet: line_item_usage_amount
			category, name = reportCategory(c.Name)
		}
		m.Columns = append(m.Columns, column{category, name})
	}
	return m
}

func reportCategory(name string) (category, rest string) {
	for _, c := range []string{"identity", "bill", "line_item", "product", "pricing", "reservation", "savings_plan", "resource_tags", "cost_category", "discount"} {
		if after, ok := strings.CutPrefix(name, c+"_"); ok {
			return c, after
		}
	}
	return "", name
}

// ARN names an export of an account (Service Authorization Reference, bcm-data-exports and cur).
func ARN(e *cost.Export, account string) string {
	if e.Report != nil {
		return "arn:aws:cur:us-east-1:" + account + ":definition/" + e.Name
	}
	return "arn:aws:bcm-data-exports:us-east-1:" + account + ":" + e.Key
}
