package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"umbel/internal/why"
)

// maxQuestion bounds what is read of a pasted message or record, in bytes.
const maxQuestion = 48 << 10

// newWhyCommand explains a decision of the running server.
func newWhyCommand(a *app) *cobra.Command {
	var q why.Question
	var context, sessionPolicies []string
	cmd := &cobra.Command{
		Use:   "why [MESSAGE | RECORD | -]",
		Short: "Explain why a call was denied, or would be",
		Long: `Explains a decision: which policy and statement denied it, or which kind of policy did not allow it and what
came nearest, and the smallest changes that would turn it. Give the error message of a denied call, with or
without what the AWS CLI writes before it, a CloudTrail record (one event, or LookupEvents' answer with one), or
what sts:DecodeAuthorizationMessage made of an encoded message, as the argument or on the standard input; or name
the call with --principal, --action and --resource.

The running Umbel decides by the policies as they are now. What a message does not tell (address, Region, MFA,
session policies, tags) is looked up in the trail as far as it is there; what is assumed is said.`,
		Example: `  aws iam create-user --user-name bob 2>&1 | umbel why
  umbel why "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:CreateUser on resource: …"
  umbel why --principal arn:aws:iam::111122223333:role/deployer --action ec2:RunInstances --context aws:RequestedRegion=us-east-1`,
		Args: cobra.MaximumNArgs(1),
	}
	cmd.Flags().StringVar(&q.Principal, "principal", "", "ARN of the user, role, role session, federated user or root user")
	cmd.Flags().StringVar(&q.Action, "action", "", "the action, such as iam:CreateUser")
	cmd.Flags().StringVar(&q.Resource, "resource", "", "ARN of the resource (default \"*\")")
	cmd.Flags().StringArrayVar(&context, "context", nil, "a condition key of the request, KEY=VALUE; again for more, and for further values of a key")
	cmd.Flags().StringVar(&q.Region, "region", "", "the Region the request was sent to (default: the record's, else us-east-1)")
	cmd.Flags().StringArrayVar(&sessionPolicies, "session-policy", nil, "a file with a policy that the session was limited by; again for more")
	cmd.Flags().String("data", "", "data directory of the running Umbel (default $XDG_DATA_HOME/umbel)")
	cmd.Flags().String("output", "text", "text or json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var err error
		if q.Context, err = contextKeys(context); err != nil {
			return err
		}
		if q.SessionPolicies, err = readAll(sessionPolicies); err != nil {
			return err
		}
		if q.Principal == "" && q.Action == "" && q.Resource == "" || len(args) > 0 {
			if q.Text, err = a.pasted(args); err != nil {
				return err
			}
		}
		client, err := a.operator(cmd)
		if err != nil {
			return err
		}
		q.TLS = strings.HasPrefix(client.Endpoint, "https:")
		answer, err := client.Why(cmd.Context(), q)
		if err != nil {
			return err
		}
		return a.print(cmd, answer, func() { fmt.Fprint(a.stdout, answer.Text) })
	}
	return cmd
}

// pasted gives the argument, or what stands on the standard input.
func (a *app) pasted(args []string) (string, error) {
	if len(args) > 0 && args[0] != "-" {
		return args[0], nil
	}
	if len(args) == 0 && isTerminal(a.stdin) {
		return "", errors.New("give an error message or CloudTrail record, or --principal, --action and --resource; see: umbel why --help")
	}
	text, err := io.ReadAll(io.LimitReader(a.stdin, maxQuestion+1))
	switch {
	case err != nil:
		return "", err
	case len(text) > maxQuestion:
		return "", fmt.Errorf("the standard input is longer than %d bytes: give one message or record", maxQuestion)
	case strings.TrimSpace(string(text)) == "":
		return "", errors.New("the standard input is empty: give an error message or CloudTrail record; the AWS CLI writes messages to its standard error: 2>&1")
	}
	return string(text), nil
}

// contextKeys reads KEY=VALUE.
func contextKeys(pairs []string) (map[string][]string, error) {
	keys := map[string][]string{}
	for _, p := range pairs {
		key, value, ok := strings.Cut(p, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("--context %s: want KEY=VALUE", p)
		}
		keys[key] = append(keys[key], value)
	}
	return keys, nil
}

func readAll(files []string) (texts []string, err error) {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(text))
	}
	return texts, nil
}
