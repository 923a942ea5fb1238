package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/operator"
	"umbel/internal/usage"
)

const billed = "111122223333"

// TestCostsCrash imports files and closes their month while the server is killed again and again, and holds the bill against that of
// a server that nobody killed: nothing is lost, and nothing counted twice.
func TestCostsCrash(t *testing.T) {
	binary := buildUmbel(t)
	want := finalBill(t, binary, 0)
	got := finalBill(t, binary, 20*time.Millisecond)
	exactly := cmp.Comparer(func(a, b decimal.D) bool { return a == b })
	if d := cmp.Diff(want.Bills, got.Bills, exactly); d != "" {
		t.Errorf("the bill of the server that was killed (-want +got):\n%.3000s", d)
	}
	if b := want.Bills[0]; !b.Final || len(b.Invoices) == 0 || b.Invoices[0].Number == "" || b.Total.Lines < 4500 {
		t.Errorf("%d lines, final %t, invoices %+v", b.Total.Lines, b.Final, b.Invoices)
	}
}

// finalBill imports the files, closes the month and gives its bill. The server is killed after a time that grows from patience on,
// until everything was acknowledged in one life or another; 0 lets it live.
func finalBill(t *testing.T, binary string, patience time.Duration) operator.BillAnswer {
	t.Helper()
	where := []string{"--data", t.TempDir()}
	files := costFiles(t)
	r := rand.New(rand.NewPCG(1, 2))
	kills, imported := 0, 0
	var bill operator.BillAnswer
	for life := 0; life < 200; life++ {
		p := startProcess(t, binary, where, "--account-id", billed)
		var killer *time.Timer
		if patience > 0 {
			patience += patience / 8
			killer = time.AfterFunc(time.Duration(r.Int64N(int64(patience))), p.kill)
		}
		done, err := billSteps(p.door(), files, &imported, &bill)
		if killer != nil && !killer.Stop() {
			kills++
		}
		p.kill()
		if done {
			t.Logf("killed %d times", kills)
			return bill
		}
		if patience == 0 {
			t.Fatalf("a server that nobody killed: %v", err)
		}
	}
	t.Fatal("the server never lived long enough")
	return bill
}

// billSteps goes on where the last life of the server ended.
func billSteps(door *operator.Client, files [][]byte, imported *int, bill *operator.BillAnswer) (bool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for *imported < len(files) {
		if _, err := door.Import(ctx, "", fmt.Sprintf("%d.csv", *imported), bytes.NewReader(files[*imported])); err != nil {
			return false, err
		}
		*imported++
	}
	// What was acknowledged before counts once more or not at all.
	for i, f := range files {
		again, err := door.Import(ctx, "", "again.csv", bytes.NewReader(f))
		if err != nil {
			return false, err
		}
		if !again.Before {
			return false, fmt.Errorf("file %d was forgotten", i)
		}
	}
	rq := operator.BillRequest{Month: "2026-09"}
	if _, err := door.CloseMonth(ctx, rq); err != nil {
		return false, err
	}
	if err := door.Settle(ctx); err != nil {
		return false, err
	}
	var err error
	*bill, err = door.Bill(ctx, rq)
	return err == nil && bill.Status.State == "final", err
}

// costFiles are two files of usage records, one of them out of order, and a report.
func costFiles(t *testing.T) [][]byte {
	t.Helper()
	september := billing.Month{Year: 2026, Month: time.September}
	var files [][]byte
	for n := range 2 {
		var b bytes.Buffer
		b.WriteString("account,product,usage_type,resource,quantity,time\n")
		for i := range 2000 {
			at := september.Start().Add(time.Duration(i*(1+16*n)%720) * time.Hour)
			fmt.Fprintf(&b, "%s,AmazonS3,TimedStorage-ByteHrs,bucket-%d-%d,%d.5,%s\n", billed, n, i, i%7, at.Format(time.RFC3339))
		}
		files = append(files, b.Bytes())
	}
	var b bytes.Buffer
	w := usage.NewCUR2Writer(&b, nil)
	for i := range 500 {
		at := september.Start().Add(time.Duration(i) * time.Hour)
		l := billing.Line{
			ID: fmt.Sprintf("line-%d", i), Type: billing.Usage, Account: billed, Start: at, End: at.Add(time.Hour), Product: "AmazonEC2", UsageType: "BoxUsage:m5.large",
			Currency: "USD", Usage: decimal.Int(1), UnblendedRate: decimal.New(96, 3), Unblended: decimal.New(96, 3), Blended: decimal.New(96, 3), NetUnblended: decimal.New(96, 3),
			Bill: billing.BillPart{Type: billing.Anniversary, Entity: billing.EntityAWS, Issuer: billing.DefaultIssuer, Payer: billed, PeriodStart: september.Start(), PeriodEnd: september.End()},
		}
		if err := w.Write(&l); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return append(files, b.Bytes())
}
