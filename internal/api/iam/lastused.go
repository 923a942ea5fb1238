package iam

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"umbel/internal/fault"
	"umbel/internal/ledger"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

// Events finds audit events: they tell when an access key was last used.
type Events interface {
	// Lookup gives the events that match, newest first, at most q.Limit.
	Lookup(ctx context.Context, q ledger.Query) (events []ledger.Event, next string, err error)
}

func getAccessKeyLastUsed(events Events) *op.Operation {
	return reading("GetAccessKeyLastUsed",
		func(a *authorize, in *model.GetAccessKeyLastUsedInput) []op.Target {
			k, ok := a.s.Key(*in.AccessKeyId)
			switch {
			case !ok:
				return a.anything()
			case k.User == "":
				return one(op.Target{Resource: a.arn("root")})
			}
			return one(a.user(&k.User))
		},
		func(sc *scene, in *model.GetAccessKeyLastUsedInput) (*model.GetAccessKeyLastUsedOutput, error) {
			k, ok := sc.s.Key(*in.AccessKeyId)
			if !ok {
				return nil, fault.New(fault.AccessDenied, "User: %s is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key %s", sc.Caller.ARN, *in.AccessKeyId)
			}
			found, _, err := events.Lookup(sc.Context, ledger.Query{Account: sc.account(), AccessKeyID: k.ID, Limit: 1})
			if err != nil {
				return nil, fmt.Errorf("iam: last use of an access key: %w", err)
			}
			used, err := lastUsed(found)
			if err != nil {
				return nil, err
			}
			return &model.GetAccessKeyLastUsedOutput{UserName: op.Optional(sc.userName(k.User)), AccessKeyLastUsed: used}, nil
		})
}

// lastUsed tells of the newest event of a key when, where and for what it was used (IAM API, AccessKeyLastUsed).
func lastUsed(found []ledger.Event) (*model.AccessKeyLastUsed, error) {
	if len(found) == 0 {
		return &model.AccessKeyLastUsed{ServiceName: new("N/A"), Region: new("N/A")}, nil
	}
	var record struct {
		Region string `json:"awsRegion"`
	}
	if err := json.Unmarshal(found[0].Body, &record); err != nil {
		return nil, fmt.Errorf("iam: audit event %s: %w", found[0].ID, err)
	}
	name, _, _ := strings.Cut(found[0].Source, ".")
	return &model.AccessKeyLastUsed{LastUsedDate: new(found[0].Time), ServiceName: &name, Region: &record.Region}, nil
}
