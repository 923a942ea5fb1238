package bcmdataexports

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"maps"
	"regexp"
	"strings"
	"time"

	"umbel/internal/domain/cost"
	"umbel/internal/exports"
	"umbel/internal/fault"
	model "umbel/internal/model/bcmdataexports"
	"umbel/internal/op"
)

func createExport() *op.Operation {
	return op.Define(op.Decl[model.CreateExportInput, model.CreateExportOutput]{
		Service: service, Name: "CreateExport", Access: op.Write, Scope: exports.Scope[model.CreateExportInput],
		Targets: func(c *op.Call, in *model.CreateExportInput) ([]op.Target, error) {
			keys := op.RequestTags(in.ResourceTags, func(t *model.ResourceTag) (string, string) { return *t.Key, *t.Value })
			return append([]op.Target{{Resource: arn(c, cost.DataExport+*in.Export.Name), Keys: keys}}, tableTargets(c, in.Export)...), nil
		},
		Run: runCreateExport,
	})
}

// tableTargets is the table that an export is made of, if its query names one.
func tableTargets(c *op.Call, e *model.Export) []op.Target {
	if s, err := exports.Parse(*e.DataQuery.QueryStatement); err == nil {
		return []op.Target{{Resource: arn(c, "table/"+s.Table)}}
	}
	return nil
}

func runCreateExport(c *op.Call, in *model.CreateExportInput) (*model.CreateExportOutput, error) {
	e, err := definition(in.Export)
	if err != nil {
		return nil, err
	}
	if e.Tags, err = tagsOf(in.ResourceTags); err != nil {
		return nil, err
	}
	s := c.Cost()
	if _, taken := s.Named(cost.DataExport, e.Name); taken {
		return nil, invalid("Name", "An export with the name "+e.Name+" already exists.")
	}
	if table, _ := exports.FindTable(e.Table); s.CountExports(cost.DataExport, e.Table) >= table.Most {
		f := fault.New(fault.QuotaExceeded, "An account can have at most %d exports of the table %s.", table.Most, e.Table)
		f.Fields = map[string]any{"ResourceType": "export", "QuotaCode": "ExportsPerTable", "ServiceCode": "AWSBillingAndCostManagementDataExports"}
		return nil, f
	}
	id, err := uuid(c.Rand)
	if err != nil {
		return nil, err
	}
	e.Key, e.Created, e.Updated = cost.DataExport+e.Name+"-"+id, c.Now, c.Now
	s.PutExport(e)
	return &model.CreateExportOutput{ExportArn: new(arn(c, e.Key))}, exports.Changed(c)
}

func uuid(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", err
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

func updateExport() *op.Operation {
	return op.Define(op.Decl[model.UpdateExportInput, model.UpdateExportOutput]{
		Service: service, Name: "UpdateExport", Access: op.Write, Scope: exports.Scope[model.UpdateExportInput],
		Targets: func(c *op.Call, in *model.UpdateExportInput) ([]op.Target, error) {
			return append(target(c, in.ExportArn), tableTargets(c, in.Export)...), nil
		},
		Run: func(c *op.Call, in *model.UpdateExportInput) (*model.UpdateExportOutput, error) {
			before, err := found(c, in.ExportArn)
			if err != nil {
				return nil, err
			}
			e, err := definition(in.Export)
			switch {
			case err != nil:
				return nil, err
			case e.Name != before.Name:
				return nil, invalid("Name", "The name of an export cannot be changed.")
			case e.Table != before.Table:
				return nil, invalid("QueryStatement", "The table of an export cannot be changed: it is "+before.Table+".")
			}
			e.Key, e.Tags, e.Updated = before.Key, before.Tags, c.Now
			c.Cost().PutExport(e)
			return &model.UpdateExportOutput{ExportArn: in.ExportArn}, exports.Changed(c)
		},
	})
}

func deleteExport() *op.Operation {
	return op.Define(op.Decl[model.DeleteExportInput, model.DeleteExportOutput]{
		Service: service, Name: "DeleteExport", Access: op.Write, Scope: exports.Scope[model.DeleteExportInput],
		Targets: func(c *op.Call, in *model.DeleteExportInput) ([]op.Target, error) {
			return target(c, in.ExportArn), nil
		},
		Run: func(c *op.Call, in *model.DeleteExportInput) (*model.DeleteExportOutput, error) {
			e, err := found(c, in.ExportArn)
			if err != nil {
				return nil, err
			}
			c.Cost().DeleteExport(e.Key)
			return &model.DeleteExportOutput{ExportArn: in.ExportArn}, exports.Changed(c)
		},
	})
}

func getExport() *op.Operation {
	return op.Define(op.Decl[model.GetExportInput, model.GetExportOutput]{
		Service: service, Name: "GetExport", Access: op.Read, Scope: exports.ReadScope[model.GetExportInput],
		Targets: func(c *op.Call, in *model.GetExportInput) ([]op.Target, error) { return target(c, in.ExportArn), nil },
		Run: func(c *op.Call, in *model.GetExportInput) (*model.GetExportOutput, error) {
			e, err := found(c, in.ExportArn)
			if err != nil {
				return nil, err
			}
			return &model.GetExportOutput{Export: shown(c, e), ExportStatus: health(e)}, nil
		},
	})
}

// most is how many rows a page has at most, and without MaxResults (model: MaxResults, 1 to 300).
const most = 300

func limit(n *int32) int { return int(cmp.Or(op.Value(n), most)) }

func listExports() *op.Operation {
	return op.Define(op.Decl[model.ListExportsInput, model.ListExportsOutput]{
		Service: service, Name: "ListExports", Access: op.Read, Scope: exports.ReadScope[model.ListExportsInput],
		Targets: func(*op.Call, *model.ListExportsInput) ([]op.Target, error) { return []op.Target{{Resource: "*"}}, nil },
		Run: func(c *op.Call, in *model.ListExportsInput) (*model.ListExportsOutput, error) {
			rows, next, err := op.Page(c, service+"/"+string(c.Caller.Account)+"/exports", op.Value(in.NextToken), limit(in.MaxResults),
				func(after string) iter.Seq2[string, *cost.Export] {
					return c.Cost().Exports(cost.DataExport, after)
				}, nil)
			if err != nil {
				return nil, err
			}
			out := &model.ListExportsOutput{Exports: []model.ExportReference{}, NextToken: op.Optional(next)}
			for _, e := range rows {
				out.Exports = append(out.Exports, model.ExportReference{ExportArn: new(arn(c, e.Key)), ExportName: new(e.Name), ExportStatus: health(e)})
			}
			return out, nil
		},
	})
}

// bucketName is what S3 allows (S3 User Guide, "Bucket naming rules").
func bucketName() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`) }

// prefixText is what a key may begin with: no blank, and no part that leads out of where the files are.
func prefixText() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Za-z!\-_.*'()/]*$`) }

