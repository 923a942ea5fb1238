package sts

import (
	"umbel/internal/authz"
	"umbel/internal/fault"
	model "umbel/internal/model/sts"
	"umbel/internal/op"
)

func decodeAuthorizationMessage() *op.Operation {
	return op.Define(op.Decl[model.DecodeAuthorizationMessageInput, model.DecodeAuthorizationMessageOutput]{
		Service: "sts", Name: "DecodeAuthorizationMessage", Access: op.Read,
		Scope: noUserSession[model.DecodeAuthorizationMessageInput]("DecodeAuthorizationMessage"),
		Targets: func(*op.Call, *model.DecodeAuthorizationMessageInput) ([]op.Target, error) {
			return []op.Target{{Resource: "*"}}, nil
		},
		Run: runDecodeAuthorizationMessage,
	})
}

// runDecodeAuthorizationMessage opens a message that a refusal in the caller's account came with. Any other text, and another
// account's message, is invalid (API_DecodeAuthorizationMessage).
func runDecodeAuthorizationMessage(c *op.Call, in *model.DecodeAuthorizationMessageInput) (*model.DecodeAuthorizationMessageOutput, error) {
	text, err := authz.DecodeMessage(c.Messages, c.Caller.Account, *in.EncodedMessage)
	if err != nil {
		return nil, fault.New(fault.InvalidAuthorizationMsg, "The message is not a valid authorization message.").Because(err)
	}
	return &model.DecodeAuthorizationMessageOutput{DecodedMessage: &text}, nil
}
