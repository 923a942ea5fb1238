package billing

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"umbel/internal/decimal"
)

// givenKey sums up what a discount takes off a row.
type givenKey struct {
	entry    *entry
	discount *Discount
}

// discounts gives the negotiated discounts on a product's charges.
func (o *Organization) discounts(product, usageType string) (found []*Discount) {
	for i := range o.Discounts {
		d := &o.Discounts[i]
		if len(d.On) == 0 || slices.ContainsFunc(d.On, func(m Match) bool { return m.holds(product, usageType) }) {
			found = append(found, d)
		}
	}
	return found
}

// net takes discounts off an amount, one after the other.
func net(amount decimal.D, discounts []*Discount) decimal.D {
	for _, d := range discounts {
		amount = amount.Sub(percent(amount, d.Percent))
	}
	return amount
}

// finish completes the line of a piece: blended and net amounts, identity, row.
func (w *writer) finish(s *slot, p *piece) {
	l, k := w.line, s.class
	negation := l.Type == SavingsPlanNegation
	at := &w.like.byAccount[s.account.index]
	if *at == nil {
		*at = w.statement.entry(l)
		if !w.emits() && (*at).Lines == 0 && (*at).counted.lines == 0 {
			(*at).hourly = k.hourly()
		}
	}
	e := *at
	switch {
	case negation:
		l.BlendedRate, l.Blended = l.UnblendedRate, l.Unblended
	case k.hourly():
		l.BlendedRate, l.Blended = p.blendedRate, p.blended
	case !w.emits():
		e.pool, e.blendable, e.leftCost = k.pool, e.blendable.Add(l.Usage), e.leftCost.Add(l.Unblended)
	default:
		l.BlendedRate, l.Blended = e.share(l.Usage)
	}
	if !negation { // of reserved usage too: what a reservation saves is reckoned from it
		l.Pricing.PublicCost = times(l.Pricing.PublicRate, l.Usage)
	}
	w.net(e, k.discounts)
	switch {
	case l.Reservation != nil:
		w.reservation.NetEffectiveCost = net(w.reservation.EffectiveCost, k.discounts)
	case l.SavingsPlan != nil && !negation:
		w.plan.NetEffectiveCost = net(w.plan.EffectiveCost, w.org.discounts(w.plan.Offering, ""))
	}
	if w.emits() {
		l.ID = w.pieceIdentity(s, w.like, commitment(l))
	}
	w.put(e)
}

// net gives the line its amounts after negotiated discounts, and counts those the first time.
func (w *writer) net(e *entry, discounts []*Discount) {
	l := w.line
	if w.zeroNet {
		return
	}
	l.NetUnblendedRate, l.NetUnblended = l.UnblendedRate, l.Unblended
	for _, d := range discounts {
		off := percent(l.NetUnblended, d.Percent)
		l.NetUnblended = l.NetUnblended.Sub(off)
		l.NetUnblendedRate = l.NetUnblendedRate.Sub(percent(l.NetUnblendedRate, d.Percent))
		if !w.emits() {
			key := givenKey{e, d}
			w.given[key] = w.given[key].Add(off)
		}
	}
}

// put counts the line the first time, and completes it the second.
func (w *writer) put(e *entry) {
	if !w.emits() {
		e.add(w.line)
		return
	}
	if w.final && e.invoice == "" {
		e.invoice = w.invoice(w.line)
	}
	w.line.Bill.Invoice = e.invoice
}

// charge completes a line that is no usage: it blends with nothing.
func (w *writer) charge(id string, discounts []*Discount) *entry {
	l := w.line
	l.BlendedRate, l.Blended = l.UnblendedRate, l.Unblended
	l.ID = w.identity(id, l.Account, stamp(l.Start), l.Product, l.UsageType, l.Operation, l.Detail.Region, l.LegalEntity, string(l.Type), l.Description)
	e := w.statement.entry(l)
	w.net(e, discounts)
	return e
}

// close adds the line to those of the month as a whole.
func (w *writer) close(id string, discounts []*Discount) {
	e := w.charge(id, discounts)
	l := *w.line
	if l.Reservation != nil {
		part := *l.Reservation
		l.Reservation = &part
	}
	if l.SavingsPlan != nil {
		part := *l.SavingsPlan
		l.SavingsPlan = &part
	}
	w.closing = append(w.closing, l)
	e.add(&l)
}

// identity is a line's ID: the same whenever the month is computed, and of the shape that AWS's have.
func (w *writer) identity(parts ...string) string {
	w.buffer = append(w.buffer[:0], w.org.Payer...)
	for _, part := range parts {
		w.buffer = append(append(w.buffer, 0), part...)
	}
	return w.digest()
}

