package cost

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"umbel/internal/ident"
	"umbel/internal/table"
)

// Alerting is what people were told, or are still to be told.
type Alerting struct {
	Deliveries *table.Table[Delivery] // by ID
	byMonth    *table.Index[Delivery] // by the month in which it was made
}

func newAlerting() Alerting {
	a := Alerting{Deliveries: table.New("delivery", func(d *Delivery) string { return d.ID })}
	a.byMonth = a.Deliveries.Index(func(d *Delivery) []string { return []string{month(d.Made)} })
	return a
}

func (a *Alerting) tables() []table.Any { return []table.Any{a.Deliveries} }

// Channel is a way to people.
type Channel string

// The channels. A webhook has no address: it is the operator's, who hears of every alert.
const (
	Email   Channel = "EMAIL"
	SNS     Channel = "SNS" // the address is a topic's ARN
	Webhook Channel = "WEBHOOK"
)

// DeliveryState is where a delivery stands.
type DeliveryState string

// The states. Only a pending one is ever tried again.
const (
	Pending       DeliveryState = "PENDING"
	Delivered     DeliveryState = "DELIVERED"     // whoever it was handed to has taken it
	Failed        DeliveryState = "FAILED"        // tried as often as it is tried, or refused for good
	Undeliverable DeliveryState = "UNDELIVERABLE" // this server has no way to the address
)

// Delivery is one message on its way to one address. There is at most one for a cause, a channel and an address, ever.
type Delivery struct {
	ID       string // the MessageId, the same in every attempt: a UUID that follows from account, cause, channel and address
	Cause    string // "budget/NAME/ACTUAL/…/2026-10": what must not be told twice
	Channel  Channel
	Address  string `json:",omitempty"`
	Subject  string
	Body     string          // what people read
	Data     json.RawMessage `json:",omitempty"` // the same for programs, on webhooks
	State    DeliveryState
	Attempts int
	Error    string    `json:",omitempty"` // of the last attempt
	Made     time.Time // when its cause came up
	Tried    time.Time // the last attempt; zero before the first
	Next     time.Time // when a pending one is tried next
}

// Alert is something people shall hear of.
type Alert struct {
	Cause   string // tells it from every other alert of the account
	Subject string
	Body    string
	Data    any // JSON for webhooks; nil for none
	To      []Recipient
}

// Recipient is whom an alert is for.
type Recipient struct {
	Channel Channel
	Address string
}

// keptMonths is how long the record of a delivery is kept: longer than any period in which its cause could come up again.
const keptMonths = 14

// Tell records what is to be delivered of an alert, to its recipients and to the operator's webhook, and gives the deliveries that are
// new: none if the alert was recorded before. Records over a year old are dropped.
func (a *Alerting) Tell(account ident.AccountID, al Alert, now time.Time) ([]*Delivery, error) {
	a.prune(now)
	var data json.RawMessage
	if al.Data != nil {
		raw, err := json.Marshal(al.Data)
		if err != nil {
			return nil, err
		}
		data = raw
	}
	var made []*Delivery
	for _, to := range append(al.To[:len(al.To):len(al.To)], Recipient{Channel: Webhook}) {
		d := &Delivery{
			ID: deliveryID(account, al.Cause, to), Cause: al.Cause, Channel: to.Channel, Address: to.Address,
			Subject: al.Subject, Body: al.Body, State: Pending, Made: now, Next: now,
		}
		if to.Channel == Webhook {
			d.Data = data
		}
		if _, told := a.Deliveries.Get(d.ID); told {
			continue
		}
		a.Deliveries.Put(d)
		made = append(made, d)
	}
	return made, nil
}

func (a *Alerting) prune(now time.Time) {
	var old []string
	for m := keptMonths; m < 2*keptMonths; m++ {
		for id := range a.byMonth.Find(month(now.AddDate(0, -m, 1-now.Day()))) {
			old = append(old, id)
		}
	}
	for _, id := range old {
		a.Deliveries.Delete(id)
	}
}

// waits is how long it is waited after each attempt but the last: five attempts within an hour.
var waits = [...]time.Duration{time.Minute, 4 * time.Minute, 15 * time.Minute, 40 * time.Minute}

// Outcome is what came of an attempt to deliver.
type Outcome struct {
	Failure string // "" if it was delivered
	// Final tells that another attempt would fail too. NoWay tells that this server has no way to the address.
	Final, NoWay bool
}

// Attempted notes an attempt at a pending delivery. The answer is the delivery as it is now.
func (a *Alerting) Attempted(d *Delivery, o Outcome, now time.Time) *Delivery {
	next := *d
	next.Error, next.Next = o.Failure, time.Time{}
	if !o.NoWay {
		next.Attempts++
		next.Tried = now
	}
	switch {
	case o.NoWay:
		next.State = Undeliverable
	case o.Failure == "":
		next.State = Delivered
	case o.Final || next.Attempts > len(waits):
		next.State = Failed
	default:
		next.Next = now.Add(waits[next.Attempts-1])
	}
	a.Deliveries.Put(&next)
	return &next
}

// deliveryID makes a UUID (RFC 9562, version 8) of what a delivery is.
func deliveryID(account ident.AccountID, cause string, to Recipient) string {
	h := sha256.New()
	for _, s := range []string{string(account), cause, string(to.Channel), to.Address} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	u := h.Sum(nil)[:16]
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

func month(t time.Time) string { return t.UTC().Format("2006-01") }
