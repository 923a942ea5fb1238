package usage_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/usage"
)

// taken is what a file gave.
type taken struct {
	*usage.Report
	lines    []billing.Line
	records  []billing.UsageRecord
	problems []string
}

func read(t testing.TB, source io.Reader) taken {
	t.Helper()
	var got taken
	report, err := usage.Read(t.Context(), source, "f", usage.Sink{
		Lines:   func(l []billing.Line) error { got.lines = append(got.lines, l...); return nil },
		Records: func(r []billing.UsageRecord) error { got.records = append(got.records, r...); return nil },
		Problem: func(p usage.Problem) error { got.problems = append(got.problems, p.String()); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	got.Report = report
	if report.Rows != report.Taken+report.SetAside || report.SetAside != len(got.problems) || report.Taken != len(got.lines)+len(got.records) {
		t.Fatalf("the report does not add up: %+v, %d lines, %d records, %d problems", report, len(got.lines), len(got.records), len(got.problems))
	}
	return got
}

func readText(t testing.TB, text string) taken { return read(t, strings.NewReader(text)) }

func d(text string) decimal.D {
	n, err := decimal.Parse(text)
	if err != nil {
		panic(err)
	}
	return n
}

// wantProblems compares what was set aside with the beginnings of what is wanted.
func wantProblems(t *testing.T, got []string, want ...string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("not set aside: %s", want[i])
		case i >= len(want):
			t.Errorf("set aside: %s", got[i])
		case !strings.HasPrefix(got[i], want[i]):
			t.Errorf("set aside: %s, want %s", got[i], want[i])
		}
	}
}

func TestFormatErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "the file is empty",
		"\n\n":                    "the file is empty",
		"\ufeff":                  "the file is empty",
		"hello\nyou\n":            `"hello" is of no report`,
		"account,time\n":          "without the column quantity",
		"account,quantity,time\n": "neither usage_type nor instance_type",
		"account,quantity,time,usage_type,Usage Type\n": "comes twice",
		"identity/LineItemId,lineItem/UsageAmount\n":    "without the column line_item_usage_account_id",
		"identity/LineItemId,identity/LineItemId\n":     "comes twice",
		"PK\x03\x04":         "ZIP",
		"\x1f\x8bnonsense":   "gzip",
		"\"account,quantity": "a quote is never closed",
	} {
		_, err := usage.Read(t.Context(), strings.NewReader(text), "f", usage.Sink{})
		if !errors.Is(err, usage.ErrFormat) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestSourceFails(t *testing.T) {
	broken := errors.New("the disk is gone")
	if _, err := usage.Read(t.Context(), iotest.ErrReader(broken), "f", usage.Sink{}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	text := "account,usage_type,product,quantity,time\n123456789012,X,P,1,2026-10-01\n123456789012,X,P,1"
	got := read(t, io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)))
	if !errors.Is(got.Cut, broken) || got.Taken != 1 {
		t.Errorf("got %+v", got.Report)
	}
	wantProblems(t, got.problems, "f:3: the file ends within this row")
}

