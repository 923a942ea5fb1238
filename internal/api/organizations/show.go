package organizations

import (
	"umbel/internal/domain/org"
	model "umbel/internal/model/organizations"
	"umbel/internal/op"
)

// What the API shows of each row.

func (sc *scene) organization() *model.Organization {
	out := &model.Organization{
		Id: text(sc.o.ID), Arn: text(sc.o.ARN()), FeatureSet: text(sc.o.FeatureSet),
		MasterAccountArn: text(sc.o.AccountARN(sc.o.Management)), MasterAccountId: text(sc.o.Management),
		AvailablePolicyTypes: []model.PolicyTypeSummary{},
	}
	if a, ok := sc.s.Account(sc.o.Management); ok {
		out.MasterAccountEmail = &a.Email
	}
	if sc.o.FeatureSet == org.AllFeatures {
		// Deprecated at AWS, which never shows another type here.
		out.AvailablePolicyTypes = append(out.AvailablePolicyTypes, enabledType(org.ServiceControlPolicy))
	}
	return out
}

func root(o *org.Organization) *model.Root {
	out := &model.Root{
		Id: text(o.Root), Arn: text(o.NodeARN(string(o.Root))), Name: text("Root"), PolicyTypes: []model.PolicyTypeSummary{},
	}
	for _, t := range o.PolicyTypes {
		out.PolicyTypes = append(out.PolicyTypes, enabledType(t))
	}
	return out
}

func enabledType(t org.PolicyType) model.PolicyTypeSummary {
	return model.PolicyTypeSummary{Type: text(t), Status: text(model.PolicyTypeStatusEnabled)}
}

func (sc *scene) account(a *org.Account) model.Account {
	return model.Account{
		Id: text(a.ID), Arn: text(sc.o.AccountARN(a.ID)), Email: &a.Email, Name: &a.Name,
		Status: text(a.State.Status()), State: text(a.State), Paths: []string{sc.s.PathOf(a.Parent) + string(a.ID) + "/"},
		JoinedMethod: text(a.Method), JoinedTimestamp: &a.Joined,
	}
}

func (sc *scene) unit(ou *org.OU) model.OrganizationalUnit {
	return model.OrganizationalUnit{
		Id: text(ou.ID), Arn: text(sc.o.NodeARN(string(ou.ID))), Name: &ou.Name, Path: text(sc.s.PathOf(string(ou.ID))),
	}
}

func (sc *scene) summary(p *org.Policy) model.PolicySummary {
	return model.PolicySummary{
		Id: text(p.ID), Arn: text(sc.o.PolicyARN(p)), Name: &p.Name, Description: &p.Description, Type: text(p.Type),
		AwsManaged: &p.AWSManaged,
	}
}

func (sc *scene) policy(p *org.Policy) *model.Policy {
	return &model.Policy{PolicySummary: new(sc.summary(p)), Content: text(p.Content.Text())}
}

func (sc *scene) target(n org.Node) model.PolicyTargetSummary {
	return model.PolicyTargetSummary{TargetId: &n.ID, Arn: text(sc.o.NodeARN(n.ID)), Name: &n.Name, Type: text(n.Kind)}
}

func status(r *org.CreateRequest) model.CreateAccountStatus {
	out := model.CreateAccountStatus{
		Id: &r.ID, AccountName: &r.Name, State: &r.State, RequestedTimestamp: &r.Requested,
		CompletedTimestamp: op.Optional(r.Completed), FailureReason: op.Optional(r.Failure),
	}
	if r.State == org.RequestSucceeded {
		out.AccountId = text(r.Account)
	}
	return out
}
