package usage_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"testing/iotest"

	"umbel/internal/domain/billing"
	"umbel/internal/usage"
)

// FuzzRead: nothing panics; every row is taken or set aside; however the source hands out its bytes, the outcome is the same.
func FuzzRead(f *testing.F) {
	text, err := os.ReadFile("testdata/cur-1-sample.csv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text[:6000])
	f.Add([]byte(curHeader + "a,1,Usage,2026-10-03T14:00:00Z,2026-10-03T15:00:00Z,P,X,2,USD,1,,,,,,,,\"a\"\"\nb\",,,,\n"))
	f.Add([]byte("account,usage_type,product,quantity,time,tags\n123456789012,X,P,1,2026-10-01,\"{\"\"a\"\":\"\"b\"\"}\"\n\"open"))
	f.Add([]byte("{\"account\":\"111122223333\",\"usageType\":\"X\",\"product\":\"P\",\"quantity\":1e3,\"time\":\"2026-10-03\"}\n{"))
	f.Add([]byte(focusHeader + "\n" + focusRow("0", "Usage", "", "Usage-Based", "arn:aws:savingsplans::1:savingsplan/1,Savings Plan", "Used", "0.7")))
	f.Add([]byte("line_item_usage_account_id,line_item_line_item_type,line_item_usage_start_date,line_item_usage_end_date,line_item_product_code,line_item_usage_type," +
		"line_item_usage_amount,line_item_currency_code,line_item_unblended_cost,resource_tags,product,discount\n1,Usage,2026-10-03,2026-10-04,P,X,1,USD,1,\"{\"\"user_a\"\":\"\"b\"\"}\",{},\"{\"\"a\"\":1}\"\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		outcome := func(slow bool) (lines, records int, problems []string, digest string, err error) {
			source := bytes.NewReader(file)
			sink := usage.Sink{
				Lines:   func(l []billing.Line) error { lines += len(l); return nil },
				Records: func(r []billing.UsageRecord) error { records += len(r); return nil },
				Problem: func(p usage.Problem) error { problems = append(problems, p.String()); return nil },
			}
			var report *usage.Report
			if slow {
				report, err = usage.Read(context.Background(), iotest.OneByteReader(source), "f", sink)
			} else {
				report, err = usage.Read(context.Background(), source, "f", sink)
			}
			if err != nil {
				if !errors.Is(err, usage.ErrFormat) {
					t.Fatal(err)
				}
				return 0, 0, nil, "", err
			}
			if report.Rows != lines+records+len(problems) {
				t.Fatalf("%d rows: %d lines, %d records, %q", report.Rows, lines, records, problems)
			}
			return lines, records, problems, report.Digest, nil
		}
		l1, r1, p1, d1, e1 := outcome(false)
		l2, r2, p2, d2, e2 := outcome(true)
		if l1 != l2 || r1 != r2 || d1 != d2 || !slices.Equal(p1, p2) || (e1 == nil) != (e2 == nil) {
			t.Fatalf("%d lines, %d records, %q, %v; byte by byte %d, %d, %q, %v", l1, r1, p1, e1, l2, r2, p2, e2)
		}
	})
}