func TestSinkEnds(t *testing.T) {
	text := "account,usage_type,product,quantity,time\n" + strings.Repeat("123456789012,X,P,1,2026-10-01\nbad,X,P,1,2026-10-01\n", 100_000)
	enough := errors.New("enough")
	none := func([]billing.UsageRecord) error { return nil }
	for name, sink := range map[string]usage.Sink{
		"records":  {Records: func([]billing.UsageRecord) error { return enough }},
		"problems": {Records: none, Problem: func(usage.Problem) error { return enough }},
	} {
		if _, err := usage.Read(t.Context(), strings.NewReader(text), "f", sink); !errors.Is(err, enough) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := usage.Read(t.Context(), strings.NewReader(text), "f", usage.Sink{Records: none}); err == nil || !strings.Contains(err.Error(), "f:3: account") {
		t.Errorf("rows set aside that nobody hears of: %v", err)
	}
}

func TestRowsThatCannotBeTakenApart(t *testing.T) {
	got := readText(t, "account,usage_type,product,quantity,time,resource\r\n"+
		"123456789012,X,P,1,2026-10-01,\"a\n\"\"b\"\"\"\r\n"+ // lines 2 and 3
		"123456789012,X,P,1,2026-10-01,\"never closed\r\n"+ // 4
		"\n"+
		"123456789012,X,P,1,2026-10-01\r\n"+ // 6
		"123456789012,X,P,1,2026-10-01,\"a\"b\r\n"+ // 7
		"account,usage_type,product,quantity,time,resource\r\n"+ // 8
		"123456789012,X,P,1,2026-10-01,5\" disk\r\n"+ // 9
		"123456789012,X,P,1,2026-10-01,"+strings.Repeat("x", 300<<10)+"\r\n"+ // 10
		"123456789012,X,P,2,2026-10-01,last")
	wantProblems(t, got.problems, "f:4: a quote is", "f:6: the row has 5 fields, and the header 6", "f:7: a quote is closed before", "f:8: the header comes again", "f:10: the row is longer")
	if len(got.records) != 3 || got.records[0].Resource != "a\n\"b\"" || got.records[1].Resource != `5" disk` || got.records[2].Resource != "last" {
		t.Errorf("got %+v", got.records)
	}
}

// TestStrayQuoteInALargeFile: whatever is read at a time, a broken row costs one row.
func TestStrayQuoteInALargeFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("account,usage_type,product,quantity,time,resource\n")
	const rows = 120_000
	for i := range rows {
		resource := fmt.Sprintf("\"r-%d, of\nmany\"", i)
		if i == 777 || i == 70_001 {
			resource = "\"open"
		}
		fmt.Fprintf(&b, "123456789012,X,P,1,2026-10-01,%s\n", resource)
	}
	got := readText(t, b.String())
	if got.Taken != rows-2 {
		t.Errorf("%d of %d taken", got.Taken, rows)
	}
	wantProblems(t, got.problems, "f:1556: a quote is closed", "f:140003: a quote is closed")
}

func TestDigest(t *testing.T) {
	text := []byte("account,usage_type,product,quantity,time\n123456789012,X,P,1,2026-10-01\n")
	plain, zipped := read(t, bytes.NewReader(text)), read(t, bytes.NewReader(usage.Packed(t, text)))
	other := readText(t, string(text)+"\n")
	if plain.Digest != zipped.Digest || plain.Digest == other.Digest || len(plain.Digest) != 64 {
		t.Errorf("got %s, %s and %s", plain.Digest, zipped.Digest, other.Digest)
	}
}

func TestTruncatedGzip(t *testing.T) {
	text, err := os.ReadFile("testdata/cur-1-sample.csv")
	if err != nil {
		t.Fatal(err)
	}
	whole := usage.Packed(t, text)
	got := read(t, bytes.NewReader(whole[:len(whole)/2]))
	if !errors.Is(got.Cut, io.ErrUnexpectedEOF) || got.Taken == 0 || got.Taken > 1281 || len(got.problems) != 1 || !strings.Contains(got.problems[0], "ends within this row") {
		t.Errorf("got %+v, %q", got.Report, got.problems)
	}
}

func TestSpan(t *testing.T) {
	got := readText(t, "account,usage_type,product,quantity,time,end\n123456789012,X,P,1,2026-10-05,\n123456789012,X,P,1,2026-10-01 03:20:00,\n")
	if !got.From.Equal(time.Date(2026, 10, 1, 3, 0, 0, 0, time.UTC)) || !got.To.Equal(time.Date(2026, 10, 6, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("got %s to %s", got.From, got.To)
	}
}

// endless is a row that never ends.
type endless struct{ read int }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	e.read += len(b)
	return len(b), nil
}

// TestEndlessRow: a file without line ends does not fill memory.
func TestEndlessRow(t *testing.T) {
	for _, start := range []string{
		"account,usage_type,product,quantity,time\n123456789012,X,P,1,2026-10-01\n",
		"account,usage_type,product,quantity,time\n123456789012,X,P,1,2026-10-01\n\"",
		"{\"account\":\"123456789012\",\"usageType\":\"X\",\"product\":\"P\",\"quantity\":1,\"time\":\"2026-10-03\"}\n{",
	} {
		var source endless
		got := read(t, io.MultiReader(strings.NewReader(start), &source))
		if got.Cut == nil || !strings.Contains(got.Cut.Error(), "without a line end") || got.Taken != 1 || got.SetAside != 1 || source.read > 16<<20 {
			t.Errorf("%q: got %+v after %d bytes", start, got.Report, source.read)
		}
	}
}
