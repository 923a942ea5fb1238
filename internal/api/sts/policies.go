package sts

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode/utf8"

	"umbel/iampolicy"
	"umbel/internal/domain/iam"
	"umbel/internal/fault"
	model "umbel/internal/model/sts"
)

// The limits of session policies (API_AssumeRole, Policy and PolicyArns).
const (
	maxPlainPolicy  = 2048 // characters, inline text and ARNs together
	maxSessionARNs  = 10
	packedPolicyCap = 1024 // bytes, packed; AWS does not publish its own format or limit
)

// passed are the session policies of a call.
type passed struct {
	Inline []string
	ARNs   []string
}

// sessionPolicies checks the session policies of a call. Managed ones must exist in the account of the session.
func sessionPolicies(state *iam.State, inline *string, managed []model.PolicyDescriptorType) (passed, error) {
	var p passed
	size := 0
	if inline != nil {
		size = utf8.RuneCountInString(*inline)
		if size > maxPlainPolicy {
			return p, fault.New(fault.ValidationFailed, "1 validation error detected: Value '%s' at 'policy' failed to satisfy constraint: Member must have length less than or equal to %d", *inline, maxPlainPolicy)
		}
		if err := iampolicy.Validate(iampolicy.KindIdentity, *inline); err != nil {
			return p, malformed(*inline, err)
		}
		p.Inline = []string{*inline}
	}
	if len(managed) > maxSessionARNs {
		return p, fault.New(fault.ValidationFailed, "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to %d", maxSessionARNs)
	}
	for _, m := range managed {
		if m.Arn == nil {
			return p, fault.New(fault.ValidationFailed, "1 validation error detected: Value null at 'policyArns' failed to satisfy constraint: Member must not be null")
		}
		if _, ok := state.ManagedSource(*m.Arn); !ok {
			return p, fault.New(fault.ValidationFailed, "The policy ARN %s is not valid.", *m.Arn)
		}
		size += len(*m.Arn)
		p.ARNs = append(p.ARNs, *m.Arn)
	}
	if size > maxPlainPolicy {
		return p, tooLarge("policy", percent(size, maxPlainPolicy))
	}
	return p, nil
}

// malformed tells what is wrong with an inline policy, without the place in it, which STS does not tell.
func malformed(text string, err error) error {
	message := err.Error()
	var syntax *iampolicy.SyntaxError
	switch {
	case !json.Valid([]byte(text)):
		message = "This policy contains invalid Json"
	case errors.As(err, &syntax):
		message = syntax.Message
	}
	return fault.New(fault.MalformedPolicy, "%s", message).Because(err)
}

// packer measures packed sizes. It keeps its compressors, which are large, for the next call.
type packer struct{ pool sync.Pool }

// size gives how much of the packed limit the policies and tags take, in percent, or nil where there are none.
func (k *packer) size(p passed, tags []model.Tag) (*int32, error) {
	if len(p.Inline)+len(p.ARNs)+len(tags) == 0 {
		return nil, nil
	}
	var text strings.Builder
	for _, part := range append(p.Inline, p.ARNs...) {
		text.WriteString(part)
	}
	for _, t := range tags {
		text.WriteString(*t.Key + "\x00" + *t.Value + "\x00")
	}
	n, err := k.deflated(text.String())
	if err != nil {
		return nil, fmt.Errorf("sts: packed size: %w", err)
	}
	size := percent(n, packedPolicyCap)
	if size > 100 {
		if len(p.Inline)+len(p.ARNs) == 0 {
			return nil, tooLarge("tags", size)
		}
		return nil, tooLarge("policy", size)
	}
	return &size, nil
}

// deflated gives the length of the text once compressed.
func (k *packer) deflated(text string) (int, error) {
	var packed bytes.Buffer
	w, ok := k.pool.Get().(*flate.Writer)
	if ok {
		w.Reset(&packed)
	} else {
		var err error
		if w, err = flate.NewWriter(&packed, flate.BestCompression); err != nil {
			return 0, err
		}
	}
	defer k.pool.Put(w)
	if _, err := io.WriteString(w, text); err != nil {
		return 0, err
	}
	if err := w.Close(); err != nil {
		return 0, err
	}
	return packed.Len(), nil
}

func percent(n, limit int) int32 { return int32((n*100 + limit - 1) / limit) }

func tooLarge(what string, size int32) error {
	if what == "tags" {
		return fault.New(fault.PackedPolicyTooLarge, "Packed size of session tags consumes %d%% of allotted space.", size)
	}
	return fault.New(fault.PackedPolicyTooLarge, "Packed policy consumes %d%% of allotted space, please use smaller policy.", size)
}
