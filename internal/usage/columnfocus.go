package usage

import (
	"strings"

	"umbel/internal/domain/billing"
	"umbel/internal/lineblock"
)

// focusNeeded is what every line of FOCUS needs, beside its category.
var focusNeeded = []need{
	{"BillingAccountId", false, accountPlace},
	{"BillingCurrency", false, currencyPlace},
	{"ChargePeriodStart", true, startPlace},
	{"ChargePeriodEnd", true, endPlace},
}

// Where a block has what charges make.
var (
	accountPlace = lineblock.Place(lineblock.Texts(), "line_item_usage_account_id")
	typePlace    = lineblock.Place(lineblock.Texts(), "line_item_line_item_type")
	productPlace = lineblock.Place(lineblock.Texts(), "line_item_product_code")
	usagePlace   = lineblock.Place(lineblock.Texts(), "line_item_usage_type")
	sellerPlace  = lineblock.Place(lineblock.Texts(), "line_item_legal_entity")
	billPlace    = lineblock.Place(lineblock.Texts(), "bill_bill_type")
	entityPlace  = lineblock.Place(lineblock.Texts(), "bill_billing_entity")
	payerPlace   = lineblock.Place(lineblock.Texts(), "bill_payer_account_id")
	termPlace    = lineblock.Place(lineblock.Texts(), "pricing_term")
	servicePlace = lineblock.Place(lineblock.Texts(), "product_servicecode")
	namePlace    = lineblock.Place(lineblock.Texts(), "product_product_name")
	arnPlaces    = map[lineblock.Part]int{
		lineblock.OfReservation: lineblock.Place(lineblock.Texts(), "reservation_reservation_a_r_n"),
		lineblock.OfPlan:        lineblock.Place(lineblock.Texts(), "savings_plan_savings_plan_a_r_n"),
	}

	quantityPlace = lineblock.Place(lineblock.Amounts(), "line_item_usage_amount")
	costPlace     = lineblock.Place(lineblock.Amounts(), "line_item_unblended_cost")
	ratePlace     = lineblock.Place(lineblock.Amounts(), "line_item_unblended_rate")
	asCost        = amountPlaces("line_item_blended_cost", "line_item_net_unblended_cost")
	asRate        = amountPlaces("line_item_blended_rate", "line_item_net_unblended_rate")
)

// checkFOCUS finds the charges that lack what every line needs, and makes lines of the others.
func checkFOCUS(c *columnar) {
	b := &c.out.block
	payer, meter := c.out.charge(chargePayer), c.out.charge(chargeMeter)
	orElse(&b.Texts[accountPlace], payer) // charges that are of no member
	c.missing(focusNeeded)
	b.Texts[payerPlace] = *payer
	orElse(&b.Texts[productPlace], &b.Texts[namePlace])
	b.Texts[servicePlace] = b.Texts[productPlace]
	orElse(&b.Texts[usagePlace], meter)
	if priced := &c.out.amounts[chargePriced]; priced.Units != nil {
		orElseAmount(&b.Amounts[quantityPlace], priced, c.out.rows)
	}
	for _, place := range asCost {
		b.Amounts[place] = b.Amounts[costPlace]
	}
	for _, place := range asRate {
		b.Amounts[place] = b.Amounts[ratePlace]
	}
	c.verdicts.judge(c)
}

// charge gives a column of charges that lines do not have.
func (b *columns) charge(text int) *lineblock.Coded[string] { return b.text(len(b.block.Texts) + text) }

// orElse fills a column where it has nothing.
func orElse(to, from *lineblock.Coded[string]) {
	if !from.Blank() {
		override(to, from.Dict, from.Codes, true)
	}
}

func orElseAmount(to, from *lineblock.Numbers, rows int) {
	if to.Units == nil {
		to.Units = make([]int64, rows)
	}
	for row, units := range to.Units {
		if _, wide := to.Wide[row]; units == 0 && !wide {
			to.Set(row, from.At(row))
		}
	}
}

// verdicts is what charges become: each combination of what decides is judged once.
type verdicts struct {
	dicts [chargeDecides]*lineblock.Dict[string] // that keys are of
	known map[chargeKey]int32                    // in all, for what decides
	all   []coded
	words *lineblock.Dict[string]
	codes map[string]uint32 // of words
	// The columns of the block.
	kinds, bills, terms, entities []uint32
	arns                          map[lineblock.Part][]uint32
}

// chargeDecides is how many of a charge's texts decide what it becomes: the first ones.
const chargeDecides = chargeStatus + 1

