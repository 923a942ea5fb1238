package organizations_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trail "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	sdk "github.com/aws/aws-sdk-go-v2/service/organizations"
)

// TestServiceEvents looks for the records of finished background work in the management account's trail.
func TestServiceEvents(t *testing.T) {
	f := newFixture(t)
	if err := call(f.CloseAccount, sdk.CloseAccountInput{AccountId: &f.account}); err != nil {
		t.Fatal(err)
	}
	f.server.Settle()
	client := cloudtrail.NewFromConfig(f.server.Administrator(""))
	details := func(name string) []map[string]map[string]string {
		t.Helper()
		out := must[*cloudtrail.LookupEventsOutput](t)(client.LookupEvents(ctx, &cloudtrail.LookupEventsInput{
			LookupAttributes: []trail.LookupAttribute{{AttributeKey: trail.LookupAttributeKeyEventName, AttributeValue: &name}},
		}))
		var found []map[string]map[string]string
		for _, e := range out.Events {
			var record struct {
				EventType string                       `json:"eventType"`
				Details   map[string]map[string]string `json:"serviceEventDetails"`
			}
			if err := json.Unmarshal([]byte(*e.CloudTrailEvent), &record); err != nil || record.EventType != "AwsServiceEvent" {
				t.Errorf("%s: %v", *e.CloudTrailEvent, err)
			}
			found = append(found, record.Details)
		}
		return found
	}
	created := details("CreateAccountResult")
	if len(created) != 2 || created[0]["createAccountStatus"]["state"] != "SUCCEEDED" || created[0]["createAccountStatus"]["accountId"] != f.other {
		t.Errorf("CreateAccountResult: %v", created)
	}
	closed := details("CloseAccountResult")
	if len(closed) != 1 || closed[0]["closeAccountStatus"]["accountId"] != f.account {
		t.Errorf("CloseAccountResult: %v", closed)
	}
}
