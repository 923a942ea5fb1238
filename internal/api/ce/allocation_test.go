package ce_test

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	"github.com/google/go-cmp/cmp"

	"umbel/internal/domain/cost"
	"umbel/internal/testenv"
)

func status(key string, s types.CostAllocationTagStatus) types.CostAllocationTagStatusEntry {
	return types.CostAllocationTagStatusEntry{TagKey: &key, Status: s}
}

func TestCostAllocationTags(t *testing.T) {
	s, ctx := testenv.Start(t), context.Background()
	o := s.CreateOrganization("")
	member, payer := o.Account("", "member"), explorer(s, "")
	current := thisMonth(0)[:7]
	change(t, s, string(s.First), func(st *cost.State) {
		st.Want(current)
		computed(st)
		st.SawTags([]string{"user:team", "aws:createdBy", "user:stage"}, current, false)
		for i := range 500 {
			st.AllocationTags.Put(&cost.AllocationTag{Key: fmt.Sprintf("on-%03d", i), Active: i > 0})
		}
	})
	set := func(entries ...types.CostAllocationTagStatusEntry) map[string]string {
		t.Helper()
		out, err := payer.UpdateCostAllocationTagsStatus(ctx, &costexplorer.UpdateCostAllocationTagsStatusInput{CostAllocationTagsStatus: entries})
		if err != nil {
			t.Fatal(err)
		}
		refused := map[string]string{}
		for _, e := range out.Errors {
			refused[*e.TagKey] = *e.Code
		}
		return refused
	}
	want := map[string]string{"nobody": "TagKeysNotFoundException", "stage": "LimitExceededException"}
	if diff := cmp.Diff(want, set(status("nobody", "Active"), status("team", "Active"), status("stage", "Active"), status("aws:createdBy", "Active"))); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	list := func(in costexplorer.ListCostAllocationTagsInput) map[string]string {
		t.Helper()
		got := map[string]string{}
		pages := costexplorer.NewListCostAllocationTagsPaginator(payer, &in)
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, tag := range page.CostAllocationTags {
				got[*tag.TagKey] = string(tag.Type) + " " + string(tag.Status) + " " + aws.ToString(tag.LastUsedDate)
			}
		}
		return got
	}
	used := current + "-01T00:00:00Z"
	wanted := map[string]string{"team": "UserDefined Active " + used, "aws:createdBy": "AWSGenerated Active " + used, "stage": "UserDefined Inactive " + used}
	if diff := cmp.Diff(wanted, list(costexplorer.ListCostAllocationTagsInput{TagKeys: []string{"team", "aws:createdBy", "stage", "nobody"}})); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	if n := len(list(costexplorer.ListCostAllocationTagsInput{Status: "Active", Type: "UserDefined"})); n != 500 {
		t.Errorf("%d are active", n)
	}
	change(t, s, string(s.First), func(st *cost.State) {
		if active := st.ActiveTags(); !active("user:team") || active("user:stage") || !active("aws:createdBy") {
			t.Error("what is active is not asked for")
		}
	})
	_, err := explorer(s, member).UpdateCostAllocationTagsStatus(ctx, &costexplorer.UpdateCostAllocationTagsStatusInput{CostAllocationTagsStatus: []types.CostAllocationTagStatusEntry{status("team", "Inactive")}})
	refusedWith(t, err, "AccessDeniedException", "Failed to update Cost Allocation Tag: Linked account doesn't have access to cost allocation tags.")
	_, err = explorer(s, member).ListCostAllocationTags(ctx, &costexplorer.ListCostAllocationTagsInput{})
	refusedWith(t, err, "AccessDeniedException", "Failed to list Cost Allocation Tags: Linked account doesn't have access to cost allocation tags.")
}

func TestBackfill(t *testing.T) {
	clock := &testenv.ManualClock{}
	s, ctx := testenv.Start(t, testenv.Clock(clock)), context.Background()
	payer := explorer(s, "")
	months := []string{thisMonth(-3)[:7], thisMonth(-1)[:7], thisMonth(0)[:7]}
	change(t, s, string(s.First), func(st *cost.State) {
		for _, m := range months {
			st.Want(m)
		}
		computed(st)
	})
	start := func(from string) (*costexplorer.StartCostAllocationTagBackfillOutput, error) {
		return payer.StartCostAllocationTagBackfill(ctx, &costexplorer.StartCostAllocationTagBackfillInput{BackfillFrom: &from})
	}
	_, err := start(thisMonth(-13))
	refusedWith(t, err, "ValidationException", "12 months")
	out, err := start(thisMonth(-2))
	if err != nil {
		t.Fatal(err)
	}
	if b := out.BackfillRequest; b.BackfillStatus != "PROCESSING" || *b.BackfillFrom != thisMonth(-2) || b.CompletedAt != nil {
		t.Errorf("started %+v", b)
	}
	change(t, s, string(s.First), func(st *cost.State) {
		for i, m := range months {
			if row, _ := st.Months.Get(m); (row.Rewrite > 0) != (i > 0) {
				t.Errorf("%s: %+v", m, row)
			}
		}
	})
	// The desk may be done by now: the state tells that it has more to do, and then no longer.
	wantMore := func(n int64) {
		change(t, s, string(s.First), func(st *cost.State) {
			row, _ := st.Backfills.Get("000001")
			b := *row
			b.Completed, b.Wanted = time.Time{}, maps.Clone(b.Wanted)
			b.Wanted[months[1]] += n
			st.Backfills.Put(&b)
		})
	}
	wantMore(1000)
	_, err = start(thisMonth(0))
	refusedWith(t, err, "BackfillLimitExceededException", "already in progress")
	wantMore(-1000)
	s.Settle()
	history, err := payer.ListCostAllocationTagBackfillHistory(ctx, &costexplorer.ListCostAllocationTagBackfillHistoryInput{})
	if err != nil || len(history.BackfillRequests) != 1 || history.BackfillRequests[0].BackfillStatus != "SUCCEEDED" || history.BackfillRequests[0].CompletedAt == nil {
		t.Errorf("history %+v, %v", history, err)
	}
	_, err = start(thisMonth(0))
	refusedWith(t, err, "BackfillLimitExceededException", "24 hours")
	var b cost.Backfill
	change(t, s, string(s.First), func(st *cost.State) {
		row, _ := st.Backfills.Get("000001")
		b = *row
		b.Requested = b.Requested.Add(-25 * time.Hour)
		st.Backfills.Put(&b)
	})
	if _, err = start(thisMonth(0)); err != nil {
		t.Errorf("a day later: %v", err)
	}
}
