package cur

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"umbel/internal/domain/cost"
	"umbel/internal/exports"
	"umbel/internal/fault"
	model "umbel/internal/model/cur"
	"umbel/internal/op"
)

// mostReports is how many reports an account can have (Cost and Usage Report User Guide, "Quotas and restrictions").
const mostReports = 10

func putReportDefinition() *op.Operation {
	return op.Define(op.Decl[model.PutReportDefinitionInput, model.PutReportDefinitionOutput]{
		Service: service, Name: "PutReportDefinition", Access: op.Write, Scope: exports.Scope[model.PutReportDefinitionInput],
		Targets: func(c *op.Call, in *model.PutReportDefinitionInput) ([]op.Target, error) {
			return target(c, *in.ReportDefinition.ReportName, requestTags(in.Tags)...), nil
		},
		Run: func(c *op.Call, in *model.PutReportDefinitionInput) (*model.PutReportDefinitionOutput, error) {
			e, err := definition(in.ReportDefinition)
			if err != nil {
				return nil, err
			}
			if e.Tags, err = tagsOf(in.Tags); err != nil {
				return nil, err
			}
			s := c.Cost()
			if _, taken := s.Export(e.Key); taken {
				return nil, fault.New(fault.DuplicateReportName, "A report with the name %s already exists in the account. Specify a different report name.", e.Name)
			}
			if s.CountExports(cost.ReportExport, "") >= mostReports {
				return nil, fault.New(fault.ReportLimitReached, "This account already has %d reports defined. To define a new report, you must delete an existing report.", mostReports)
			}
			e.Created, e.Updated = c.Now, c.Now
			s.PutExport(e)
			return &model.PutReportDefinitionOutput{}, exports.Changed(c)
		},
	})
}

func modifyReportDefinition() *op.Operation {
	return op.Define(op.Decl[model.ModifyReportDefinitionInput, model.ModifyReportDefinitionOutput]{
		Service: service, Name: "ModifyReportDefinition", Access: op.Write, Scope: exports.Scope[model.ModifyReportDefinitionInput],
		Targets: func(c *op.Call, in *model.ModifyReportDefinitionInput) ([]op.Target, error) {
			return target(c, *in.ReportName), nil
		},
		Run: func(c *op.Call, in *model.ModifyReportDefinitionInput) (*model.ModifyReportDefinitionOutput, error) {
			before, ok := c.Cost().Export(cost.ReportExport + *in.ReportName)
			if !ok {
				return nil, missing(*in.ReportName)
			}
			e, err := definition(in.ReportDefinition)
			switch {
			case err != nil:
				return nil, err
			case e.Key != before.Key:
				return nil, invalid("The name of a report cannot be changed.")
			case e.Report.TimeUnit != before.Report.TimeUnit:
				return nil, invalid("The time unit of a report cannot be changed.")
			case e.Overwrite != before.Overwrite:
				return nil, invalid("The report versioning of a report cannot be changed.")
			}
			e.Tags, e.Updated = before.Tags, c.Now
			c.Cost().PutExport(e)
			return &model.ModifyReportDefinitionOutput{}, exports.Changed(c)
		},
	})
}

func deleteReportDefinition() *op.Operation {
	return op.Define(op.Decl[model.DeleteReportDefinitionInput, model.DeleteReportDefinitionOutput]{
		Service: service, Name: "DeleteReportDefinition", Access: op.Write, Scope: exports.Scope[model.DeleteReportDefinitionInput],
		Targets: func(c *op.Call, in *model.DeleteReportDefinitionInput) ([]op.Target, error) {
			return target(c, *in.ReportName), nil
		},
		Run: func(c *op.Call, in *model.DeleteReportDefinitionInput) (*model.DeleteReportDefinitionOutput, error) {
			e, ok := c.Cost().Export(cost.ReportExport + *in.ReportName)
			if !ok {
				return nil, missing(*in.ReportName)
			}
			c.Cost().DeleteExport(e.Key)
			return &model.DeleteReportDefinitionOutput{ResponseMessage: new("Successfully deleted report " + e.Name)}, exports.Changed(c)
		},
	})
}

// page is how many reports a page has (model: MaxResults, 5 to 5).
const page = 5

func describeReportDefinitions() *op.Operation {
	return op.Define(op.Decl[model.DescribeReportDefinitionsInput, model.DescribeReportDefinitionsOutput]{
		Service: service, Name: "DescribeReportDefinitions", Access: op.Read, Scope: exports.ReadScope[model.DescribeReportDefinitionsInput],
		Targets: func(*op.Call, *model.DescribeReportDefinitionsInput) ([]op.Target, error) {
			return []op.Target{{Resource: "*"}}, nil
		},
		Run: runDescribeReportDefinitions,
	})
}

