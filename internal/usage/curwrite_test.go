package usage_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/usage"
)

// drawLine fills every field of a line: whoever adds one to billing.Line finds here whether it is written.
func drawLine(t *rapid.T, id int) billing.Line {
	var l billing.Line
	drawFields(t, reflect.ValueOf(&l).Elem())
	l.ID = fmt.Sprint(id)
	l.Account = rapid.StringMatching(`[0-9]{12}`).Draw(t, "account")
	l.Bill.Payer = rapid.StringMatching(`[0-9]{12}`).Draw(t, "payer")
	l.Currency, l.Pricing.Currency = rapid.StringMatching(`[A-Z]{3}`).Draw(t, "currency"), "EUR"
	l.Type = rapid.SampledFrom([]billing.LineType{billing.Usage, billing.SavingsPlanCovered, billing.Credit, "Unheard Of"}).Draw(t, "type")
	l.End = l.Start.Add(time.Hour)
	if rapid.Bool().Draw(t, "reserved") {
		l.Reservation.ARN = "arn"
	} else {
		l.Reservation = nil
	}
	if rapid.Bool().Draw(t, "planned") {
		l.SavingsPlan.ARN = "arn"
	} else {
		l.SavingsPlan = nil
	}
	return l
}

func drawFields(t *rapid.T, v reflect.Value) {
	switch p := v.Addr().Interface().(type) {
	case *decimal.D:
		*p = drawNumber(t)
		return
	case *time.Time:
		*p = time.UnixMilli(rapid.Int64Range(1, 4_000_000_000_000).Draw(t, "time")).UTC()
		return
	case *map[string]string:
		if m := rapid.MapOfN(rapid.StringN(0, 5, -1), rapid.StringN(0, 5, -1), 0, 3).Draw(t, "map"); len(m) > 0 {
			*p = map[string]string{}
			for k, v := range m {
				(*p)["user:"+k] = v
			}
		}
		return
	case *map[string]decimal.D:
		for _, key := range rapid.SliceOfN(rapid.SampledFrom([]string{"bundled_discount", "total_discount", `odd "one"`}), 0, 3).Draw(t, "discounts") {
			if *p == nil {
				*p = map[string]decimal.D{}
			}
			(*p)[key] = drawNumber(t)
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(rapid.StringN(0, 6, -1).Draw(t, "text"))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		drawFields(t, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			drawFields(t, v.Field(i))
		}
	default:
		t.Fatalf("a line has a field of a kind that is not drawn: %s", v.Type())
	}
}

func drawNumber(t *rapid.T) decimal.D {
	whole := decimal.Int(rapid.Int64().Draw(t, "whole"))
	return whole.Add(decimal.New(rapid.Int64Range(0, 999_999_999_999).Draw(t, "part"), 12))
}

func written(t interface{ Fatal(...any) }, lines []billing.Line, writer func(*bytes.Buffer) *usage.Writer) []byte {
	var file bytes.Buffer
	w := writer(&file)
	for i := range lines {
		if err := w.Write(&lines[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func cur2(b *bytes.Buffer) *usage.Writer { return usage.NewCUR2Writer(b, nil) }

// TestCUR2ReadsBack: what is written is read back as it was, in every field.
func TestCUR2ReadsBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var lines []billing.Line
		for i := range rapid.IntRange(1, 4).Draw(rt, "lines") {
			lines = append(lines, drawLine(rt, i))
		}
		file := written(rt, lines, cur2)
		got := read(t, bytes.NewReader(file))
		if len(got.problems) > 0 || got.Cut != nil {
			rt.Fatalf("%q, %v", got.problems, got.Cut)
		}
		if diff := cmp.Diff(lines, got.lines, compareDecimals); diff != "" {
			rt.Fatalf("%s\n%s", diff, file)
		}
	})
}

func TestCUR2File(t *testing.T) {
	l := billing.Line{
		ID: "x", Type: billing.Usage, Account: "111122223333", Currency: "USD", Start: at("2026-10-03T14:00:00Z"), End: at("2026-10-03T15:00:00Z"),
		UsageType: "BoxUsage:m5.large", Unblended: d("0.1"), Tags: map[string]string{"user:team": "a,b", "aws:createdBy": "me"},
		Detail: billing.ProductPart{InstanceType: "db.m5.large", Platform: "PostgreSQL"}, Bill: billing.BillPart{Payer: "999922223333"},
		Discounts: map[string]decimal.D{"total_discount": d("-0.5")},
	}
	var file bytes.Buffer
	w := usage.NewCUR2Writer(&file, map[string]string{"111122223333": "Shop", "999922223333": "Boss"})
	if err := w.Write(&l); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	header, row, _ := strings.Cut(file.String(), "\n")
	if header != strings.Join(usage.CUR2Columns(), ",") || len(usage.CUR2Columns()) != 114 {
		t.Errorf("%d columns: %s", len(usage.CUR2Columns()), header)
	}
	for _, want := range []string{
		`"{""aws_createdBy"":""me"",""user_team"":""a,b""}"`, "2026-10-03T14:00:00Z/2026-10-03T15:00:00Z", "Shop", "Boss", `"{""database_engine"":""PostgreSQL""}"`,
		`"{""total_discount"":-0.5}",,-0.5,x,`, ",2026-10-03T15:00:00.000Z,2026-10-03T14:00:00.000Z,BoxUsage:m5.large,",
	} {
		if !strings.Contains(row, want) {
			t.Errorf("%s is not in %s", want, row)
		}
	}
}

func TestWriterErrors(t *testing.T) {
	l := billing.Line{ID: "long", Type: billing.Usage, Account: "111122223333", Currency: "USD", Start: at("2026-10-03T14:00:00Z"), End: at("2026-10-03T15:00:00Z")}
	long := l
	long.Resource = strings.Repeat("x", 256<<10)
	var file bytes.Buffer
	w := usage.NewCUR2Writer(&file, nil)
	if err := w.Write(&long); err == nil || !strings.Contains(err.Error(), "longer than 256 KiB") {
		t.Errorf("got %v", err)
	}
	if err := errors.Join(w.Write(&l), w.Flush()); err != nil {
		t.Fatal(err)
	}
	if got := read(t, &file); len(got.lines) != 1 || len(got.problems) != 0 {
		t.Errorf("got %d lines, %q", len(got.lines), got.problems)
	}
	full := errors.New("the disk is full")
	w = usage.NewCUR2Writer(failing{full}, nil)
	err := w.Write(&l)
	for range 1000 {
		err = errors.Join(err, w.Write(&l))
	}
	if !errors.Is(err, full) || !errors.Is(w.Flush(), full) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestRowsWithoutIdentity: rows that have no line item ID may be equal.
func TestRowsWithoutIdentity(t *testing.T) {
	l := billing.Line{Type: billing.Usage, Account: "111122223333", Currency: "USD", Start: at("2026-10-03T14:00:00Z"), End: at("2026-10-03T15:00:00Z")}
	if got := read(t, bytes.NewReader(written(t, slices.Repeat([]billing.Line{l}, 3), cur2))); len(got.lines) != 3 {
		t.Errorf("got %d lines, %q", len(got.lines), got.problems)
	}
	l.ID = "1"
	got := read(t, bytes.NewReader(written(t, slices.Repeat([]billing.Line{l}, 3), cur2)))
	wantProblems(t, got.problems, "f:3: the same row", "f:4: the same row")
}
