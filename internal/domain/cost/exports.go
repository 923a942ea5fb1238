package cost

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"umbel/internal/fault"
	"umbel/internal/table"
)

// Exporting is an account's exports of cost data, and their runs.
type Exporting struct {
	exports    *table.Table[Export]    // by Export.Key
	executions *table.Table[Execution] // by "<export's key>/<ID>"; IDs ascend with time
	shipments  *table.Table[Shipment]  // by "<export's key>/<month>"
}

func newExporting() Exporting {
	return Exporting{
		exports:    table.New("export", func(e *Export) string { return e.Key }),
		executions: table.New("execution", func(e *Execution) string { return e.Export + "/" + e.ID }),
		shipments:  table.New("shipment", func(d *Shipment) string { return d.Export + "/" + d.Month }),
	}
}

func (e *Exporting) tables() []table.Any { return []table.Any{e.exports, e.executions, e.shipments} }

// The two kinds of exports, which begin their keys.
const (
	DataExport   = "export/" // of bcm-data-exports: "export/<name>-<UUID>", the resource part of its ARN
	ReportExport = "report/" // of cur: "report/<name>"
)

// Export is what is written, and where to.
type Export struct {
	Key               string
	Name, Description string
	// Table and Query are of data exports; Query's text is the statement as it was given.
	Table, Query   string
	Configurations map[string]string `json:",omitempty"` // of the table, as given
	// Report is what a legacy report has beside.
	Report                                     *Report           `json:",omitempty"`
	Bucket, Owner, Prefix, Region              string            // Owner of the bucket, "" as the export's
	Format, Compression, OutputType, Overwrite string            // in the words of the service
	Tags                                       map[string]string `json:",omitempty"`
	Revision                                   int64             // grows with each change of the definition
	Created, Updated                           time.Time
	Refreshed                                  time.Time // when files were last delivered
	Failure                                    string    `json:",omitempty"` // why the last run failed: a Reason of an Execution
}

// Report is what a legacy report definition says (cur, ReportDefinition).
type Report struct {
	TimeUnit      string // HOURLY, DAILY, MONTHLY
	Elements      []string
	Artifacts     []string `json:",omitempty"`
	RefreshClosed bool
	BillingView   string `json:",omitempty"`
}

// The states of an execution (bcm-data-exports, ExecutionStatusCode).
const (
	Initiating       = "INITIATION_IN_PROCESS"
	QueryInProcess   = "QUERY_IN_PROCESS"
	QueryFailed      = "QUERY_FAILURE"
	Delivering       = "DELIVERY_IN_PROCESS"
	Shipped          = "DELIVERY_SUCCESS"
	DeliveryFailed   = "DELIVERY_FAILURE"
	InternalFailure  = "INTERNAL_FAILURE" // reasons
	BillOwnerChanged = "BILL_OWNER_CHANGED"
)

// Execution is one run of an export for one month.
type Execution struct {
	Export, ID, Month           string
	Definition                  Export // as it was when the run began
	Status, Reason              string
	Worker                      string // the process that runs it
	Created, Updated, Completed time.Time
}

// Running tells whether a run has not come to an end.
func (e *Execution) Running() bool { return e.Completed.IsZero() }

// Shipment is what of a month was delivered last.
type Shipment struct {
	Export, Month string
	Computed      int64 // the bill's Month.Done that the files are of
	Revision      int64 // the definition's
	At            time.Time
	Files         int
	Final         bool // of a closed month's final bill
}

// executionsKept is how many runs of an export are remembered.
const executionsKept = 100

// Exports walks exports of a kind in the order of their keys, behind one ("" for the beginning).
func (e *Exporting) Exports(kind, after string) iter.Seq2[string, *Export] {
	return under(e.exports, kind, after)
}

// under walks the rows whose IDs begin with a prefix.
func under[V any](t *table.Table[V], prefix, after string) iter.Seq2[string, *V] {
	return func(yield func(string, *V) bool) {
		for id, row := range t.After(max(after, prefix)) {
			if !strings.HasPrefix(id, prefix) || !yield(id, row) {
				return
			}
		}
	}
}

// Export gives an export by its key.
func (e *Exporting) Export(key string) (*Export, bool) { return e.exports.Get(key) }

// Named finds the export of a kind with a name.
func (e *Exporting) Named(kind, name string) (*Export, bool) {
	for _, x := range e.Exports(kind, "") {
		if x.Name == name {
			return x, true
		}
	}
	return nil, false
}

// HasExports tells whether the account has exports.
func (e *Exporting) HasExports() bool { return e.exports.Len() > 0 }