// chargeKey is what decides, by codes.
type chargeKey struct {
	texts    [chargeDecides]uint32
	negative bool
}

// coded is a verdict whose words have codes.
type coded struct {
	verdict
	kindCode, billCode, termCode uint32
}

func (v *verdicts) word(text string) uint32 {
	if text == "" {
		return 0
	}
	code, ok := v.codes[text]
	if !ok {
		code = v.words.Add(text)
		v.codes[text] = code
	}
	return code
}

// begin makes room for a block, and forgets what was judged by other codes.
func (v *verdicts) begin(b *columns) {
	if v.words == nil {
		v.words, v.codes, v.arns = lineblock.NewDict[string](), map[string]uint32{}, map[lineblock.Part][]uint32{}
	}
	renewed := v.known == nil || len(v.known) > mostMaps
	for i := range v.dicts {
		if of := b.charge(i); !of.Blank() && of.Dict != v.dicts[i] {
			v.dicts[i], renewed = of.Dict, true
		}
	}
	if renewed {
		v.known, v.all = map[chargeKey]int32{}, nil
	}
	for _, column := range []*[]uint32{&v.kinds, &v.bills, &v.terms, &v.entities} {
		*column = b.room.ofCodes(b.rows)
	}
}

// judge gives the rows of a block their types, bills, reservations and savings plans.
func (v *verdicts) judge(c *columnar) {
	b := c.out
	v.begin(b)
	var texts [chargeDecides][]uint32
	for i := range texts {
		if of := b.charge(i); !of.Blank() {
			texts[i] = of.Codes
		}
	}
	cost := &b.block.Amounts[costPlace]
	effective := &b.amounts[chargeEffective]
	var last chargeKey
	at := int32(-1)
	for row := range b.rows {
		key := chargeKey{negative: cost.Units != nil && (cost.Units[row] < 0 || cost.Wide != nil && cost.At(row).Sign() < 0)}
		for i, codes := range texts {
			if codes != nil {
				key.texts[i] = codes[row]
			}
		}
		if at < 0 || key != last {
			at, last = v.of(b, row, key), key
		}
		of := &v.all[at]
		v.kinds[row], v.bills[row], v.terms[row] = of.kindCode, of.billCode, of.termCode
		switch {
		case of.err != nil:
			c.lacks(row, "ChargeCategory", of.err)
		case of.part != lineblock.OfLine:
			v.commit(b, row, of, key.texts[chargeCommitment], effective)
		}
	}
	v.finish(b)
}

// of gives where the verdict on a row is.
func (v *verdicts) of(b *columns, row int, key chargeKey) int32 {
	at, ok := v.known[key]
	if !ok {
		text := func(i int) string { return b.charge(i).At(row) }
		judged := (&charge{
			text(chargeCategory), text(chargeClass), text(chargeFrequency), text(chargeCommitment), text(chargeCommitmentType), text(chargeStatus), key.negative,
		}).classify()
		at = int32(len(v.all))
		v.all = append(v.all, coded{judged, v.word(string(judged.kind)), v.word(string(judged.bill)), v.word(judged.term)})
		v.known[key] = at
	}
	return at
}

// commit gives a row its reservation or savings plan.
func (v *verdicts) commit(b *columns, row int, of *coded, arn uint32, effective *lineblock.Numbers) {
	b.part(of.part, row)
	codes := v.arns[of.part]
	if codes == nil {
		codes = make([]uint32, b.rows)
		v.arns[of.part] = codes
	}
	codes[row] = arn
	for _, place := range of.effective {
		n := &b.block.Amounts[place]
		if n.Units == nil {
			n.Units = make([]int64, b.rows)
		}
		n.Set(row, effective.At(row))
	}
}

// finish puts the columns into the block.
func (v *verdicts) finish(b *columns) {
	for part, codes := range v.arns {
		b.block.Texts[arnPlaces[part]] = lineblock.Coded[string]{Dict: b.charge(chargeCommitment).Dict, Codes: codes}
	}
	clear(v.arns)
	sellers := &b.block.Texts[sellerPlace]
	own, other := v.word(billing.EntityAWS), v.word(billing.EntityMarketplace)
	for row := range b.rows {
		v.entities[row] = own
		if seller := sellers.At(row); seller != "" && !strings.HasPrefix(seller, "Amazon") {
			v.entities[row] = other
		}
	}
	for place, codes := range map[int][]uint32{typePlace: v.kinds, billPlace: v.bills, termPlace: v.terms, entityPlace: v.entities} {
		b.block.Texts[place] = lineblock.Coded[string]{Dict: v.words, Codes: codes}
	}
}
