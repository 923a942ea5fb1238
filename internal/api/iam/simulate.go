package iam

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"umbel/iampolicy"
	"umbel/internal/domain/org"
	"umbel/internal/fault"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

func simulateCustomPolicy() *op.Operation {
	return reading("SimulateCustomPolicy",
		func(a *authorize, _ *model.SimulateCustomPolicyInput) []op.Target { return a.anything() },
		func(sc *scene, in *model.SimulateCustomPolicyInput) (*model.SimulateCustomPolicyOutput, error) {
			w := model.SimulatePrincipalPolicyInput{
				PolicyInputList: in.PolicyInputList, PermissionsBoundaryPolicyInputList: in.PermissionsBoundaryPolicyInputList,
				ActionNames: in.ActionNames, ResourceArns: in.ResourceArns, ResourcePolicy: in.ResourcePolicy,
				ResourceOwner: in.ResourceOwner, CallerArn: in.CallerArn, ContextEntries: in.ContextEntries,
				ResourceHandlingOption: in.ResourceHandlingOption, MaxItems: in.MaxItems, Marker: in.Marker,
			}
			sim := simulation{
				principal: iampolicy.Principal{Kind: iampolicy.User, Account: sc.account()},
				kinds:     map[string]string{},
			}
			p, err := sc.simulate(&sim, &w)
			if err != nil {
				return nil, err
			}
			return &model.SimulateCustomPolicyOutput{EvaluationResults: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

func simulatePrincipalPolicy() *op.Operation {
	return reading("SimulatePrincipalPolicy",
		func(a *authorize, in *model.SimulatePrincipalPolicyInput) []op.Target {
			return one(a.source(in.PolicySourceArn))
		},
		func(sc *scene, in *model.SimulatePrincipalPolicyInput) (*model.SimulatePrincipalPolicyOutput, error) {
			sim, err := sc.simulationOf(*in.PolicySourceArn)
			if err != nil {
				return nil, err
			}
			p, err := sc.simulate(sim, in)
			if err != nil {
				return nil, err
			}
			return &model.SimulatePrincipalPolicyOutput{EvaluationResults: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

func getContextKeysForCustomPolicy() *op.Operation {
	return reading("GetContextKeysForCustomPolicy",
		func(a *authorize, _ *model.GetContextKeysForCustomPolicyInput) []op.Target { return a.anything() },
		func(sc *scene, in *model.GetContextKeysForCustomPolicyInput) (*model.GetContextKeysForCustomPolicyOutput, error) {
			var sim simulation
			if err := sim.addInputs(in.PolicyInputList); err != nil {
				return nil, err
			}
			return &model.GetContextKeysForCustomPolicyOutput{ContextKeyNames: sim.contextKeys()}, nil
		})
}

func getContextKeysForPrincipalPolicy() *op.Operation {
	return reading("GetContextKeysForPrincipalPolicy",
		func(a *authorize, in *model.GetContextKeysForPrincipalPolicyInput) []op.Target {
			return one(a.source(in.PolicySourceArn))
		},
		func(sc *scene, in *model.GetContextKeysForPrincipalPolicyInput) (*model.GetContextKeysForPrincipalPolicyOutput, error) {
			sim, err := sc.simulationOf(*in.PolicySourceArn)
			if err == nil {
				err = sim.addInputs(in.PolicyInputList)
			}
			if err != nil {
				return nil, err
			}
			return &model.GetContextKeysForPrincipalPolicyOutput{ContextKeyNames: sim.contextKeys()}, nil
		})
}

// source is the user, group or role whose policies are looked at.
func (a *authorize) source(arn *string) op.Target {
	kind, name, err := policySource(*arn)
	if err != nil {
		return op.Target{Resource: *arn}
	}
	return a.entity(kind, &name)
}

// simulate tries every action, and gives one page of the results.
func (sc *scene) simulate(sim *simulation, in *model.SimulatePrincipalPolicyInput) (page[model.EvaluationResult], error) {
	var none page[model.EvaluationResult]
	if err := sim.take(in); err != nil {
		return none, err
	}
	what, err := digest(in)
	if err != nil {
		return none, err
	}
	numbered := func(after string) iter.Seq2[string, string] {
		return func(yield func(string, string) bool) {
			for i, action := range in.ActionNames {
				if id := fmt.Sprintf("%06d", i); id > after && !yield(id, action) {
					return
				}
			}
		}
	}
	return paged(sc, what, asked{in.Marker, in.MaxItems}, numbered, nil, sim.try)
}

// digest names the whole of the input but its page, which a marker belongs to.
func digest(in *model.SimulatePrincipalPolicyInput) (string, error) {
	bare := *in
	bare.Marker, bare.MaxItems = nil, nil
	raw, err := json.Marshal(&bare)
	if err != nil {
		return "", fmt.Errorf("iam: simulation: %w", err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}

// serviceControl gives the SCPs that bind the caller's account, nil for none, and whether it is in an organization at all.
func (sc *scene) serviceControl() (levels []iampolicy.Level, member bool) {
	own := sc.Org()
	if own == nil {
		return nil, false
	}
	return own.Chain(sc.Caller.Account, org.ServiceControlPolicy), true
}

// contextKeys lists the keys that the identity policies refer to.
func (sim *simulation) contextKeys() []string {
	all := []string{}
	for _, s := range sim.policies.Identity {
		keys, err := iampolicy.ContextKeys(s.Document.Text())
		if err != nil {
			continue // a document that is no policy refers to nothing; none can be saved or given here
		}
		all = append(all, keys...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// invalid is the answer to input that no simulation can be made of.
func invalid(format string, args ...any) error { return fault.New(fault.InvalidInput, format, args...) }
