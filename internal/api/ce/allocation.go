package ce

import (
	"slices"
	"time"

	"umbel/internal/bills"
	"umbel/internal/domain/cost"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

const allocationWords = "cost allocation tags"

func listCostAllocationTags() *op.Operation {
	return controlling("ListCostAllocationTags", op.Read, anywhere[model.ListCostAllocationTagsInput],
		func(c *op.Call, in *model.ListCostAllocationTagsInput) (*model.ListCostAllocationTagsOutput, error) {
			s, err := payers(c, "list Cost Allocation Tags", allocationWords)
			if err != nil {
				return nil, err
			}
			limit, err := pageSize(in.MaxResults, 100, 1000)
			if err != nil {
				return nil, err
			}
			rows, next, err := op.Page(c, "ce/tags/"+string(c.Caller.Account), op.Value(in.NextToken), limit, s.AllocationTags.After,
				func(t *cost.AllocationTag) bool {
					return (in.Status == nil || *in.Status == tagStatus(t)) && (in.Type == nil || *in.Type == tagType(t)) &&
						(in.TagKeys == nil || slices.Contains(in.TagKeys, t.Key))
				})
			if err != nil {
				return nil, err
			}
			out := &model.ListCostAllocationTagsOutput{CostAllocationTags: []model.CostAllocationTag{}, NextToken: op.Optional(next)}
			for _, t := range rows {
				one := model.CostAllocationTag{TagKey: &t.Key, Type: new(tagType(t)), Status: new(tagStatus(t))}
				if !t.Updated.IsZero() {
					one.LastUpdatedDate = new(zoned(t.Updated))
				}
				if t.LastUsed != "" {
					one.LastUsedDate = new(firstOf(t.LastUsed))
				}
				out.CostAllocationTags = append(out.CostAllocationTags, one)
			}
			return out, nil
		})
}

func tagStatus(t *cost.AllocationTag) string {
	if t.Active {
		return model.CostAllocationTagStatusActive
	}
	return model.CostAllocationTagStatusInactive
}

func tagType(t *cost.AllocationTag) string {
	if t.Generated() {
		return model.CostAllocationTagTypeAWSGenerated
	}
	return model.CostAllocationTagTypeUserDefined
}

// zoned writes a time as Cost Explorer does.
func zoned(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func updateCostAllocationTagsStatus() *op.Operation {
	return controlling("UpdateCostAllocationTagsStatus", op.Write, anywhere[model.UpdateCostAllocationTagsStatusInput],
		func(c *op.Call, in *model.UpdateCostAllocationTagsStatusInput) (*model.UpdateCostAllocationTagsStatusOutput, error) {
			s, err := payers(c, "update Cost Allocation Tag", allocationWords)
			if err != nil {
				return nil, err
			}
			out := &model.UpdateCostAllocationTagsStatusOutput{Errors: []model.UpdateCostAllocationTagsStatusError{}}
			refuse := func(key, code, message string) {
				out.Errors = append(out.Errors, model.UpdateCostAllocationTagsStatusError{TagKey: &key, Code: &code, Message: &message})
			}
			for _, entry := range in.CostAllocationTagsStatus {
				key := *entry.TagKey
				switch ok, full := s.SetTag(key, *entry.Status == model.CostAllocationTagStatusActive, c.Now); {
				case !ok:
					refuse(key, "TagKeysNotFoundException", "Tag keys not found: "+key)
				case full:
					refuse(key, "LimitExceededException", "You have reached the maximum number of active cost allocation tags.")
				}
			}
			if len(out.Errors) < len(in.CostAllocationTagsStatus) {
				current := cost.MonthOf(c.Now)
				s.Rewrite(current, current)
			}
			return out, bills.Wake(c, c.Caller.Account)
		})
}

func startCostAllocationTagBackfill() *op.Operation {
	return controlling("StartCostAllocationTagBackfill", op.Write, anywhere[model.StartCostAllocationTagBackfillInput],
		func(c *op.Call, in *model.StartCostAllocationTagBackfillInput) (*model.StartCostAllocationTagBackfillOutput, error) {
			const what = "start Cost Allocation Tag backfill"
			s, err := payers(c, what, allocationWords)
			if err != nil {
				return nil, err
			}
			from, err := startMonth(c.Now, in.BackfillFrom, "BackfillFrom")
			if err != nil {
				return nil, failed(what, err)
			}
			b, err := s.StartBackfill(from, c.Now)
			if err != nil {
				return nil, err
			}
			return &model.StartCostAllocationTagBackfillOutput{BackfillRequest: new(shownBackfill(s, b))}, bills.Wake(c, c.Caller.Account)
		})
}

func shownBackfill(s *cost.State, b *cost.Backfill) model.CostAllocationTagBackfillRequest {
	out := model.CostAllocationTagBackfillRequest{
		BackfillFrom: new(firstOf(b.From)), RequestedAt: new(zoned(b.Requested)), LastUpdatedAt: new(zoned(b.Requested)),
		BackfillStatus: new(model.CostAllocationTagBackfillStatusProcessing),
	}
	if at, done := s.BackfillDone(b); done {
		out.BackfillStatus = new(model.CostAllocationTagBackfillStatusSucceeded)
		out.CompletedAt, out.LastUpdatedAt = new(zoned(at)), new(zoned(at))
	}
	return out
}

func listCostAllocationTagBackfillHistory() *op.Operation {
	return controlling("ListCostAllocationTagBackfillHistory", op.Read, anywhere[model.ListCostAllocationTagBackfillHistoryInput],
		func(c *op.Call, in *model.ListCostAllocationTagBackfillHistoryInput) (*model.ListCostAllocationTagBackfillHistoryOutput, error) {
			s, err := payers(c, "list Cost Allocation Tag backfill history", allocationWords)
			if err != nil {
				return nil, err
			}
			limit, err := pageSize(in.MaxResults, 100, 1000)
			if err != nil {
				return nil, err
			}
			rows, next, err := op.Page(c, "ce/backfills/"+string(c.Caller.Account), op.Value(in.NextToken), limit, s.Backfills.After, nil)
			if err != nil {
				return nil, err
			}
			out := &model.ListCostAllocationTagBackfillHistoryOutput{BackfillRequests: []model.CostAllocationTagBackfillRequest{}, NextToken: op.Optional(next)}
			for _, b := range rows {
				out.BackfillRequests = append(out.BackfillRequests, shownBackfill(s, b))
			}
			return out, nil
		})
}
