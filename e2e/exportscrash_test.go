package e2e_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports/types"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/operator"
	"umbel/internal/usage"
)

// Lines of the bill before and after the exports are made anew.
const (
	linesBefore = 20_000
	linesAfter  = 60_000
)

// exporting is a server with two exports of its month: one overwrites its files, one makes new ones.
type exporting struct {
	*process
	t    *testing.T
	root string
	arns map[types.OverwriteOption]*string
}

var overwriteOptions = []types.OverwriteOption{types.OverwriteOptionOverwriteReport, types.OverwriteOptionCreateNewReport}

// TestExportsCrash kills the server again and again while it writes exports anew. Whenever it is dead, what manifests name is whole,
// and of one run; in the end the exports are those of a server that nobody killed, and nothing is left over.
func TestExportsCrash(t *testing.T) {
	binary := buildUmbel(t)
	x := &exporting{t: t, root: t.TempDir(), arns: map[types.OverwriteOption]*string{}}
	where := []string{"--exports", x.root, "--data", t.TempDir()}
	x.process = startProcess(t, binary, where, "--account-id", billed)
	x.bring(0, linesBefore)
	for _, o := range overwriteOptions {
		out, err := x.client().CreateExport(t.Context(), &bcmdataexports.CreateExportInput{Export: exportOf(o, "first")})
		if err != nil {
			t.Fatal(err)
		}
		x.arns[o] = out.ExportArn
	}
	x.await(1)
	x.bring(linesBefore, linesAfter)
	for _, o := range overwriteOptions {
		if _, err := x.client().UpdateExport(t.Context(), &bcmdataexports.UpdateExportInput{ExportArn: x.arns[o], Export: exportOf(o, "second")}); err != nil {
			t.Fatal(err)
		}
	}
	r, patience, inTheMiddle := rand.New(rand.NewPCG(3, 4)), 8*time.Millisecond, 0
	for life := 0; ; life++ {
		if life == 100 {
			t.Fatal("the server never lived long enough")
		}
		if !x.killAmid(time.Duration(r.Int64N(int64(patience)))) {
			break
		}
		inTheMiddle++
		x.whole()
		patience += patience / 2
		x.process = startProcess(t, binary, where)
	}
	x.await(2)
	broken := x.broken()
	t.Logf("killed %d times; %d runs were broken off", inTheMiddle, broken)
	if inTheMiddle < 5 || broken < 5 {
		t.Errorf("killed %d times in the middle, and %d runs were broken off: that proves little", inTheMiddle, broken)
	}
	x.kill()
	x.complete()
}

func exportOf(o types.OverwriteOption, description string) *types.Export {
	name := strings.ToLower(strings.ReplaceAll(string(o), "_", "-"))
	return &types.Export{
		Name: &name, Description: &description, RefreshCadence: &types.RefreshCadence{Frequency: types.FrequencyOptionSynchronous},
		DataQuery: &types.DataQuery{
			QueryStatement:      aws.String("SELECT identity_line_item_id, line_item_unblended_cost FROM COST_AND_USAGE_REPORT"),
			TableConfigurations: map[string]map[string]string{"COST_AND_USAGE_REPORT": {"TIME_GRANULARITY": "HOURLY", "INCLUDE_RESOURCES": "TRUE"}},
		},
		DestinationConfigurations: &types.DestinationConfigurations{S3Destination: &types.S3Destination{
			S3Bucket: aws.String("billing"), S3Prefix: aws.String("exports"), S3Region: aws.String("us-east-1"),
			S3OutputConfigurations: &types.S3OutputConfigurations{
				OutputType: types.S3OutputTypeCustom, Format: types.FormatOptionTextOrCsv, Compression: types.CompressionOptionGzip, Overwrite: o,
			},
		}},
	}
}

func (x *exporting) client() *bcmdataexports.Client {
	x.t.Helper()
	return bcmdataexports.NewFromConfig(x.as(x.t, operator.CredentialsRequest{Administrator: true}))
}

