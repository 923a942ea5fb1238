package bcmdataexports_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports/types"
	"github.com/aws/smithy-go"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
	"umbel/internal/testenv"
)

const focus = "SELECT SubAccountId, BilledCost, Tags.team AS team FROM FOCUS_1_2_AWS"

func export(name string, change ...func(*types.Export)) *types.Export {
	e := &types.Export{
		Name: &name, Description: aws.String("all"),
		DataQuery: &types.DataQuery{QueryStatement: aws.String(focus), TableConfigurations: map[string]map[string]string{"FOCUS_1_2_AWS": {"TIME_GRANULARITY": "DAILY"}}},
		DestinationConfigurations: &types.DestinationConfigurations{S3Destination: &types.S3Destination{
			S3Bucket: aws.String("billing"), S3Prefix: aws.String("focus"), S3Region: aws.String("us-east-1"),
			S3OutputConfigurations: &types.S3OutputConfigurations{
				OutputType: types.S3OutputTypeCustom, Format: types.FormatOptionParquet, Compression: types.CompressionOptionParquet, Overwrite: types.OverwriteOptionOverwriteReport,
			},
		}},
		RefreshCadence: &types.RefreshCadence{Frequency: types.FrequencyOptionSynchronous},
	}
	for _, c := range change {
		c(e)
	}
	return e
}

func create(t *testing.T, c *bcmdataexports.Client, e *types.Export) string {
	t.Helper()
	out, err := c.CreateExport(t.Context(), &bcmdataexports.CreateExportInput{Export: e})
	if err != nil {
		t.Fatal(err)
	}
	return *out.ExportArn
}

// wants checks an error's code, and that its message has a part.
func wants(t *testing.T, err error, code, part string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), part) {
		t.Errorf("got %v, want %s: %s", err, code, part)
	}
}

