package iam

import (
	"errors"

	"umbel/internal/domain/iam"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
	"umbel/internal/store"
)

func createAccountAlias() *op.Operation {
	return writing("CreateAccountAlias",
		func(a *authorize, _ *model.CreateAccountAliasInput) []op.Target { return a.anything() },
		func(sc *scene, in *model.CreateAccountAliasInput) (*model.CreateAccountAliasOutput, error) {
			return done[model.CreateAccountAliasOutput](sc.setAlias(*in.AccountAlias))
		})
}

// setAlias claims an alias, which is unique over all accounts, and gives up the one it replaces.
func (sc *scene) setAlias(alias string) error {
	a, ok := sc.s.Account()
	if ok && a.Alias == alias {
		return iam.AliasTaken(alias)
	}
	err := sc.Tx.Claim(op.AliasLocator(alias), op.IAMPartition(sc.Caller.Account))
	if errors.Is(err, store.ErrTaken) {
		return iam.AliasTaken(alias)
	}
	if err != nil {
		return err
	}
	if ok && a.Alias != "" {
		if err := sc.Tx.Release(op.AliasLocator(a.Alias)); err != nil {
			return err
		}
	}
	sc.s.SetAlias(alias)
	return nil
}

func deleteAccountAlias() *op.Operation {
	return writing("DeleteAccountAlias",
		func(a *authorize, _ *model.DeleteAccountAliasInput) []op.Target { return a.anything() },
		func(sc *scene, in *model.DeleteAccountAliasInput) (*model.DeleteAccountAliasOutput, error) {
			if err := sc.s.DeleteAlias(*in.AccountAlias); err != nil {
				return nil, err
			}
			return done[model.DeleteAccountAliasOutput](sc.Tx.Release(op.AliasLocator(*in.AccountAlias)))
		})
}

func listAccountAliases() *op.Operation {
	return reading("ListAccountAliases",
		func(a *authorize, _ *model.ListAccountAliasesInput) []op.Target { return a.anything() },
		func(sc *scene, in *model.ListAccountAliasesInput) (*model.ListAccountAliasesOutput, error) {
			if err := onePage(in.Marker); err != nil {
				return nil, err
			}
			out := &model.ListAccountAliasesOutput{AccountAliases: []string{}, IsTruncated: new(false)}
			if a, ok := sc.s.Account(); ok && a.Alias != "" {
				out.AccountAliases = append(out.AccountAliases, a.Alias)
			}
			return out, nil
		})
}

func getAccountSummary() *op.Operation {
	return reading("GetAccountSummary",
		func(a *authorize, _ *model.GetAccountSummaryInput) []op.Target { return a.anything() },
		func(sc *scene, _ *model.GetAccountSummaryInput) (*model.GetAccountSummaryOutput, error) {
			out := map[string]int32{}
			for name, n := range sc.summary() {
				out[name] = int32(n)
			}
			return &model.GetAccountSummaryOutput{SummaryMap: out}, nil
		})
}

// summary counts what the account holds and may hold, by the names of summaryKeyType. What IAM has and Umbel does not is
// counted as none of as many as AWS allows (IAM API, GetAccountSummary).
func (sc *scene) summary() map[string]int {
	q := sc.env.Quotas
	versions := 0
	for _, p := range sc.s.Policies.All() {
		versions += len(p.Versions)
	}
	rootKeys := 0
	for range sc.s.KeysOf("", "") {
		rootKeys = 1
	}
	return map[string]int{
		"Users": sc.s.Users.Len(), "UsersQuota": q.Users, "Groups": sc.s.Groups.Len(), "GroupsQuota": q.Groups,
		"Roles": sc.s.Roles.Len(), "RolesQuota": q.Roles, "Policies": sc.s.Policies.Len(), "PoliciesQuota": q.Policies,
		"InstanceProfiles": sc.s.Profiles.Len(), "InstanceProfilesQuota": q.InstanceProfiles,
		"UserPolicySizeQuota": q.UserInlineSize, "GroupPolicySizeQuota": q.GroupInlineSize, "RolePolicySizeQuota": q.RoleInlineSize,
		"PolicySizeQuota": q.ManagedPolicySize, "AssumeRolePolicySizeQuota": q.TrustPolicySize,
		"GroupsPerUserQuota": q.GroupsPerUser, "AccessKeysPerUserQuota": q.AccessKeysPerUser,
		"AttachedPoliciesPerUserQuota": q.PoliciesPerUser, "AttachedPoliciesPerGroupQuota": q.PoliciesPerGroup,
		"AttachedPoliciesPerRoleQuota": q.PoliciesPerRole, "VersionsPerPolicyQuota": q.VersionsPerPolicy,
		"PolicyVersionsInUse": versions, "PolicyVersionsInUseQuota": policyVersionsQuota,
		"AccountAccessKeysPresent": rootKeys, "AccountMFAEnabled": 0, "AccountPasswordPresent": 0,
		"AccountSigningCertificatesPresent": 0, "MFADevices": 0, "MFADevicesInUse": 0, "Providers": 0,
		"ServerCertificates": 0, "ServerCertificatesQuota": 20, "SigningCertificatesPerUserQuota": 2,
		"GlobalEndpointTokenVersion": 1,
	}
}

// policyVersionsQuota is how many policy versions an account may have at AWS; Umbel's bound follows from its other quotas.
const policyVersionsQuota = 10000
