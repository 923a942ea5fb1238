package billtext

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"github.com/go-pdf/fpdf"

	"umbel/internal/domain/billing"
)

// Sizes of a page, in millimetres.
const (
	margin    = 16.0
	width     = 210 - 2*margin
	row       = 5.2
	amountCol = 34.0
	usageCol  = 40.0
)

// page is a PDF under way.
type page struct {
	*fpdf.Fpdf
	text func(string) string // to the encoding of the built-in fonts
}

// PDF writes a bill as a PDF: the same bill gives the same bytes.
func PDF(to io.Writer, d *Document) error {
	f := fpdf.New("P", "mm", "A4", "")
	p := &page{Fpdf: f, text: f.UnicodeTranslatorFromDescriptor("")}
	f.SetMargins(margin, margin, margin)
	f.SetAutoPageBreak(true, margin+6)
	f.SetTitle(d.title(), true)
	f.SetCreator("Umbel", true)
	f.SetCatalogSort(true)
	f.SetCreationDate(d.Bills[0].Until.UTC())
	f.SetModificationDate(d.Bills[0].Until.UTC())
	f.AliasNbPages("")
	f.SetFooterFunc(func() {
		f.SetY(-margin)
		p.font("", 8, 120)
		f.CellFormat(width/2, 4, p.text(d.title()), "", 0, "L", false, 0, "")
		f.CellFormat(width/2, 4, fmt.Sprintf("%d / {nb}", f.PageNo()), "", 0, "R", false, 0, "")
	})
	f.AddPage()
	p.head(d)
	for i := range d.Bills {
		b := &d.Bills[i]
		p.total(b)
		if !d.member() {
			p.accounts(d, b.Bill)
		}
		p.invoices(b.Bill)
		p.services(d, b)
	}
	return f.Output(to)
}

func (p *page) font(style string, size float64, gray int) {
	p.SetFont("Helvetica", style, size)
	p.SetTextColor(gray, gray, gray)
}

func (p *page) head(d *Document) {
	m := d.Bills[0].Month
	p.font("B", 22, 20)
	p.CellFormat(width/2, 10, "Bill", "", 0, "L", false, 0, "")
	p.font("B", 14, 20)
	p.CellFormat(width/2, 10, m.Start().Format("January 2006"), "", 1, "R", false, 0, "")
	p.font("", 10, 80)
	of := "Organization of "
	if d.member() {
		of = "Account "
	}
	p.CellFormat(width/2, 6, p.text(of+d.account(d.Account)), "", 0, "L", false, 0, "")
	p.CellFormat(width/2, 6, m.Start().Format(time.DateOnly)+" to "+m.End().AddDate(0, 0, -1).Format(time.DateOnly)+" (UTC)", "", 1, "R", false, 0, "")
	p.CellFormat(width, 6, p.text(d.standing()), "", 1, "R", false, 0, "")
	p.Ln(3)
}

func (p *page) total(b *Bill) {
	p.SetFillColor(238, 242, 247)
	p.font("B", 12, 20)
	p.CellFormat(width-60, 12, "  Total", "", 0, "L", true, 0, "")
	p.font("B", 16, 20)
	p.CellFormat(60, 12, b.Currency+" "+money(b.Total.Unblended)+"  ", "", 1, "R", true, 0, "")
	if text := saved(b); text != "" {
		p.Ln(2)
		p.font("", 9, 80)
		p.MultiCell(width, 4.5, p.text(text), "", "L", false)
	}
	p.Ln(4)
}

// section begins a table.
func (p *page) section(title string, columns ...string) {
	p.space(4 * row)
	p.font("B", 11, 20)
	p.CellFormat(width-float64(len(columns))*amountCol, 7, title, "B", 0, "L", false, 0, "")
	p.font("", 8, 110)
	for _, c := range columns {
		p.CellFormat(amountCol, 7, c, "B", 0, "R", false, 0, "")
	}
	p.Ln(8)
}

// space goes on to a new page unless there is room.
func (p *page) space(height float64) {
	_, size := p.GetPageSize()
	if p.GetY()+height > size-margin-6 {
		p.AddPage()
	}
}

func (p *page) accounts(d *Document, b *billing.Bill) {
	p.section("Accounts", "unblended", "blended", "amortized")
	ids, totals := accounts(b)
	for _, id := range ids {
		t := totals[id]
		p.font("", 9, 40)
		p.CellFormat(width-3*amountCol, row, p.fit(d.account(id), width-3*amountCol), "", 0, "L", false, 0, "")
		for _, amount := range []string{money(t.Unblended), money(t.Blended), money(t.Amortized)} {
			p.CellFormat(amountCol, row, amount, "", 0, "R", false, 0, "")
		}
		p.Ln(row)
	}
	p.Ln(4)
}

func (p *page) invoices(b *billing.Bill) {
	if len(b.Invoices) == 0 {
		return
	}
	p.section("Invoices", "to", "for", "due, "+b.Currency)
	for i := range b.Invoices {
		v := &b.Invoices[i]
		text := cmp.Or(v.Number, "not yet numbered") + "  " + v.Issuer
		if v.Unit != "" {
			text += ", " + v.Unit
		}
		p.font("", 9, 40)
		p.CellFormat(width-3*amountCol, row, p.fit(text, width-3*amountCol), "", 0, "L", false, 0, "")
		for _, cell := range []string{v.Receiver, kind(v), money(v.Due)} {
			p.CellFormat(amountCol, row, p.fit(cell, amountCol), "", 0, "R", false, 0, "")
		}
		p.Ln(row)
	}
	p.Ln(4)
}

func (p *page) services(d *Document, b *Bill) {
	p.section("Services", b.Currency)
	for _, s := range services(b) {
		p.space(3 * row)
		p.font("B", 9.5, 20)
		p.CellFormat(width-amountCol, row+1, p.fit(s.name, width-amountCol), "", 0, "L", false, 0, "")
		p.CellFormat(amountCol, row+1, money(s.total), "", 1, "R", false, 0, "")
		for _, a := range s.accounts {
			if !d.member() {
				p.payer(d, a, b.Without != Shown)
			}
			for _, r := range a.rows {
				p.font("", 8.5, 60)
				p.CellFormat(width-usageCol-amountCol, row, p.fit("      "+what(r), width-usageCol-amountCol), "", 0, "L", false, 0, "")
				p.CellFormat(usageCol, row, p.fit(quantity(r), usageCol), "", 0, "R", false, 0, "")
				p.CellFormat(amountCol, row, money(r.Unblended), "", 1, "R", false, 0, "")
			}
		}
		p.Ln(1.5)
	}
	if b.Without != Shown {
		p.font("", 9, 80)
		p.MultiCell(width, 4.5, p.text(d.without(b.Without)), "", "L", false)
	}
}

// payer begins an account within a service; alone it says what it pays.
func (p *page) payer(d *Document, a *account, alone bool) {
	p.space(2 * row)
	p.font("I", 8.5, 90)
	amount := ""
	if alone {
		amount = money(a.total)
	}
	p.CellFormat(width-amountCol, row, "   "+p.text(d.account(a.id)), "", 0, "L", false, 0, "")
	p.CellFormat(amountCol, row, amount, "", 1, "R", false, 0, "")
}

// fit shortens a text to a width.
func (p *page) fit(text string, room float64) string {
	short := p.text(text)
	if p.GetStringWidth(short) <= room-2 {
		return short
	}
	runes := []rune(text)
	for len(runes) > 0 && p.GetStringWidth(p.text(string(runes)+"…")) > room-2 {
		runes = runes[:len(runes)-1]
	}
	return p.text(string(runes) + "…")
}