// runDescribeReportDefinitions gives a page of reports. The model bounds tokens to 256 letters of its own, so one holds how many
// reports were given and not which.
func runDescribeReportDefinitions(c *op.Call, in *model.DescribeReportDefinitionsInput) (*model.DescribeReportDefinitionsOutput, error) {
	what := []byte(service + "/" + string(c.Caller.Account) + "/reports")
	given := 0
	if in.NextToken != nil {
		raw, err := c.Pages.Open(strings.NewReplacer("-", "+", "_", "/").Replace(*in.NextToken), what)
		if err == nil {
			given, err = strconv.Atoi(string(raw))
		}
		if err != nil {
			return nil, fault.New(fault.InvalidPageToken, "").Because(err)
		}
	}
	out := &model.DescribeReportDefinitionsOutput{ReportDefinitions: []model.ReportDefinition{}}
	n := 0
	for _, e := range c.Cost().Exports(cost.ReportExport, "") {
		if n++; n <= given {
			continue
		}
		if len(out.ReportDefinitions) == page {
			token := c.Pages.Seal(strconv.AppendInt(nil, int64(given+page), 10), what)
			out.NextToken = new(strings.NewReplacer("+", "-", "/", "_").Replace(token))
			break
		}
		out.ReportDefinitions = append(out.ReportDefinitions, shown(e))
	}
	return out, nil
}

// definition reads and checks a report definition (Cost and Usage Report User Guide, "Creating Cost and Usage Reports"; API
// Reference, ReportDefinition).
func definition(in *model.ReportDefinition) (*cost.Export, error) {
	r := &cost.Report{
		TimeUnit: *in.TimeUnit, Elements: in.AdditionalSchemaElements, Artifacts: in.AdditionalArtifacts, BillingView: op.Value(in.BillingViewArn),
		RefreshClosed: op.Value(in.RefreshClosedReports),
	}
	e := &cost.Export{
		Key: cost.ReportExport + *in.ReportName, Name: *in.ReportName, Report: r, Bucket: *in.S3Bucket, Prefix: *in.S3Prefix, Region: *in.S3Region,
		Format: *in.Format, Compression: *in.Compression, Overwrite: cmp.Or(op.Value(in.ReportVersioning), "CREATE_NEW_REPORT"),
	}
	has := func(artifact string) bool { return slices.Contains(r.Artifacts, artifact) }
	whole := "/" + e.Prefix + "/"
	switch {
	case e.Prefix == "":
		return nil, invalid("The S3 prefix of a report is missing.")
	case strings.Contains(whole, "//"), strings.Contains(whole, "/../"), strings.Contains(whole, "/./"):
		return nil, invalid("The S3 prefix %s is not valid.", e.Prefix)
	case e.Name == "." || e.Name == "..":
		return nil, invalid("The report name %s is not valid.", e.Name)
	case (e.Format == "Parquet") != (e.Compression == "Parquet"):
		return nil, invalid("The compression %s does not go with the format %s.", e.Compression, e.Format)
	case has("ATHENA") && (e.Compression != "Parquet" || e.Overwrite != "OVERWRITE_REPORT" || len(r.Artifacts) > 1):
		return nil, invalid("Reports for ATHENA are Parquet, overwrite the previous version, and are for no other service.")
	case (has("REDSHIFT") || has("QUICKSIGHT")) && e.Compression != "GZIP":
		return nil, invalid("Reports for REDSHIFT and QUICKSIGHT are compressed as GZIP.")
	}
	return e, nil
}

func shown(e *cost.Export) model.ReportDefinition {
	r := e.Report
	d := model.ReportDefinition{
		ReportName: new(e.Name), TimeUnit: new(r.TimeUnit), Format: new(e.Format), Compression: new(e.Compression),
		AdditionalSchemaElements: r.Elements, S3Bucket: new(e.Bucket), S3Prefix: new(e.Prefix), S3Region: new(e.Region),
		AdditionalArtifacts: r.Artifacts, RefreshClosedReports: new(r.RefreshClosed), ReportVersioning: new(e.Overwrite), BillingViewArn: op.Optional(r.BillingView),
	}
	if d.AdditionalSchemaElements == nil {
		d.AdditionalSchemaElements = []string{}
	}
	switch {
	case e.Failure != "":
		d.ReportStatus = &model.ReportStatus{LastStatus: new("ERROR_PERMISSIONS")}
	case !e.Refreshed.IsZero():
		d.ReportStatus = &model.ReportStatus{LastDelivery: new(e.Refreshed.UTC().Format("20060102T150405Z")), LastStatus: new("SUCCESS")}
	}
	return d
}

func shownTags(tags map[string]string) []model.Tag {
	out := []model.Tag{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, model.Tag{Key: new(key), Value: new(tags[key])})
	}
	return out
}
