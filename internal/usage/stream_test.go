package usage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/lineblock"
)

const roughHeader = "identity_line_item_id,line_item_usage_account_id,line_item_line_item_type,line_item_usage_start_date,line_item_usage_end_date," +
	"line_item_product_code,line_item_usage_type,line_item_usage_amount,line_item_currency_code,line_item_unblended_cost,line_item_resource_id," +
	"line_item_line_item_description,product_region,product_region_code,resource_tags,a_column_of_no_use\r\n"

// roughRow makes a row of a report, which has line ends in its quotes, and what becomes of it. Two in five cannot be taken.
func roughRow(n int) (text string, line *billing.Line, column, reason string) {
	start := time.Date(2026, 10, 1+n%28, n%24, 0, 0, 0, time.UTC)
	l := billing.Line{
		ID: fmt.Sprint("id", n), Type: billing.Usage, Account: fmt.Sprint(111122223333 + n%7), Start: start, End: start.Add(time.Hour), Currency: "USD",
		Product: fmt.Sprint("P", n%5), UsageType: fmt.Sprint("type ", n/3), Usage: decimal.New(int64(n), 2), Unblended: decimal.New(int64(n%11), 1),
		Resource: fmt.Sprint("arn:\"", n, "\""), Description: strings.Repeat(fmt.Sprintf("of %d,\r\n", n), n%40), Tags: map[string]string{"user:n": fmt.Sprint(n % 501)},
		Detail: billing.ProductPart{Region: fmt.Sprint("region-", n%4)},
	}
	l.NetUnblended = l.Unblended
	currency, tail := l.Currency, "x"
	switch n % 10 {
	case 3:
		currency, column, reason = "Taler", "line_item_currency_code", "not a currency of three capital letters"
	case 5:
		tail, reason = "x,y", "the row has 17 fields, and the header 16"
	case 7:
		tail, reason = "\"open", "a quote is closed before the field ends"
	case 9:
		tail, reason = "", "the same row came before"
	}
	region := fmt.Sprintf("%s,", l.Detail.Region)
	if n%3 == 0 {
		region = fmt.Sprintf("elsewhere,%s", l.Detail.Region)
	}
	text = fmt.Sprintf("%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,\"arn:\"\"%d\"\"\",\"%s\",%s,\"{\"\"user_n\"\": \"\"%d\"\"}\",%s", l.ID, l.Account, l.Type, start.Format(time.RFC3339),
		l.End.Format("2006-01-02 15:04:05"), l.Product, l.UsageType, l.Usage, currency, l.Unblended, n, l.Description, region, n%501, tail)
	if text += "\n"; n%2 == 0 {
		text = text[:len(text)-1] + "\r\n"
	}
	return text, &l, column, reason
}

// roughFile makes a file of many blocks, and what it is read as.
func roughFile(rows int) (file []byte, want delivered) {
	var out bytes.Buffer
	out.WriteString(roughHeader)
	at, r := 2, &Report{Format: CUR2, Ignored: []string{"a_column_of_no_use"}}
	problem := func(n int, column, value, reason string) {
		want.Problems = append(want.Problems, Problem{File: "f", Line: n, Column: column, Value: value, Reason: reason})
	}
	for n := range rows {
		text, line, column, reason := roughRow(n)
		before := at
		at += strings.Count(text, "\n")
		out.WriteString(text)
		r.Rows++
		switch {
		case column != "":
			problem(before, column, "Taler", reason)
			continue
		case n%10 == 7:
			// The quote that is never closed takes one line, after those in the description: what is before it is one row.
			out.Truncate(out.Len() - len(text))
			at, text = before, strings.ReplaceAll(text, line.Description, "")
			out.WriteString(text)
			at++
			problem(before, "", "", reason)
			continue
		case n%10 == 5:
			problem(before, "", "", reason)
			continue
		case n%10 == 9:
			out.WriteString(text)
			problem(at, "", "", reason)
			at += strings.Count(text, "\n")
			r.Rows++
		}
		want.Lines = append(want.Lines, *line)
		r.spans(line.Start, line.End)
	}
	r.Currencies, r.Taken, r.SetAside = []string{"USD"}, len(want.Lines), len(want.Problems)
	want.Report = r
	return out.Bytes(), want
}

