package cost

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/table"
)

// Viewing is an account's custom billing views. The primary view, which is all that the account sees of the bill, is no row.
type Viewing struct {
	Views *table.Table[BillingView] // by ID
}

func newViewing() Viewing {
	return Viewing{Views: table.New("billing-view", func(v *BillingView) string { return v.ID })}
}

func (s *Viewing) tables() []table.Any { return []table.Any{s.Views} }

// PrimaryView is the ID of the view that every account has.
const PrimaryView = "primary"

// CustomView begins the IDs of views that accounts make.
const CustomView = "custom-"

// Limits of billing views. How many views an account can have, and how many may stand one on another, AWS does not publish.
const (
	maxViews       = 500
	maxSourceViews = 10 // API Reference, BillingViewSourceViewsList
	maxViewDepth   = 5
	maxViewTags    = 200 // API Reference, ResourceTagList
)

// BillingView is a custom billing view: the lines of its sources that fit its filter.
type BillingView struct {
	ID, Name    string
	Description string     `json:",omitempty"`
	Filter      ViewFilter `json:",omitzero"`
	Sources     []string   // ARNs; at least one
	Created     time.Time
	Updated     time.Time         // of whatever
	Defined     time.Time         // of filter or sources
	Token       string            `json:",omitempty"` // of the request, so that asking twice makes one view
	Asked       string            `json:",omitempty"` // that request
	Tags        map[string]string `json:",omitempty"`
}

// ViewFilter is what a billing view leaves of its sources: what fits all that is set.
type ViewFilter struct {
	Dimensions     *DimensionValues `json:",omitempty"`
	Tags           *KeyedValues     `json:",omitempty"`
	CostCategories *KeyedValues     `json:",omitempty"`
	Begin, End     *time.Time       `json:",omitempty"` // days, both inclusive
}

// ViewARN gives the ARN of an account's billing view.
func ViewARN(account ident.AccountID, id string) string {
	return ident.ARN{Partition: ident.Partition, Service: "billing", Account: string(account), Resource: "billingview/" + id}.String()
}

// ViewID gives the ID in the ARN of one of an account's billing views; "" if it is none.
func ViewID(account ident.AccountID, arn string) string {
	id, ok := strings.CutPrefix(arn, ViewARN(account, ""))
	if !ok {
		return ""
	}
	return id
}

// ViewPart is a part of what a billing view sees: the lines that fit all filters and whose usage starts within a time.
type ViewPart struct {
	Filters  []Expression
	From, To time.Time // zero where it is open; To is exclusive
}

// with narrows a part.
func (p ViewPart) with(f *ViewFilter) ViewPart {
	p.Filters = slices.Clone(p.Filters)
	for _, e := range []Expression{{Dimensions: f.Dimensions}, {Tags: f.Tags}, {CostCategories: f.CostCategories}} {
		if e.Dimensions != nil || e.Tags != nil || e.CostCategories != nil {
			p.Filters = append(p.Filters, e)
		}
	}
	if f.Begin != nil && (p.From.IsZero() || p.From.Before(dayOf(*f.Begin))) {
		p.From = dayOf(*f.Begin)
	}
	if f.End == nil {
		return p
	}
	if end := dayOf(*f.End).AddDate(0, 0, 1); p.To.IsZero() || end.Before(p.To) {
		p.To = end
	}
	return p
}

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// Seen gives what one of the account's billing views sees, nil for everything: of a view of several sources it is what any of them
// sees. payer is the account that pays for it. Errors: NotFound, BillingViewUnhealthy.
func (s *Viewing) Seen(account, payer ident.AccountID, arn string) ([]ViewPart, error) {
	id := ViewID(account, arn)
	if id == PrimaryView {
		return nil, nil
	}
	v, ok := s.Views.Get(id)
	if !ok {
		return nil, missingView(arn)
	}
	if err := s.Healthy(account, payer, v); err != nil {
		return nil, err
	}
	return s.parts(account, v), nil
}

// Healthy refuses an unhealthy view. Errors: BillingViewUnhealthy.
func (s *Viewing) Healthy(account, payer ident.AccountID, v *BillingView) error {
	if reasons := s.Ailments(account, payer, v); len(reasons) > 0 {
		return fault.New(fault.BillingViewUnhealthy, "The billing view %s is unhealthy: %s.", ViewARN(account, v.ID), strings.Join(reasons, ", "))
	}
	return nil
}