// idsAtOnce is for how many IDs there is room made at once.
const idsAtOnce = 1024

// digest makes an ID of the buffer.
func (w *writer) digest() string {
	sum := sha256.Sum256(w.buffer)
	var text [52]byte
	identities.Encode(text[:], sum[:])
	if w.ids.Cap()-w.ids.Len() < len(text) {
		w.ids = strings.Builder{}
		w.ids.Grow(idsAtOnce * len(text))
	}
	from := w.ids.Len()
	w.ids.Write(text[:])
	return w.ids.String()[from:]
}

// identities is base 32 in small letters.
var identities = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// patternIdentity is what in their IDs tells lines of a pattern from others.
func (w *writer) patternIdentity(p *pattern, k *classKey) (identity [identityBytes]byte) {
	i := &k.instance
	b := append(w.buffer[:0], w.org.Payer...)
	for _, text := range [...]string{
		k.product, k.usageType, k.operation, k.region, k.seller, k.unit, i.Type, i.Platform, i.Tenancy, strconv.FormatBool(i.MultiAZ), string(p.line.Type),
	} {
		b = append(append(b, 0), text...)
	}
	w.buffer = append(b, 0, byte(p.tier))
	sum := sha256.Sum256(w.buffer)
	copy(identity[:], sum[:])
	return identity
}

// identityBytes is how much tells patterns apart: few enough for what is hashed for a line to be short.
const identityBytes = 16

// pieceIdentity gives the ID of a line of a slot that is like others: of all that tells it from others of the month, what covers it
// among that.
func (w *writer) pieceIdentity(s *slot, like *pattern, commitment string) string {
	b := append(w.buffer[:0], like.identity[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(s.start.Unix()))
	b = binary.BigEndian.AppendUint64(b, uint64(s.end.Unix()))
	b = binary.BigEndian.AppendUint32(b, uint32(s.ordinal))
	hi, lo := s.quantity.Units()
	b = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, uint64(hi)), lo)
	b = append(append(b, s.account.id...), 0)
	b = append(append(b, s.zone...), 0)
	b = append(append(b, s.resource...), 0)
	b = append(append(b, commitment...), 0)
	w.buffer = append(b, w.tags.of(s.tags)...)
	return w.digest()
}

// tagTexts remembers how tags are written in IDs. Nobody changes the maps of lines.
type tagTexts [64]struct {
	tags map[string]string
	text []byte
}

// of gives all keys and values in the order of the keys.
func (t *tagTexts) of(tags map[string]string) []byte {
	if len(tags) == 0 {
		return nil
	}
	place := reflect.ValueOf(tags).Pointer() // no other map has it while this one is kept
	at := &t[place>>4%uintptr(len(t))]
	if at.tags == nil || reflect.ValueOf(at.tags).Pointer() != place {
		at.tags, at.text = tags, nil
		for _, key := range slices.Sorted(maps.Keys(tags)) {
			at.text = append(append(append(append(at.text, key...), 0), tags[key]...), 0)
		}
	}
	return at.text
}

// commitment is the ARN of what covers a line.
func commitment(l *Line) string {
	switch {
	case l.Reservation != nil:
		return l.Reservation.ARN
	case l.SavingsPlan != nil:
		return l.SavingsPlan.ARN
	}
	return ""
}

func stamp(t time.Time) string { return strconv.FormatInt(t.Unix(), 36) }

// invoiceKey is what a line's invoice depends on.
type invoiceKey struct {
	account, seller string
	kind            BillType
}

// invoice is the number of the invoice that a line is on: one for each seller, invoice unit and kind of bill. It follows from
// those and the month, so that computing a month again gives the same.
func (w *writer) invoice(l *Line) string {
	key := invoiceKey{account: l.Account, kind: l.Bill.Type, seller: l.seller()}
	number := w.invoices[key]
	if number == "" {
		number = invoiceNumber(w.org.Payer, w.period, key.seller, w.org.unit(l.Account), key.kind)
		w.invoices[key] = number
	}
	return number
}

func invoiceNumber(payer string, m Month, seller, unit string, kind BillType) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{payer, m.String(), seller, unit, string(kind)}, "\x00")))
	return strconv.FormatUint(1_000_000_000+binary.BigEndian.Uint64(sum[:])%9_000_000_000, 10)
}

// unit gives the invoice unit of an account; "" is that of all which are in none.
func (o *Organization) unit(account string) string {
	for _, u := range o.InvoiceUnits {
		if slices.Contains(u.Accounts, account) {
			return u.Name
		}
	}
	return ""
}