// roughly reads a file whose lines are put together while the next block is made.
func roughly(t *testing.T, source io.Reader) (got delivered) {
	t.Helper()
	var err error
	got.Report, err = Read(t.Context(), source, "f", Sink{
		Block: func(b *lineblock.Block) error {
			for row := range b.Rows {
				if row%64 == 0 {
					runtime.Gosched()
				}
				var l billing.Line
				b.Line(row, &l)
				got.Lines = append(got.Lines, l)
			}
			return nil
		},
		Problem: func(p Problem) error { got.Problems = append(got.Problems, p); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestBlocksInOrder: a file of many blocks, whose borders are beside rows that cannot be taken and inside of quotes, gives the lines and
// the problems of its rows in their order, however the source hands out its bytes.
func TestBlocksInOrder(t *testing.T) {
	file, want := roughFile(40_000)
	if len(file) < 8*blockSize {
		t.Fatalf("only %d bytes", len(file))
	}
	for name, source := range map[string]io.Reader{
		"at once": bytes.NewReader(file), "in gzip": bytes.NewReader(Packed(t, file)), "in halves": iotest.HalfReader(bytes.NewReader(file)),
	} {
		got := roughly(t, source)
		if got.Report.Digest == "" {
			t.Errorf("%s: no digest", name)
		}
		got.Report.Digest = ""
		if diff := cmp.Diff(want, got, sameDecimals); diff != "" {
			t.Fatalf("%s (-want +got):\n%.3000s", name, diff)
		}
	}
}

// TestCutFile: of a file that is cut off, what comes before is read as of the whole, and the row that is not whole is set aside.
func TestCutFile(t *testing.T) {
	file, want := roughFile(12_000)
	for _, more := range []int{0, 1, 77} { // what there is of the last row, which has no line ends inside
		text, _, _, _ := roughRow(40 * 300)
		got := roughly(t, io.MultiReader(bytes.NewReader(file), strings.NewReader(text[:more]), iotest.ErrReader(io.ErrUnexpectedEOF)))
		if !errors.Is(got.Report.Cut, io.ErrUnexpectedEOF) {
			t.Errorf("%d more bytes: cut by %v", more, got.Report.Cut)
		}
		if more > 0 {
			last := got.Problems[len(got.Problems)-1]
			if last.Reason != "the file ends within this row" || last.Line != 1+bytes.Count(file, []byte("\n")) {
				t.Errorf("%d more bytes: %s", more, last)
			}
			got.Problems = got.Problems[:len(got.Problems)-1]
		}
		if diff := cmp.Diff(want.Problems, got.Problems); diff != "" {
			t.Fatalf("%d more bytes (-want +got):\n%.3000s", more, diff)
		}
		if diff := cmp.Diff(want.Lines, got.Lines, sameDecimals); diff != "" {
			t.Fatalf("%d more bytes (-want +got):\n%.3000s", more, diff)
		}
	}
}

// rowsForEver is a report without end.
type rowsForEver struct {
	row  int
	rest []byte
}

func (r *rowsForEver) Read(b []byte) (int, error) {
	if len(r.rest) == 0 {
		text, _, _, _ := roughRow(r.row)
		if r.row++; r.row == 1 {
			text = roughHeader
		}
		r.rest = []byte(text)
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// TestReadEnds: whatever ends the reading of a report in its middle, nothing is delivered after it, and no goroutine is left behind: a
// bubble of synctest does not end before they all have.
func TestReadEnds(t *testing.T) {
	enough := errors.New("enough")
	for name, end := range map[string]func(cancel func()) error{
		"an error":     func(func()) error { return enough },
		"cancellation": func(cancel func()) error { cancel(); return nil },
		"a panic":      func(func()) error { panic(enough) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				blocks, ended := 0, false
				err := func() (err error) {
					defer func() {
						if of := recover(); of != nil {
							err = of.(error)
						}
					}()
					_, err = Read(ctx, &rowsForEver{}, "f", Sink{
						Block: func(*lineblock.Block) error {
							if ended {
								t.Error("a block after the end")
							}
							if blocks++; blocks < 5 {
								return nil
							}
							ended = true
							return end(cancel)
						},
						Problem: func(Problem) error { return nil },
					})
					return err
				}()
				if !errors.Is(err, enough) && !errors.Is(err, context.Canceled) || !ended {
					t.Errorf("got %v after %d blocks", err, blocks)
				}
			})
		})
	}
}

// TestReadPanics: a panic in the making of a block is one of the reader's caller, who knows what to do with it, when all before it was
// delivered and every goroutine has ended.
func TestReadPanics(t *testing.T) {
	for _, stage := range []string{"parse", "convert"} {
		t.Run(stage, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &stream{source: &rowsForEver{}, digest: sha256.New(), line: 1, cut: func(text []byte) int { return bytes.LastIndexByte(text, newline) + 1 }}
				delivered := 0
				defer func() {
					if r := recover(); r != stage || delivered == 0 {
						t.Errorf("got %v after %d blocks", r, delivered)
					}
				}()
				late := func(line int, at string) {
					if line > 20_000 && at == stage {
						panic(stage)
					}
				}
				parser := func() func(block) *batch {
					return func(b block) *batch { late(b.line, "parse"); return &batch{rows: b.line} }
				}
				err := s.run(t.Context(), parser, func(b *batch) { late(b.rows, "convert") }, func(b *batch) error {
					if delivered++; b.rows > 20_000 {
						t.Errorf("the block from line %d was delivered", b.rows)
					}
					return nil
				})
				t.Errorf("it ended with %v", err)
			})
		})
	}
}
