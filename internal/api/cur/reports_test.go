package cur_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cur "github.com/aws/aws-sdk-go-v2/service/costandusagereportservice"
	"github.com/aws/aws-sdk-go-v2/service/costandusagereportservice/types"
	"github.com/aws/smithy-go"

	"umbel/internal/testenv"
)

func report(name string, change ...func(*types.ReportDefinition)) *types.ReportDefinition {
	d := &types.ReportDefinition{
		ReportName: &name, TimeUnit: types.TimeUnitHourly, Format: types.ReportFormatCsv, Compression: types.CompressionFormatGzip,
		AdditionalSchemaElements: []types.SchemaElement{types.SchemaElementResources}, S3Bucket: aws.String("billing"), S3Prefix: aws.String("cur"), S3Region: types.AWSRegionUsStandard,
	}
	for _, c := range change {
		c(d)
	}
	return d
}

func put(t *testing.T, c *cur.Client, d *types.ReportDefinition) error {
	t.Helper()
	_, err := c.PutReportDefinition(t.Context(), &cur.PutReportDefinitionInput{ReportDefinition: d, Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}}})
	return err
}

func wants(t *testing.T, err error, code, part string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), part) {
		t.Errorf("got %v, want %s: %s", err, code, part)
	}
}

func TestReportDefinitions(t *testing.T) {
	s := testenv.Start(t)
	cfg := s.Administrator("")
	c := cur.NewFromConfig(cfg)
	for i := range 10 {
		if err := put(t, c, report(fmt.Sprintf("r%d", i))); err != nil {
			t.Fatal(err)
		}
	}
	wants(t, put(t, c, report("r3")), "DuplicateReportNameException", "r3 already exists")
	wants(t, put(t, c, report("more")), "ReportLimitReachedException", "already has 10 reports")
	var names []string
	pages := cur.NewDescribeReportDefinitionsPaginator(c, &cur.DescribeReportDefinitionsInput{MaxResults: aws.Int32(5)})
	n := 0
	for ; pages.HasMorePages(); n++ {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range out.ReportDefinitions {
			names = append(names, *d.ReportName)
			if d.ReportVersioning != types.ReportVersioningCreateNewReport || *d.RefreshClosedReports || len(d.AdditionalSchemaElements) != 1 {
				t.Errorf("got %+v", d)
			}
		}
	}
	if n != 2 || strings.Join(names, " ") != "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9" {
		t.Errorf("%d pages: %q", n, names)
	}
	_, err := c.ModifyReportDefinition(t.Context(), &cur.ModifyReportDefinitionInput{ReportName: aws.String("r1"), ReportDefinition: report("r1", func(d *types.ReportDefinition) { d.RefreshClosedReports = aws.Bool(true) })})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.ModifyReportDefinition(t.Context(), &cur.ModifyReportDefinitionInput{ReportName: aws.String("r1"), ReportDefinition: report("r2")})
	wants(t, err, "ValidationException", "name of a report cannot be changed")
	_, err = c.ModifyReportDefinition(t.Context(), &cur.ModifyReportDefinitionInput{ReportName: aws.String("none"), ReportDefinition: report("none")})
	wants(t, err, "ValidationException", "No report found with name: none")
	if _, err := c.TagResource(t.Context(), &cur.TagResourceInput{ReportName: aws.String("r1"), Tags: []types.Tag{{Key: aws.String("b"), Value: aws.String("2")}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.UntagResource(t.Context(), &cur.UntagResourceInput{ReportName: aws.String("r1"), TagKeys: []string{"a"}}); err != nil {
		t.Fatal(err)
	}
	tags, err := c.ListTagsForResource(t.Context(), &cur.ListTagsForResourceInput{ReportName: aws.String("r1")})
	if err != nil || len(tags.Tags) != 1 || *tags.Tags[0].Key != "b" {
		t.Errorf("%v: %+v", err, tags)
	}
	_, err = c.ListTagsForResource(t.Context(), &cur.ListTagsForResourceInput{ReportName: aws.String("none")})
	wants(t, err, "ResourceNotFoundException", "none")
	out, err := c.DeleteReportDefinition(t.Context(), &cur.DeleteReportDefinitionInput{ReportName: aws.String("r0")})
	if err != nil || out.ResponseMessage == nil {
		t.Errorf("%v: %+v", err, out)
	}
	_, err = c.DeleteReportDefinition(t.Context(), &cur.DeleteReportDefinitionInput{ReportName: aws.String("r0")})
	wants(t, err, "ValidationException", "No report found with name: r0")
	_, err = c.DescribeReportDefinitions(t.Context(), &cur.DescribeReportDefinitionsInput{NextToken: aws.String("x")})
	wants(t, err, "ValidationException", "token")
	denied := cur.NewFromConfig(s.User(cfg, "reader", ""))
	_, err = denied.DescribeReportDefinitions(t.Context(), nil)
	wants(t, err, "AccessDeniedException", "cur:DescribeReportDefinitions")
	wants(t, put(t, denied, report("mine")), "AccessDeniedException", ":definition/mine")
}

func TestRefusedReports(t *testing.T) {
	c := cur.NewFromConfig(testenv.Start(t).Administrator(""))
	for says, change := range map[string]func(*types.ReportDefinition){
		"S3 prefix of a report is missing": func(d *types.ReportDefinition) { d.S3Prefix = aws.String("") },
		"does not go with the format":      func(d *types.ReportDefinition) { d.Compression = types.CompressionFormatParquet },
		"Reports for ATHENA are Parquet": func(d *types.ReportDefinition) {
			d.AdditionalArtifacts = []types.AdditionalArtifact{types.AdditionalArtifactAthena}
		},
		"compressed as GZIP": func(d *types.ReportDefinition) {
			d.Compression, d.AdditionalArtifacts = types.CompressionFormatZip, []types.AdditionalArtifact{types.AdditionalArtifactRedshift}
		},
	} {
		wants(t, put(t, c, report("x", change)), "ValidationException", says)
	}
}