// definition reads and checks what an export is.
func definition(in *model.Export) (*cost.Export, error) {
	d, out := in.DestinationConfigurations.S3Destination, in.DestinationConfigurations.S3Destination.S3OutputConfigurations
	e := &cost.Export{
		Name: *in.Name, Description: op.Value(in.Description), Query: *in.DataQuery.QueryStatement, Bucket: *d.S3Bucket, Owner: op.Value(d.S3BucketOwner),
		Prefix: *d.S3Prefix, Region: *d.S3Region, Format: *out.Format, Compression: *out.Compression, OutputType: *out.OutputType, Overwrite: *out.Overwrite,
	}
	q, err := exports.Compile(e.Query, in.DataQuery.TableConfigurations)
	if err != nil {
		return nil, invalid("QueryStatement", err.Error())
	}
	e.Table, e.Configurations = q.Table, maps.Clone(in.DataQuery.TableConfigurations[q.Table])
	switch {
	case !bucketName().MatchString(e.Bucket) || strings.Contains(e.Bucket, ".."):
		return nil, invalid("S3Bucket", "The bucket name is not valid.")
	case !prefixText().MatchString(e.Prefix), strings.HasPrefix(e.Prefix, "/"), strings.Contains("/"+e.Prefix+"/", "//") && e.Prefix != "",
		strings.Contains("/"+e.Prefix+"/", "/./"), strings.Contains("/"+e.Prefix+"/", "/../"):
		return nil, invalid("S3Prefix", "The prefix is not valid.")
	case e.Region == "":
		return nil, invalid("S3Region", "The Region of the bucket is missing.")
	case (e.Format == "PARQUET") != (e.Compression == "PARQUET"):
		return nil, invalid("Compression", "The format "+e.Format+" cannot be compressed as "+e.Compression+": TEXT_OR_CSV goes with GZIP, PARQUET with PARQUET.")
	case e.OutputType != "CUSTOM":
		return nil, invalid("OutputType", "Umbel writes exports of the output type CUSTOM.")
	}
	return e, nil
}

// shown gives an export in the service's words.
func shown(c *op.Call, e *cost.Export) *model.Export {
	q := &model.DataQuery{QueryStatement: new(e.Query)}
	if e.Configurations != nil {
		q.TableConfigurations = map[string]map[string]string{e.Table: e.Configurations}
	}
	return &model.Export{
		ExportArn: new(arn(c, e.Key)), Name: new(e.Name), Description: op.Optional(e.Description), DataQuery: q,
		DestinationConfigurations: &model.DestinationConfigurations{S3Destination: &model.S3Destination{
			S3Bucket: new(e.Bucket), S3BucketOwner: op.Optional(e.Owner), S3Prefix: new(e.Prefix), S3Region: new(e.Region),
			S3OutputConfigurations: &model.S3OutputConfigurations{
				OutputType: new(e.OutputType), Format: new(e.Format), Compression: new(e.Compression), Overwrite: new(e.Overwrite),
			},
		}},
		RefreshCadence: &model.RefreshCadence{Frequency: new("SYNCHRONOUS")},
	}
}

func health(e *cost.Export) *model.ExportStatus {
	s := &model.ExportStatus{StatusCode: new("HEALTHY"), CreatedAt: new(e.Created), LastUpdatedAt: new(e.Updated), LastRefreshedAt: instant(e.Refreshed)}
	if e.Failure != "" {
		s.StatusCode, s.StatusReason = new("UNHEALTHY"), new(e.Failure)
	}
	return s
}

// instant gives a time that may not have come.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