func TestExports(t *testing.T) {
	s := testenv.Start(t)
	cfg := s.Administrator("")
	c := bcmdataexports.NewFromConfig(cfg)
	arn := create(t, c, export("focus"))
	if !strings.HasPrefix(arn, "arn:aws:bcm-data-exports:us-east-1:"+string(s.First)+":export/focus-") {
		t.Errorf("got %s", arn)
	}
	got, err := c.GetExport(t.Context(), &bcmdataexports.GetExportInput{ExportArn: &arn})
	if err != nil {
		t.Fatal(err)
	}
	if e := got.Export; *e.ExportArn != arn || *e.DataQuery.QueryStatement != focus || e.DataQuery.TableConfigurations["FOCUS_1_2_AWS"]["TIME_GRANULARITY"] != "DAILY" ||
		*e.DestinationConfigurations.S3Destination.S3Prefix != "focus" || got.ExportStatus.StatusCode != types.ExportStatusCodeHealthy || got.ExportStatus.CreatedAt == nil {
		t.Errorf("got %+v, %+v", e, got.ExportStatus)
	}
	if _, err := c.UpdateExport(t.Context(), &bcmdataexports.UpdateExportInput{ExportArn: &arn, Export: export("focus", func(e *types.Export) { e.Description = nil })}); err != nil {
		t.Fatal(err)
	}
	_, err = c.UpdateExport(t.Context(), &bcmdataexports.UpdateExportInput{ExportArn: &arn, Export: export("focus", func(e *types.Export) {
		e.DataQuery = &types.DataQuery{QueryStatement: aws.String("SELECT BilledCost FROM FOCUS_1_0_AWS")}
	})})
	wants(t, err, "ValidationException", "The table of an export cannot be changed")
	if _, err := c.TagResource(t.Context(), &bcmdataexports.TagResourceInput{ResourceArn: &arn, ResourceTags: []types.ResourceTag{{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("b"), Value: aws.String("2")}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.UntagResource(t.Context(), &bcmdataexports.UntagResourceInput{ResourceArn: &arn, ResourceTagKeys: []string{"a"}}); err != nil {
		t.Fatal(err)
	}
	tags, err := c.ListTagsForResource(t.Context(), &bcmdataexports.ListTagsForResourceInput{ResourceArn: &arn})
	if err != nil || len(tags.ResourceTags) != 1 || *tags.ResourceTags[0].Key != "b" {
		t.Errorf("%v: %+v", err, tags)
	}
	create(t, c, export("other"))
	var names []string
	var token *string
	for {
		out, err := c.ListExports(t.Context(), &bcmdataexports.ListExportsInput{MaxResults: aws.Int32(1), NextToken: token})
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, *out.Exports[0].ExportName)
		if token = out.NextToken; token == nil {
			break
		}
	}
	if strings.Join(names, " ") != "focus other" {
		t.Errorf("got %q", names)
	}
	_, err = c.CreateExport(t.Context(), &bcmdataexports.CreateExportInput{Export: export("third")})
	wants(t, err, "ServiceQuotaExceededException", "at most 2 exports of the table FOCUS_1_2_AWS")
	if _, err := c.DeleteExport(t.Context(), &bcmdataexports.DeleteExportInput{ExportArn: &arn}); err != nil {
		t.Fatal(err)
	}
	_, err = c.GetExport(t.Context(), &bcmdataexports.GetExportInput{ExportArn: &arn})
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) || *missing.ResourceId != arn || *missing.ResourceType != "export" {
		t.Errorf("got %v", err)
	}
	denied := bcmdataexports.NewFromConfig(s.User(cfg, "reader", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"bcm-data-exports:Get*","Resource":"*"}]}`))
	_, err = denied.ListExports(t.Context(), nil)
	wants(t, err, "AccessDeniedException", "bcm-data-exports:ListExports")
	_, err = denied.CreateExport(t.Context(), &bcmdataexports.CreateExportInput{Export: export("mine")})
	wants(t, err, "AccessDeniedException", "bcm-data-exports:CreateExport")
	table, err := denied.GetTable(t.Context(), &bcmdataexports.GetTableInput{TableName: aws.String("COST_AND_USAGE_REPORT"), TableProperties: map[string]string{"INCLUDE_RESOURCES": "TRUE"}})
	if err != nil || len(table.Schema) != 114 || table.TableProperties["TIME_GRANULARITY"] != "HOURLY" || *table.Schema[0].Name != "bill_bill_type" || *table.Schema[0].Type != "string" {
		t.Errorf("%v: %+v", err, table)
	}
	tables, err := c.ListTables(t.Context(), nil)
	if err != nil || len(tables.Tables) != 3 || len(tables.Tables[0].TableProperties) != 4 {
		t.Errorf("%v: %+v", err, tables)
	}
}

func TestRefusedExports(t *testing.T) {
	c := bcmdataexports.NewFromConfig(testenv.Start(t).Administrator(""))
	destination := func(change func(*types.S3Destination)) func(*types.Export) {
		return func(e *types.Export) { change(e.DestinationConfigurations.S3Destination) }
	}
	query := func(text string) func(*types.Export) {
		return func(e *types.Export) { e.DataQuery = &types.DataQuery{QueryStatement: &text} }
	}
	for field, of := range map[string]struct {
		change func(*types.Export)
		says   string
	}{
		"QueryStatement": {query("SELECT * FROM FOCUS_1_2_AWS"), "SELECT * is not supported"},
		"S3Bucket":       {destination(func(d *types.S3Destination) { d.S3Bucket = aws.String("../b") }), "bucket name is not valid"},
		"S3Prefix":       {destination(func(d *types.S3Destination) { d.S3Prefix = aws.String("a/../b") }), "prefix is not valid"},
		"Compression": {destination(func(d *types.S3Destination) {
			d.S3OutputConfigurations.Compression = types.CompressionOptionGzip
		}), "cannot be compressed as GZIP"},
	} {
		_, err := c.CreateExport(t.Context(), &bcmdataexports.CreateExportInput{Export: export("x", of.change)})
		var invalid *types.ValidationException
		if !errors.As(err, &invalid) || !strings.Contains(*invalid.Message, of.says) || invalid.Reason != types.ValidationExceptionReasonFieldValidationFailed ||
			len(invalid.Fields) != 1 || *invalid.Fields[0].Name != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
	create(t, c, export("x"))
	_, err := c.CreateExport(t.Context(), &bcmdataexports.CreateExportInput{Export: export("x")})
	wants(t, err, "ValidationException", "already exists")
}

// TestDelivery: an export that is made is written at once; a member has its own lines in its own.
func TestDelivery(t *testing.T) {
	dir := t.TempDir()
	s := testenv.Start(t, testenv.Exports(dir))
	organization := s.CreateOrganization("")
	member := organization.Account("", "shop")
	s.Settle()
	month := billing.MonthOf(time.Now().UTC())
	engine, err := s.Desk().Lines()
	if err != nil {
		t.Fatal(err)
	}
	w, err := engine.Begin(t.Context(), costlines.Change{Payer: string(s.First)})
	if err != nil {
		t.Fatal(err)
	}
	for _, account := range []string{string(s.First), member} {
		err := w.Add(&billing.Line{
			ID: account, Type: billing.Usage, Account: account, Start: month.Start(), End: month.Start().Add(time.Hour), Product: "AmazonS3", UsageType: "x", Currency: "USD",
			Unblended: decimal.Int(1), NetUnblended: decimal.Int(1), Bill: billing.BillPart{Payer: string(s.First), PeriodStart: month.Start(), PeriodEnd: month.End()},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := op.CostPartition(s.First)
	err = s.Store().Update(t.Context(), store.Meta{Actor: "test", At: time.Now()}, store.Scope{Write: []store.Partition{p}}, func(tx store.Tx) error {
		tx.State(p).(*cost.State).Months.Put(&cost.Month{Month: month.String(), Wanted: 1, Done: 1})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	mine := bcmdataexports.NewFromConfig(s.Administrator(""))
	theirs := bcmdataexports.NewFromConfig(s.Role(member, ""))
	csv := func(e *types.Export) {
		out := e.DestinationConfigurations.S3Destination.S3OutputConfigurations
		out.Format, out.Compression = types.FormatOptionTextOrCsv, types.CompressionOptionGzip
	}
	arn := create(t, mine, export("all", csv))
	create(t, theirs, export("own", csv))
	s.Settle()
	if err := s.Exporter().Follow(t.Context(), ident.AccountID(s.First), nil); err != nil { // after what runs already
		t.Fatal(err)
	}
	for name, rows := range map[string]int{"all": 2, "own": 1} {
		if got := len(lines(t, dir, name, month)); got != rows {
			t.Errorf("%s has %d rows instead of %d", name, got, rows)
		}
	}
	list, err := mine.ListExecutions(t.Context(), &bcmdataexports.ListExecutionsInput{ExportArn: &arn})
	if err != nil || len(list.Executions) != 1 || list.Executions[0].ExecutionStatus.StatusCode != types.ExecutionStatusCodeDeliverySuccess {
		t.Fatalf("%v: %+v", err, list)
	}
	one, err := mine.GetExecution(t.Context(), &bcmdataexports.GetExecutionInput{ExportArn: &arn, ExecutionId: list.Executions[0].ExecutionId})
	if err != nil || *one.Export.Name != "all" || one.ExecutionStatus.CompletedAt == nil {
		t.Errorf("%v: %+v", err, one)
	}
	_, err = mine.GetExecution(t.Context(), &bcmdataexports.GetExecutionInput{ExportArn: &arn, ExecutionId: aws.String("none")})
	wants(t, err, "ResourceNotFoundException", "execution none")
	_, err = theirs.GetExport(t.Context(), &bcmdataexports.GetExportInput{ExportArn: &arn})
	wants(t, err, "ResourceNotFoundException", "export")
}

// lines gives the rows of the one file of an export.
func lines(t *testing.T, dir, name string, month billing.Month) []string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "billing", "focus", name, "data", "BILLING_PERIOD="+month.String(), name+"-00001.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return strings.Split(strings.TrimSpace(unpacked(t, f)), "\n")[1:]
}
