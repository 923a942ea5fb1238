package cost

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"umbel/internal/domain/billing"
	"umbel/internal/fault"
)

func dimension(key string, values ...string) *Expression {
	return &Expression{Dimensions: &DimensionValues{Key: key, Values: values}}
}

func categorized(name string, values ...string) *Expression {
	return &Expression{CostCategories: &KeyedValues{Key: name, Values: values}}
}

func put(e *Explorer, name, start, fallback string, rules ...CategoryRule) {
	e.Categories.Put(&Category{ID: name, Name: name, Versions: []CategoryVersion{{Start: start, Rules: rules, Default: fallback}}})
}

func categoriesOf(t *testing.T, e *Explorer, month string) *Categories {
	t.Helper()
	c, err := e.CategoriesOf(month, map[string]string{"1": "prod-web", "2": "dev"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEvaluate(t *testing.T) {
	e := newExplorer()
	e.AllocationTags.Put(&AllocationTag{Key: "team", Active: true})
	e.AllocationTags.Put(&AllocationTag{Key: "idle"})
	put(&e, "Stage", "2026-01", "other",
		CategoryRule{Value: "tax", Rule: dimension("RECORD_TYPE", "Tax")},
		CategoryRule{Value: "prod", Rule: &Expression{Dimensions: &DimensionValues{Key: "LINKED_ACCOUNT_NAME", Values: []string{"prod"}, MatchOptions: []string{"STARTS_WITH"}}}},
		CategoryRule{Value: "never", Rule: dimension("LINKED_ACCOUNT", "1")}, // the rule before has it
	)
	put(&e, "Owner", "2026-01", "",
		CategoryRule{Inherit: &InheritValue{Dimension: "TAG", Key: "team"}},
		CategoryRule{Inherit: &InheritValue{Dimension: "TAG", Key: "idle"}}, // not active
		CategoryRule{Value: "compute", Rule: dimension("SERVICE_CODE", "AmazonEC2")},
	)
	// In order of names it comes before what it looks at.
	put(&e, "Both", "2026-01", "", CategoryRule{Value: "prod red", Rule: &Expression{And: []Expression{*categorized("Stage", "prod"), *categorized("Owner", "red")}}})
	put(&e, "Name", "2026-01", "nameless", CategoryRule{Inherit: &InheritValue{Dimension: "LINKED_ACCOUNT_NAME"}})
	put(&e, "Later", "2026-03", "x", CategoryRule{Value: "y", Rule: dimension("RECORD_TYPE", "Tax")})
	c := categoriesOf(t, &e, "2026-02")

	for name, test := range map[string]struct {
		line billing.Line
		want map[string]string
	}{
		"the first rule that fits": {
			billing.Line{Account: "1", Tags: map[string]string{"user:team": "red"}},
			map[string]string{"Stage": "prod", "Owner": "red", "Both": "prod red", "Name": "prod-web"},
		},
		"the value by default": {
			billing.Line{Account: "2", Product: "AmazonEC2", Tags: map[string]string{"user:idle": "blue"}},
			map[string]string{"Stage": "other", "Owner": "compute", "Name": "dev"},
		},
		"none": {
			billing.Line{Account: "3", Type: billing.Tax},
			map[string]string{"Stage": "tax", "Name": "nameless"},
		},
		"of the report's own categories those of other names stay": {
			billing.Line{Account: "3", Categories: map[string]string{"Stage": "old", "Later": "old", "Unit": "sales"}},
			map[string]string{"Stage": "other", "Name": "nameless", "Unit": "sales"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.Evaluate(&test.line)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("categories (-want +got):\n%s", diff)
			}
			test.line.Categories = got
			if diff := cmp.Diff(test.want, c.Evaluate(&test.line)); diff != "" {
				t.Errorf("evaluated again (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEvaluateNothingDefined(t *testing.T) {
	e := newExplorer()
	l := billing.Line{Categories: map[string]string{"Unit": "sales"}}
	if diff := cmp.Diff(l.Categories, categoriesOf(t, &e, "2026-02").Evaluate(&l)); diff != "" {
		t.Errorf("categories (-want +got):\n%s", diff)
	}
}

func TestEvaluateDependsOnOthersInOrder(t *testing.T) {
	e := newExplorer()
	put(&e, "A", "2026-01", "", CategoryRule{Value: "a", Rule: categorized("B", "b")})
	put(&e, "B", "2026-01", "", CategoryRule{Value: "b", Rule: categorized("C", "c")})
	put(&e, "C", "2026-01", "c", CategoryRule{Value: "x", Rule: dimension("REGION", "mars")})
	c := categoriesOf(t, &e, "2026-01")
	if diff := cmp.Diff([]string{"C", "B", "A"}, c.Names()); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"A": "a", "B": "b", "C": "c"}, c.Evaluate(&billing.Line{})); diff != "" {
		t.Errorf("categories (-want +got):\n%s", diff)
	}
	put(&e, "C", "2026-01", "c", CategoryRule{Value: "x", Rule: categorized("A", "a")})
	if _, err := e.CategoriesOf("2026-01", nil); !fault.Is(err, fault.ValidationFailed) {
		t.Errorf("a circle gives %v", err)
	}
	if err := e.Acyclic("2025-10", "2025-12"); err != nil {
		t.Errorf("before the circle: %v", err)
	}
	if err := e.Acyclic("2025-10", "2026-01"); err == nil {
		t.Error("the circle of 2026-01 is not seen")
	}
}

func TestCategoryVersions(t *testing.T) {
	rule := func(value string) []CategoryRule {
		return []CategoryRule{{Value: value, Rule: dimension("RECORD_TYPE", "")}}
	}
	first := &Category{ID: "1", Name: "Stage", Created: time.Unix(1, 0), Versions: []CategoryVersion{{Start: "2026-03", Rules: rule("one")}}}
	e := newExplorer()
	value := func(month string) string { return categoriesOf(t, &e, month).Evaluate(&billing.Line{})["Stage"] }
	want := func(what string, byMonth map[string]string) {
		t.Helper()
		got := map[string]string{}
		for month := range maps.Keys(byMonth) {
			got[month] = value(month)
		}
		if diff := cmp.Diff(byMonth, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	e.Categories.Put(first)
	want("made", map[string]string{"2026-02": "", "2026-03": "one", "2026-09": "one"})
	second := first.Change(CategoryVersion{Start: "2026-05", Rules: rule("two")})
	e.Categories.Put(second)
	want("changed", map[string]string{"2026-04": "one", "2026-05": "two", "2026-09": "two"})
	third := second.Change(CategoryVersion{Start: "2026-04", Rules: rule("three")})
	e.Categories.Put(third)
	want("changed from earlier on", map[string]string{"2026-03": "one", "2026-04": "three", "2026-05": "three"})
	e.Categories.Put(third.Ended("2026-06"))
	want("ended", map[string]string{"2026-05": "three", "2026-06": ""})
	e.Categories.Put(&Category{ID: "0", Name: "Stage", Created: time.Unix(2, 0), Versions: []CategoryVersion{{Start: "2026-05", Rules: rule("new")}}})
	want("made again", map[string]string{"2026-04": "three", "2026-05": "new", "2026-06": "new"})
	if from, until := first.Until("2026-03"), third.Until("2026-03"); from != "" || until != "2026-04" {
		t.Errorf("Until gives %q and %q", from, until)
	}
}

// TestRememberedIsEvaluated compares what is remembered of lines alike with what is evaluated for each.
func TestRememberedIsEvaluated(t *testing.T) {
	e := newExplorer()
	e.AllocationTags.Put(&AllocationTag{Key: "team", Active: true})
	put(&e, "A", "2026-01", "", CategoryRule{Inherit: &InheritValue{Dimension: "TAG", Key: "team"}}, CategoryRule{Value: "n", Rule: dimension("REGION", "x", "y")})
	put(&e, "B", "2026-01", "", CategoryRule{Value: "ax", Rule: categorized("A", "x")}, CategoryRule{Inherit: &InheritValue{Dimension: "LINKED_ACCOUNT_NAME"}})
	c := categoriesOf(t, &e, "2026-01")
	word := rapid.SampledFrom([]string{"", "1", "2", "x", "y", "xy", "\x01x"})
	rapid.Check(t, func(t *rapid.T) {
		l := billing.Line{Account: word.Draw(t, "account"), Tags: map[string]string{"user:team": word.Draw(t, "team")}}
		l.Detail.Region = word.Draw(t, "region")
		if diff := cmp.Diff(c.Fork().values(&l), c.Evaluate(&l)); diff != "" {
			t.Fatalf("remembered (-evaluated +remembered):\n%s", diff)
		}
	})
}

func TestTagWatch(t *testing.T) {
	e := newExplorer()
	e.AllocationTags.Put(&AllocationTag{Key: "on", Active: true, LastUsed: "2026-05"})
	e.AllocationTags.Put(&AllocationTag{Key: "off"})
	promoted := func(w *TagWatch) (out []string) {
		for _, key := range []string{"user:on", "user:off", "user:new", "aws:createdBy"} {
			if w.Promote(key) {
				out = append(out, key)
			}
		}
		return out
	}
	records, reports := e.WatchTags(false), e.WatchTags(true)
	if diff := cmp.Diff([]string{"user:on"}, promoted(records)); diff != "" {
		t.Errorf("of records (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"user:on", "user:new", "aws:createdBy"}, promoted(reports)); diff != "" {
		t.Errorf("of reports (-want +got):\n%s", diff)
	}
	e.SawTags(reports.Seen(), "2026-04", true)
	got := map[string]AllocationTag{}
	for key, row := range e.AllocationTags.All() {
		got[key] = *row
	}
	want := map[string]AllocationTag{
		"on": {Key: "on", Active: true, LastUsed: "2026-05"}, "off": {Key: "off", LastUsed: "2026-04"},
		"new": {Key: "new", Active: true, LastUsed: "2026-04"}, "aws:createdBy": {Key: "aws:createdBy", Active: true, LastUsed: "2026-04"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
}

func BenchmarkEvaluate(b *testing.B) {
	e := newExplorer()
	e.AllocationTags.Put(&AllocationTag{Key: "team", Active: true})
	put(&e, "Owner", "2026-01", "", CategoryRule{Inherit: &InheritValue{Dimension: "TAG", Key: "team"}})
	put(&e, "Stage", "2026-01", "other", CategoryRule{Value: "prod", Rule: dimension("LINKED_ACCOUNT", "1", "2", "3")}, CategoryRule{Value: "eu", Rule: dimension("REGION", "eu-west-1")})
	c, err := e.CategoriesOf("2026-01", nil)
	if err != nil {
		b.Fatal(err)
	}
	l := billing.Line{Account: "123456789012", Tags: map[string]string{"user:team": "red"}}
	for b.Loop() {
		c.Evaluate(&l)
	}
}