// bring imports lines of September, each of a dollar.
func (x *exporting) bring(from, to int) {
	x.t.Helper()
	september := billing.Month{Year: 2026, Month: time.September}
	var b bytes.Buffer
	w := usage.NewCUR2Writer(&b, nil)
	one := decimal.Int(1)
	for i := from; i < to; i++ {
		at := september.Start().Add(time.Duration(i%720) * time.Hour)
		err := w.Write(&billing.Line{
			ID: fmt.Sprintf("line-%06d", i), Type: billing.Usage, Account: billed, Start: at, End: at.Add(time.Hour), Product: "AmazonEC2", UsageType: "BoxUsage:m5.large",
			Resource: fmt.Sprintf("i-%d", i), Currency: "USD", Usage: one, UnblendedRate: one, Unblended: one, Blended: one, NetUnblended: one,
			Bill: billing.BillPart{Type: billing.Anniversary, Entity: billing.EntityAWS, Payer: billed, PeriodStart: september.Start(), PeriodEnd: september.End()},
		})
		if err != nil {
			x.t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		x.t.Fatal(err)
	}
	if _, err := x.door().Import(x.t.Context(), "", fmt.Sprintf("%d.csv", from), &b); err != nil {
		x.t.Fatal(err)
	}
	if err := x.door().Settle(x.t.Context()); err != nil {
		x.t.Fatal(err)
	}
}

// executions gives the states of an export's runs, the latest first.
func (x *exporting) executions(o types.OverwriteOption) (states []types.ExecutionStatusCode) {
	x.t.Helper()
	out, err := x.client().ListExecutions(x.t.Context(), &bcmdataexports.ListExecutionsInput{ExportArn: x.arns[o]})
	if err != nil {
		x.t.Fatal(err)
	}
	for _, e := range out.Executions {
		states = append(states, e.ExecutionStatus.StatusCode)
	}
	return states
}

// await waits until each export was delivered so many times.
func (x *exporting) await(times int) {
	x.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(2 * time.Minute); ; <-tick.C {
		done := 0
		for _, o := range overwriteOptions {
			n := 0
			for _, state := range x.executions(o) {
				if state == types.ExecutionStatusCodeDeliverySuccess {
					n++
				}
			}
			if n > times {
				x.t.Fatalf("%s was delivered %d times", o, n)
			}
			if n == times {
				done++
			}
		}
		if done == len(overwriteOptions) {
			return
		}
		if time.Now().After(deadline) {
			x.t.Fatalf("not delivered: %v, %v", x.executions(overwriteOptions[0]), x.executions(overwriteOptions[1]))
		}
	}
}

// broken counts the runs that were broken off.
func (x *exporting) broken() (n int) {
	x.t.Helper()
	for _, o := range overwriteOptions {
		for _, state := range x.executions(o) {
			if state == types.ExecutionStatusCodeQueryFailure {
				n++
			}
		}
	}
	return n
}

// killAmid kills the server some time after a run has begun to write. It is false if there is no run.
func (x *exporting) killAmid(after time.Duration) bool {
	x.t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		if aside, err := filepath.Glob(filepath.Join(x.root, ".spool", "export-*", "*")); err == nil && len(aside) > 0 {
			time.AfterFunc(after, x.kill)
			<-x.ended
			return true
		}
		delivered := 0
		for _, o := range overwriteOptions {
			if states := x.executions(o); len(states) > 1 && states[0] == types.ExecutionStatusCodeDeliverySuccess {
				delivered++
			}
		}
		if delivered == len(overwriteOptions) {
			return false
		}
		<-tick.C
	}
}

// files gives what lies below the buckets, or aside.
func (x *exporting) files(part string) (names []string) {
	x.t.Helper()
	err := filepath.WalkDir(filepath.Join(x.root, part), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return names
}

// whole wants every file in the bucket to be whole, and every manifest to name files that are there and of one run.
func (x *exporting) whole() {
	x.t.Helper()
	for _, name := range x.files("billing") {
		if !strings.HasSuffix(name, ".json") {
			x.lines([]string{name})
			continue
		}
		if n := x.lines(x.named(name)); n != linesBefore && n != linesAfter {
			x.t.Errorf("%s names %d lines", name, n)
		}
	}
}

// named gives the files that a manifest names.
func (x *exporting) named(manifest string) (names []string) {
	x.t.Helper()
	text, err := os.ReadFile(manifest)
	if err != nil {
		x.t.Fatal(err)
	}
	var m struct{ DataFiles []string }
	if err := json.Unmarshal(text, &m); err != nil || len(m.DataFiles) == 0 {
		x.t.Fatalf("%s: %v, %d files", manifest, err, len(m.DataFiles))
	}
	for _, file := range m.DataFiles {
		names = append(names, filepath.Join(x.root, filepath.FromSlash(strings.TrimPrefix(file, "s3://"))))
	}
	return names
}

// lines reads files to their ends, and counts their lines. A line that comes twice, or is of another price, fails the test.
func (x *exporting) lines(files []string) int {
	x.t.Helper()
	seen := map[string]bool{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			x.t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			x.t.Fatalf("%s: %v", file, err)
		}
		rows, err := csv.NewReader(z).ReadAll()
		if err != nil {
			x.t.Fatalf("%s: %v", file, err)
		}
		for _, row := range rows[1:] {
			if seen[row[0]] || row[1] != "1" {
				x.t.Fatalf("%s: %v, seen before: %t", file, row, seen[row[0]])
			}
			seen[row[0]] = true
		}
	}
	return len(seen)
}

// complete wants the files of a server that nobody killed: one run's of the export that overwrites, two of the other, nothing aside.
func (x *exporting) complete() {
	x.t.Helper()
	x.whole()
	manifests, data := 0, 0
	for _, name := range x.files("billing") {
		if strings.HasSuffix(name, ".json") {
			manifests++
		} else {
			data++
		}
	}
	if manifests != 1+3 || data != 1+2 { // where each run has a manifest, there is that of the latest one, too
		x.t.Errorf("%d manifests and %d files of data: %q", manifests, data, x.files("billing"))
	}
	for _, o := range overwriteOptions {
		name := *exportOf(o, "").Name
		latest := filepath.Join(x.root, "billing", "exports", name, "metadata", "BILLING_PERIOD=2026-09", name+"-Manifest.json")
		if n := x.lines(x.named(latest)); n != linesAfter {
			x.t.Errorf("%s: %d lines", o, n)
		}
	}
	if left := x.files(".spool"); len(left) != 0 {
		x.t.Errorf("left over: %q", left)
	}
}
