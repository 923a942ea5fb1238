package e2e_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"umbel/internal/testenv"
)

// TestLongAnswers reads long answers over and over with the AWS SDK for Go, which a server that answers at once can cut
// off from the rest of its answer (internal/gateway/hasty.go).
func TestLongAnswers(t *testing.T) {
	s := testenv.Start(t)
	client := iam.NewFromConfig(s.Administrator(""))
	const users = 300
	for i := range users {
		if _, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String(fmt.Sprintf("user-%d", i))}); err != nil {
			t.Fatal(err)
		}
	}
	for range 200 {
		out, err := client.ListUsers(t.Context(), &iam.ListUsersInput{MaxItems: aws.Int32(1000)})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Users) != users {
			t.Fatalf("%d users of %d", len(out.Users), users)
		}
	}
}
