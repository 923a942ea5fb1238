package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"umbel/internal/testenv"
)

const manyAccounts = 1000

// TestThousandAccounts lists 1,000 accounts in pages of 20, through the SDK and the AWS CLI: each account once.
func TestThousandAccounts(t *testing.T) {
	s := testenv.Start(t, testenv.Quota("accounts=2000"), testenv.Quota("accounts-created-at-once=2000"))
	o := s.CreateOrganization("")
	for i := 1; i < manyAccounts; i++ {
		in := &organizations.CreateAccountInput{AccountName: aws.String(fmt.Sprint("account ", i)), Email: aws.String(fmt.Sprintf("a%d@example.com", i))}
		if _, err := o.CreateAccount(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	s.Settle()
	t.Run("sdk", func(t *testing.T) {
		seen, n := map[string]bool{}, 0
		pages := organizations.NewListAccountsPaginator(o.Client, &organizations.ListAccountsInput{MaxResults: aws.Int32(20)})
		for ; pages.HasMorePages(); n++ {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Accounts) != 20 {
				t.Errorf("page %d has %d accounts", n, len(page.Accounts))
			}
			for _, a := range page.Accounts {
				seen[*a.Id] = true
			}
		}
		if n != manyAccounts/20 || len(seen) != manyAccounts {
			t.Errorf("%d accounts on %d pages", len(seen), n)
		}
	})
	t.Run("cli", func(t *testing.T) {
		cfg := s.Administrator("")
		if all := accountsByCLI(t, cfg, "--page-size", "20").Accounts; len(all) != manyAccounts {
			t.Errorf("%d accounts", len(all))
		}
		first := accountsByCLI(t, cfg, "--page-size", "20", "--max-items", "30")
		rest := accountsByCLI(t, cfg, "--page-size", "20", "--starting-token", first.NextToken)
		seen := map[string]bool{}
		for _, a := range append(first.Accounts, rest.Accounts...) {
			seen[a.Id] = true
		}
		if len(first.Accounts) != 30 || len(rest.Accounts) != manyAccounts-30 || len(seen) != manyAccounts {
			t.Errorf("%d accounts, then %d, %d different ones", len(first.Accounts), len(rest.Accounts), len(seen))
		}
	})
}

type listedAccounts struct {
	Accounts  []struct{ Id string }
	NextToken string
}

// accountsByCLI runs `aws organizations list-accounts`.
func accountsByCLI(t *testing.T, cfg aws.Config, args ...string) (out listedAccounts) {
	t.Helper()
	cmd := exec.Command(requireCLI(t), append([]string{"--endpoint-url", *cfg.BaseEndpoint, "organizations", "list-accounts", "--output", "json"}, args...)...)
	c := cfg.Credentials.(credentials.StaticCredentialsProvider).Value
	cmd.Env = append(cliEnvironment(t.TempDir()), "PATH="+os.Getenv("PATH"),
		"AWS_ACCESS_KEY_ID="+c.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+c.SecretAccessKey, "AWS_SESSION_TOKEN="+c.SessionToken)
	cmd.Stderr = os.Stderr
	raw, err := cmd.Output()
	if err != nil {
		t.Fatalf("aws organizations list-accounts %v: %v", args, err)
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
