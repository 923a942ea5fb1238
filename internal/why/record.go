package why

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"umbel/internal/ident"
	"umbel/internal/ledger"
)

// record is what is read of a CloudTrail record (CloudTrail User Guide, "CloudTrail record contents").
type record struct {
	UserIdentity struct {
		ARN            string `json:"arn"`
		AccessKeyID    string `json:"accessKeyId"`
		SessionContext *struct {
			SessionIssuer struct {
				ARN string `json:"arn"`
			} `json:"sessionIssuer"`
			Attributes struct {
				CreationDate     time.Time `json:"creationDate"`
				MFAAuthenticated string    `json:"mfaAuthenticated"`
			} `json:"attributes"`
			SourceIdentity string `json:"sourceIdentity"`
		} `json:"sessionContext"`
	} `json:"userIdentity"`
	EventTime         time.Time       `json:"eventTime"`
	EventSource       string          `json:"eventSource"`
	EventName         string          `json:"eventName"`
	AWSRegion         string          `json:"awsRegion"`
	SourceIPAddress   string          `json:"sourceIPAddress"`
	UserAgent         string          `json:"userAgent"`
	ErrorCode         string          `json:"errorCode"`
	ErrorMessage      string          `json:"errorMessage"`
	RequestParameters json.RawMessage `json:"requestParameters"`
	TLSDetails        *struct{}       `json:"tlsDetails"`
}

// wrapped are the forms a record may come in: as it is, in LookupEvents' answer, in a log file.
type wrapped struct {
	record
	decoded
	DecodedMessage  string // of DecodeAuthorizationMessage's answer
	CloudTrailEvent string
	Events          []wrapped
	Records         []wrapped
}

// readRecord reads one CloudTrail record or decoded message, in whatever form it comes.
func (f *facts) readRecord(text string) error {
	if strings.HasPrefix(text, "[") {
		text = `{"Records":` + text + `}`
	}
	for {
		var w wrapped
		if err := json.Unmarshal([]byte(text), &w); err != nil {
			return bad("this is no CloudTrail record: %v", err)
		}
		switch inner := append(w.Events, w.Records...); {
		case len(inner) > 1:
			return bad("these are %d records: give one", len(inner))
		case len(inner) == 1:
			w = inner[0]
		}
		switch text = w.CloudTrailEvent + w.DecodedMessage; {
		case text != "":
		case w.Context.Action != "":
			f.takeDecoded(&w.decoded)
			return nil
		default:
			return f.take(&w.record)
		}
	}
}

// take takes the facts from a record of a refusal.
func (f *facts) take(r *record) error {
	switch {
	case r.EventSource == "" || r.EventName == "":
		return bad("this is no CloudTrail record: it has no eventSource and eventName")
	case r.ErrorCode == "":
		return bad("the record is of a call that succeeded: %s of %s", r.EventName, r.EventSource)
	case !strings.Contains(r.ErrorMessage, refusal):
		return bad("the record is of a call that failed for another reason: %s: %s", r.ErrorCode, r.ErrorMessage)
	}
	if err := f.readMessage(r.ErrorMessage); err != nil {
		return err
	}
	f.fill(r)
	return nil
}

// fill adds what a record tells beyond its message.
func (f *facts) fill(r *record) {
	f.recorded, f.at, f.region, f.ip, f.agent = true, r.EventTime, r.AWSRegion, r.SourceIPAddress, r.UserAgent
	f.tls, f.accessKey = r.TLSDetails != nil, r.UserIdentity.AccessKeyID
	if s := r.UserIdentity.SessionContext; s != nil {
		f.temporary, f.issued, f.source = true, s.Attributes.CreationDate, s.SourceIdentity
		f.mfa, f.issuer = s.Attributes.MFAAuthenticated == "true", s.SessionIssuer.ARN
	}
}

// complete looks up in the trail what the question does not tell: the refusal itself, and how the session was made.
func (d *Desk) complete(ctx context.Context, f *facts) error {
	account, arn, err := f.account()
	if err != nil {
		return err
	}
	if f.encoded != "" {
		if err := d.decode(f); err != nil {
			return err
		}
	}
	if f.message != "" && !f.recorded && !f.whole {
		if err := d.findRefusal(ctx, f, account); err != nil {
			return err
		}
	}
	if arn.Service == "sts" {
		return d.findSession(ctx, f, account)
	}
	return nil
}

// lookedAt bounds how many events of a kind are looked through.
const lookedAt = 200

// findRefusal finds the latest record with the same message.
func (d *Desk) findRefusal(ctx context.Context, f *facts, account ident.AccountID) error {
	events, _, err := d.Events.Lookup(ctx, ledger.Query{Account: string(account), From: d.Now().Add(-history), Limit: lookedAt})
	if err != nil {
		return err
	}
	for i := range events {
		var r record
		if err := json.Unmarshal(events[i].Body, &r); err != nil || !strings.Contains(r.ErrorMessage, f.message) {
			continue
		}
		f.fill(&r)
		f.found = append(f.found, "The trail has this refusal: "+r.EventName+" at "+r.EventTime.Format(time.RFC3339)+" from "+r.SourceIPAddress+".")
		return nil
	}
	return nil
}

// issued is what the record of an AssumeRole or GetFederationToken tells of the session it made.
type issued struct {
	Policy     string `json:"policy"`
	PolicyARNs []struct {
		ARN string `json:"arn"`
	} `json:"policyArns"`
	Tags []struct {
		Key, Value string
	} `json:"tags"`
	SourceIdentity string `json:"sourceIdentity"`

	at   time.Time
	user string // ARN of who called
}

// findSession finds how the caller's session was made: by its access key, else the latest of its name.
func (d *Desk) findSession(ctx context.Context, f *facts, account ident.AccountID) error {
	name := f.accessKey
	if name == "" {
		name = f.principal
	}
	events, _, err := d.Events.Lookup(ctx, ledger.Query{Account: string(account), ResourceName: name, Source: "sts.amazonaws.com", From: d.Now().Add(-history), Limit: 1})
	if err != nil || len(events) == 0 {
		return err
	}
	var r record
	if err := json.Unmarshal(events[0].Body, &r); err != nil {
		return err
	}
	s := &issued{at: r.EventTime, user: r.UserIdentity.ARN}
	if err := json.Unmarshal(r.RequestParameters, s); err != nil {
		return err
	}
	f.session = s
	f.found = append(f.found, "The trail tells how the session was made: "+r.EventName+" at "+r.EventTime.Format(time.RFC3339)+".")
	return nil
}