func (s *Viewing) parts(account ident.AccountID, v *BillingView) []ViewPart {
	var out []ViewPart
	for _, arn := range v.Sources {
		below := []ViewPart{{}}
		if source, ok := s.Views.Get(ViewID(account, arn)); ok {
			below = s.parts(account, source)
		}
		for _, p := range below {
			out = append(out, p.with(&v.Filter))
		}
	}
	return out
}

// Ailments gives the reasons why a view is unhealthy (API Reference, BillingViewStatusReason); none for a healthy one. A view is
// unhealthy whose source was deleted by force, all that stand on it, and the views of an account that another one pays for by now.
func (s *Viewing) Ailments(account, payer ident.AccountID, v *BillingView) []string {
	reasons := s.unsound(account, v)
	if account != payer {
		reasons = append(reasons, "VIEW_OWNER_NOT_MANAGEMENT_ACCOUNT")
	}
	return reasons
}

// unsound gives what is wrong with a view's sources.
func (s *Viewing) unsound(account ident.AccountID, v *BillingView) (reasons []string) {
	for _, arn := range v.Sources {
		id := ViewID(account, arn)
		if id == PrimaryView {
			continue
		}
		source, ok := s.Views.Get(id)
		if !ok {
			reasons = append(reasons, "SOURCE_VIEW_NOT_FOUND")
		} else if len(s.unsound(account, source)) > 0 {
			reasons = append(reasons, "SOURCE_VIEW_UNHEALTHY")
		}
	}
	slices.Sort(reasons)
	return slices.Compact(reasons)
}

// Derived gives the views that stand on a view, by ID.
func (s *Viewing) Derived(arn string) (on []*BillingView) {
	for _, v := range s.Views.All() {
		if slices.Contains(v.Sources, arn) {
			on = append(on, v)
		}
	}
	return on
}

// ViewOf gives one of the account's custom views. Errors: NotFound, ValidationFailed for the primary view, which nobody can change.
func (s *Viewing) ViewOf(account ident.AccountID, arn string) (*BillingView, error) {
	id := ViewID(account, arn)
	if v, ok := s.Views.Get(id); ok {
		return v, nil
	}
	if id == PrimaryView {
		return nil, fault.New(fault.ValidationFailed, "The billing view %s is managed by AWS and cannot be changed.", arn)
	}
	return nil, missingView(arn)
}

func missingView(arn string) error {
	e := fault.New(fault.NotFound, "The specified ARN in the request doesn't exist.")
	e.Fields = map[string]any{"resourceId": arn, "resourceType": "billingview"}
	return e
}

// MakeView makes a view. A request with the token of one before gives that view again, if it is the same. Errors: those of PutView,
// Conflict.
func (s *Viewing) MakeView(account ident.AccountID, v *BillingView) (*BillingView, error) {
	for _, old := range s.Views.All() {
		if v.Token == "" || old.Token != v.Token {
			continue
		}
		if old.Asked != v.Asked {
			e := fault.New(fault.Conflict, "The client token was used before with other parameters.")
			e.Fields = map[string]any{"resourceId": ViewARN(account, old.ID), "resourceType": "billingview"}
			return nil, e
		}
		return old, nil
	}
	if s.Views.Len() >= maxViews {
		return nil, tooManyViews(ViewARN(account, v.ID), "There can be at most %d custom billing views.", maxViews)
	}
	return v, s.PutView(account, v)
}

// tooManyViews is the refusal of more than there can be; the members are what the API wants with it.
func tooManyViews(arn, format string, args ...any) error {
	e := fault.New(fault.QuotaExceeded, format, args...)
	e.Fields = map[string]any{"resourceId": arn, "resourceType": "billingview", "serviceCode": "billing", "quotaCode": "billing-views"}
	return e
}

