package bcmdataexports

import (
	"iter"
	"umbel/internal/exports"
	model "umbel/internal/model/bcmdataexports"
	"umbel/internal/op"
)

func getTable() *op.Operation {
	return op.Define(op.Decl[model.GetTableInput, model.GetTableOutput]{
		Service: service, Name: "GetTable", Access: op.Read,
		Targets: func(c *op.Call, in *model.GetTableInput) ([]op.Target, error) {
			return []op.Target{{Resource: arn(c, "table/"+*in.TableName)}}, nil
		},
		Run: func(_ *op.Call, in *model.GetTableInput) (*model.GetTableOutput, error) {
			t, ok := exports.FindTable(*in.TableName)
			if !ok {
				return nil, invalid("TableName", "There is no table "+*in.TableName+".")
			}
			properties, err := t.Configure(in.TableProperties)
			if err != nil {
				return nil, invalid("TableProperties", err.Error())
			}
			out := &model.GetTableOutput{TableName: new(t.Name), Description: new(t.Description), TableProperties: properties}
			for _, c := range t.Schema(properties) {
				out.Schema = append(out.Schema, model.Column{Name: new(c.Name), Type: new(string(c.Type))})
			}
			return out, nil
		},
	})
}

func listTables() *op.Operation {
	return op.Define(op.Decl[model.ListTablesInput, model.ListTablesOutput]{
		Service: service, Name: "ListTables", Access: op.Read,
		Targets: func(c *op.Call, _ *model.ListTablesInput) ([]op.Target, error) {
			return []op.Target{{Resource: "*"}}, nil
		},
		Run: func(c *op.Call, in *model.ListTablesInput) (*model.ListTablesOutput, error) {
			after := func(name string) iter.Seq2[string, exports.Table] {
				return func(yield func(string, exports.Table) bool) {
					for _, t := range exports.Tables() {
						if t.Name > name && !yield(t.Name, t) {
							return
						}
					}
				}
			}
			rows, next, err := op.Page(c, service+"/tables", op.Value(in.NextToken), limit(in.MaxResults), after, nil)
			if err != nil {
				return nil, err
			}
			out := &model.ListTablesOutput{NextToken: op.Optional(next)}
			for _, t := range rows {
				out.Tables = append(out.Tables, described(t))
			}
			return out, nil
		},
	})
}

func described(t exports.Table) model.Table {
	out := model.Table{TableName: new(t.Name), Description: new(t.Description)}
	for _, p := range t.Properties {
		out.TableProperties = append(out.TableProperties, model.TablePropertyDescription{
			Name: new(p.Name), ValidValues: p.Values, DefaultValue: new(p.Default), Description: new(p.Description),
		})
	}
	return out
}
