package billtext

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"umbel/internal/domain/billing"
)

// Table writes a bill for a terminal.
func Table(to io.Writer, d *Document) error {
	out := bufio.NewWriter(to)
	fmt.Fprintf(out, "%s\n%s\n", d.title(), d.standing())
	for i := range d.Bills {
		d.table(out, &d.Bills[i])
	}
	return out.Flush()
}

func (d *Document) table(out io.Writer, b *Bill) {
	fmt.Fprintf(out, "\nTotal  %s %s\n", b.Currency, money(b.Total.Unblended))
	if text := saved(b); text != "" {
		fmt.Fprintln(out, text)
	}
	if !d.member() {
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintf(w, "\nACCOUNT\t%14s\t%14s\t%14s\n", "UNBLENDED", "BLENDED", "AMORTIZED")
		ids, totals := accounts(b.Bill)
		for _, id := range ids {
			t := totals[id]
			fmt.Fprintf(w, "%s\t%14s\t%14s\t%14s\n", d.account(id), money(t.Unblended), money(t.Blended), money(t.Amortized))
		}
		w.Flush()
	}
	d.services(out, b)
	d.invoices(out, b.Bill)
	d.missing(out, b.Bill)
}

func (d *Document) services(out io.Writer, b *Bill) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nSERVICE\tUSAGE\t%14s\n", b.Currency)
	for _, s := range services(b) {
		fmt.Fprintf(w, "%s\t\t%14s\n", s.name, money(s.total))
		for _, a := range s.accounts {
			switch {
			case d.member():
			case b.Without != Shown:
				fmt.Fprintf(w, "  %s\t\t%14s\n", d.account(a.id), money(a.total))
			default:
				fmt.Fprintf(w, "  %s\t\t\n", d.account(a.id))
			}
			for _, r := range a.rows {
				fmt.Fprintf(w, "    %s\t%s\t%14s\n", what(r), quantity(r), money(r.Unblended))
			}
		}
	}
	w.Flush()
	if b.Without != Shown {
		fmt.Fprintf(out, "\n%s\n", d.without(b.Without))
	}
}

func (d *Document) invoices(out io.Writer, b *billing.Bill) {
	if len(b.Invoices) == 0 {
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nINVOICE\tISSUER\tUNIT\tTO\tFOR\t%14s\n", "DUE")
	for i := range b.Invoices {
		v := &b.Invoices[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%14s\n", cmp.Or(v.Number, "(not yet)"), v.Issuer, cmp.Or(v.Unit, "-"), v.Receiver, kind(v), money(v.Due))
	}
	w.Flush()
}

// missing names what is not on the bill.
func (d *Document) missing(out io.Writer, b *billing.Bill) {
	if len(b.Unpriced) > 0 {
		fmt.Fprintln(out, "\nNot on the bill, because the price book does not know it (umbel prices import):")
		for _, u := range b.Unpriced {
			fmt.Fprintf(out, "  %s  %s\n", strings.Join([]string{u.Key.Product, u.Key.UsageType, u.Key.Operation, u.Key.Region}, " "), grouped(u.Quantity.String()))
		}
	}
	if b.Outside > 0 {
		fmt.Fprintf(out, "\n%d records are of members from outside their membership: they are on another bill.\n", b.Outside)
	}
	for _, id := range slices.Sorted(maps.Keys(b.Strangers)) {
		fmt.Fprintf(out, "\n%d records and charges are of %s, which is no member: they are not on the bill.\n", b.Strangers[id], id)
	}
}
