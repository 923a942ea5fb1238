package main

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/spf13/cobra"

	"umbel/internal/operator"
)

// addTargetFlags gives a command the flags that say which organization it speaks to.
func addTargetFlags(cmd *cobra.Command) {
	cmd.Flags().String("data", "", "data directory of the running Umbel to speak to (default $XDG_DATA_HOME/umbel)")
	cmd.Flags().String("account", "", "speak as the administrator of the organization of this account (default: the first account)")
	cmd.Flags().Bool("aws", false, "speak to AWS, or to whatever the AWS environment and profile name, instead of Umbel")
}

// target gives the AWS configuration of the organization a command speaks to: the running Umbel that the data directory
// names, as the administrator of its management account; with --aws, the SDK's own default chain.
func (a *app) target(cmd *cobra.Command) (aws.Config, error) {
	ctx := cmd.Context()
	if useAWS, _ := cmd.Flags().GetBool("aws"); useAWS {
		cfg, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return aws.Config{}, fmt.Errorf("AWS configuration: %w", err)
		}
		if cfg.Region == "" {
			cfg.Region = "us-east-1" // Organizations and IAM are global; any region will do
		}
		return cfg, nil
	}
	client, err := a.operator(cmd)
	if err != nil {
		return aws.Config{}, err
	}
	account, _ := cmd.Flags().GetString("account")
	creds, err := client.Credentials(ctx, operator.CredentialsRequest{Account: account, Administrator: true})
	if err != nil {
		return aws.Config{}, err
	}
	return awsConfig(client, creds), nil
}

// operator gives the operator's door of the running Umbel that the data directory names.
func (a *app) operator(cmd *cobra.Command) (*operator.Client, error) {
	flag, _ := cmd.Flags().GetString("data")
	dir, err := a.dataDir(flag)
	if err != nil {
		return nil, err
	}
	return operator.Find(dir)
}

// costs gives what the running Umbel keeps of the costs of the account that the flags name.
func (a *app) costs(cmd *cobra.Command) (operator.CostsAnswer, error) {
	client, err := a.operator(cmd)
	if err != nil {
		return operator.CostsAnswer{}, err
	}
	account, _ := cmd.Flags().GetString("account")
	return client.Costs(cmd.Context(), account)
}