// CountExports counts the exports of a kind, of a table if one is given.
func (e *Exporting) CountExports(kind, tableName string) (n int) {
	for _, x := range e.Exports(kind, "") {
		if tableName == "" || x.Table == tableName {
			n++
		}
	}
	return n
}

// PutExport adds or replaces an export. What was delivered stays what it is; a run follows where the definition is a new one.
func (e *Exporting) PutExport(x *Export) {
	if before, ok := e.exports.Get(x.Key); ok {
		x.Revision, x.Created, x.Refreshed = before.Revision+1, before.Created, before.Refreshed
	}
	e.exports.Put(x)
}

// DeleteExport removes an export and what is known of its runs. The files stay (Data Exports User Guide, "Deleting an export").
func (e *Exporting) DeleteExport(key string) {
	e.exports.Delete(key)
	for id := range collect(under(e.executions, key+"/", "")) {
		e.executions.Delete(id)
	}
	for id := range collect(under(e.shipments, key+"/", "")) {
		e.shipments.Delete(id)
	}
}

// collect makes a walk safe against changes of what is walked.
func collect[V any](rows iter.Seq2[string, *V]) map[string]*V { return maps.Collect(rows) }

// TagExport adds or replaces tags of an export. Errors: fault.NotFound, ValidationFailed.
func (e *Exporting) TagExport(key string, add map[string]string, most int) error {
	x, ok := e.exports.Get(key)
	if !ok {
		return fault.New(fault.NotFound, "")
	}
	next := *x
	next.Tags = maps.Clone(x.Tags)
	if next.Tags == nil {
		next.Tags = map[string]string{}
	}
	maps.Copy(next.Tags, add)
	if len(next.Tags) > most {
		return fault.New(fault.ValidationFailed, "A resource can have at most %d tags.", most)
	}
	e.exports.Put(&next)
	return nil
}

// UntagExport removes tags of an export; keys that are not there are no error.
func (e *Exporting) UntagExport(key string, keys []string) error {
	x, ok := e.exports.Get(key)
	if !ok {
		return fault.New(fault.NotFound, "")
	}
	next := *x
	next.Tags = maps.Clone(x.Tags)
	for _, k := range keys {
		delete(next.Tags, k)
	}
	e.exports.Put(&next)
	return nil
}

// Executions walks an export's runs, the latest first.
func (e *Exporting) Executions(key string) []*Execution {
	var all []*Execution
	for _, x := range under(e.executions, key+"/", "") {
		all = append(all, x)
	}
	slices.Reverse(all)
	return all
}

// Execution gives a run.
func (e *Exporting) Execution(key, id string) (*Execution, bool) {
	return e.executions.Get(key + "/" + id)
}

// Shipment gives what of a month was delivered last.
func (e *Exporting) Shipment(key, month string) (*Shipment, bool) {
	return e.shipments.Get(key + "/" + month)
}

// Begin begins a run, unless one of the same month is under way that was heard of within the lease. Those that were not heard of
// are taken for broken off, and given.
func (e *Exporting) Begin(run Execution, lease time.Duration) (dead []*Execution, ok bool) {
	all := e.Executions(run.Export)
	for _, x := range all {
		if !x.Running() || x.Month != run.Month {
			continue
		}
		if x.Worker != run.Worker && run.Created.Sub(x.Updated) < lease {
			return nil, false
		}
		off := *x
		off.Status, off.Reason, off.Updated, off.Completed = QueryFailed, InternalFailure, run.Created, run.Created
		dead = append(dead, &off)
	}
	for _, x := range dead {
		e.executions.Put(x)
	}
	for _, old := range all[min(len(all), executionsKept-1):] {
		e.executions.Delete(old.Export + "/" + old.ID)
	}
	e.executions.Put(&run)
	return dead, true
}

// Progress notes how far a run is. It is false if the run is not under way any more, or its export is gone: then it ends.
func (e *Exporting) Progress(key, id, status string, now time.Time) bool {
	x, ok := e.Execution(key, id)
	if _, there := e.exports.Get(key); !ok || !there || !x.Running() {
		return false
	}
	next := *x
	next.Status, next.Updated = status, now
	e.executions.Put(&next)
	return true
}

// Finish ends a run: with what was delivered, or with why nothing was.
func (e *Exporting) Finish(key, id string, status, reason string, d *Shipment, now time.Time) {
	x, ok := e.Execution(key, id)
	if !ok || !x.Running() {
		return
	}
	next := *x
	next.Status, next.Reason, next.Updated, next.Completed = status, reason, now, now
	e.executions.Put(&next)
	export, ok := e.exports.Get(key)
	if !ok {
		return
	}
	was := *export
	was.Failure = reason
	if d != nil {
		was.Refreshed = now
		e.shipments.Put(d)
	}
	e.exports.Put(&was)
}