// PutView puts a view that is new or another one. Errors: ValidationFailed, NotFound for a source, QuotaExceeded.
func (s *Viewing) PutView(account ident.AccountID, v *BillingView) error {
	arn := ViewARN(account, v.ID)
	switch f := &v.Filter; {
	case f.Begin != nil && f.End != nil && dayOf(*f.End).Before(dayOf(*f.Begin)):
		return fault.New(fault.ValidationFailed, "The end date of the time range must not be before its begin date.")
	case len(v.Sources) == 0:
		return fault.New(fault.ValidationFailed, "A billing view must have at least one source view.")
	case len(v.Sources) > maxSourceViews:
		return tooManyViews(arn, "A billing view can have at most %d source views.", maxSourceViews)
	case len(v.Sources) > 1 && len(s.Derived(arn)) > 0:
		return fault.New(fault.ValidationFailed, "The billing view %s is the source of others, and can have only one source view itself.", arn)
	}
	if err := checkViewTags(arn, v.Tags); err != nil {
		return err
	}
	for _, source := range v.Sources {
		if err := s.standsOn(account, arn, source); err != nil {
			return err
		}
	}
	below, above := s.depth(account, v.Sources), s.height(account, arn)
	if below+1+above > maxViewDepth {
		return fault.New(fault.ValidationFailed, "At most %d custom billing views can stand one on another.", maxViewDepth)
	}
	s.Views.Put(v)
	return nil
}

// standsOn refuses a source that a view cannot have: one that is not there, that has several sources, or that stands on the view.
func (s *Viewing) standsOn(account ident.AccountID, arn, source string) error {
	id := ViewID(account, source)
	if id == PrimaryView {
		return nil
	}
	v, ok := s.Views.Get(id)
	switch {
	case source == arn || ok && s.reaches(account, v, arn):
		return fault.New(fault.ValidationFailed, "The billing view %s cannot be its own source.", arn)
	case !ok:
		return missingView(source)
	case len(v.Sources) > 1:
		return fault.New(fault.ValidationFailed, "The billing view %s has several source views, and cannot be a source view itself.", source)
	}
	return nil
}

// reaches tells whether a view stands on another, directly or not.
func (s *Viewing) reaches(account ident.AccountID, v *BillingView, arn string) bool {
	return slices.ContainsFunc(v.Sources, func(source string) bool {
		below, ok := s.Views.Get(ViewID(account, source))
		return source == arn || ok && s.reaches(account, below, arn)
	})
}

// depth tells how many custom views stand one on another below a view of these sources.
func (s *Viewing) depth(account ident.AccountID, sources []string) (most int) {
	for _, arn := range sources {
		if v, ok := s.Views.Get(ViewID(account, arn)); ok {
			most = max(most, 1+s.depth(account, v.Sources))
		}
	}
	return most
}

// height tells how many views stand one on another above a view.
func (s *Viewing) height(account ident.AccountID, arn string) (most int) {
	for _, v := range s.Derived(arn) {
		most = max(most, 1+s.height(account, ViewARN(account, v.ID)))
	}
	return most
}

// DropView deletes a view; one that is not there is deleted already. Unless by force it must not be used. Errors: ValidationFailed for
// the primary view, Conflict.
func (s *State) DropView(account ident.AccountID, arn string, force bool) error {
	v, err := s.ViewOf(account, arn)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	user := ""
	for _, b := range s.Budgets.All() {
		if b.View == arn {
			user = cmp.Or(user, "the budget "+b.Name)
		}
	}
	for _, on := range s.Derived(arn) {
		user = cmp.Or(user, "the billing view "+ViewARN(account, on.ID))
	}
	if user != "" && !force {
		e := fault.New(fault.Conflict, "The billing view is used by %s.", user)
		e.Fields = map[string]any{"resourceId": arn, "resourceType": "billingview"}
		return e
	}
	s.Views.Delete(v.ID)
	return nil
}

// TagView adds or replaces a view's tags, and removes others. Errors: those of ViewOf, ValidationFailed, QuotaExceeded.
func (s *Viewing) TagView(account ident.AccountID, arn string, add map[string]string, remove []string) error {
	v, err := s.ViewOf(account, arn)
	if err != nil {
		return err
	}
	next := *v
	if next.Tags = maps.Clone(v.Tags); next.Tags == nil {
		next.Tags = map[string]string{}
	}
	maps.Copy(next.Tags, add)
	for _, k := range remove {
		delete(next.Tags, k)
	}
	if err := checkViewTags(arn, next.Tags); err != nil {
		return err
	}
	s.Views.Put(&next)
	return nil
}

func checkViewTags(arn string, tags map[string]string) error {
	if len(tags) > maxViewTags {
		return tooManyViews(arn, "A billing view can have at most %d tags.", maxViewTags)
	}
	for k := range tags {
		if len(k) >= 4 && strings.EqualFold(k[:4], "aws:") {
			return fault.New(fault.ValidationFailed, "Tag keys that begin with aws: are reserved for AWS.")
		}
	}
	return nil
}
