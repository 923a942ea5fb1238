package sts

import (
	"strings"

	"umbel/internal/fault"
	"umbel/internal/ident"
	model "umbel/internal/model/sts"
	"umbel/internal/op"
)

// getCallerIdentity needs no permission: AWS answers it even to a caller that is explicitly denied it.
func getCallerIdentity() *op.Operation {
	return op.Define(op.Decl[model.GetCallerIdentityInput, model.GetCallerIdentityOutput]{
		Service: "sts", Name: "GetCallerIdentity", Access: op.Read, Open: true,
		Run: func(c *op.Call, _ *model.GetCallerIdentityInput) (*model.GetCallerIdentityOutput, error) {
			account := string(c.Caller.Account)
			return &model.GetCallerIdentityOutput{UserId: &c.Caller.UserID, Account: &account, Arn: &c.Caller.ARN}, nil
		},
	})
}

func getAccessKeyInfo() *op.Operation {
	return op.Define(op.Decl[model.GetAccessKeyInfoInput, model.GetAccessKeyInfoOutput]{
		Service: "sts", Name: "GetAccessKeyInfo", Access: op.Read,
		Scope: noUserSession[model.GetAccessKeyInfoInput]("GetAccessKeyInfo"),
		Targets: func(*op.Call, *model.GetAccessKeyInfoInput) ([]op.Target, error) {
			return []op.Target{{Resource: "*"}}, nil
		},
		Run: runGetAccessKeyInfo,
	})
}

// runGetAccessKeyInfo finds the account of any access key, not only of the caller's own account (API_GetAccessKeyInfo). A
// key that was issued and deleted, or belongs to a session, is read from its ID.
func runGetAccessKeyInfo(c *op.Call, in *model.GetAccessKeyInfoInput) (*model.GetAccessKeyInfoOutput, error) {
	part, found, err := c.Tx.Locate(op.KeyLocator(*in.AccessKeyId))
	if err != nil {
		return nil, err
	}
	account := strings.TrimPrefix(string(part), string(op.IAMPartition("")))
	if !found {
		id, ok := ident.AccountOfKey(*in.AccessKeyId)
		if !ok {
			return nil, fault.New(fault.ValidationFailed, "The access key ID %s is not valid.", *in.AccessKeyId)
		}
		account = string(id)
	}
	return &model.GetAccessKeyInfoOutput{Account: &account}, nil
}
