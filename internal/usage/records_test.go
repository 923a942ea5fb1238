package usage_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

var compareDecimals = cmp.Comparer(func(a, b decimal.D) bool { return a == b })

var wantRecords = []billing.UsageRecord{
	{
		Account: "111122223333", Product: "AmazonEC2", UsageType: "EU-BoxUsage:m5.large", Operation: "RunInstances", Region: "eu-west-1", Resource: "i-1",
		Quantity: d("1"), Unit: "Hrs", Start: at("2026-10-03T14:00:00Z"), End: at("2026-10-03T15:00:00Z"), Tags: map[string]string{"team": "a", "env": "prod"},
		Instance: &billing.Instance{Type: "m5.large", Platform: "Linux/UNIX", Tenancy: "default"},
	},
	{
		Account: "000000000001", Product: "AmazonS3", UsageType: "TimedStorage-ByteHrs", Region: "us-east-1", Quantity: d("0.000000012"), Unit: "GB-Mo",
		Start: at("2026-10-03T00:00:00Z"), End: at("2026-10-04T00:00:00Z"),
	},
	{
		Account: "111122223333", Product: "AmazonRDS", UsageType: "Multi-AZUsage:db.r6g.xlarge", Operation: "CreateDBInstance", Region: "us-east-1",
		Quantity: d("1000000000000.5"), Unit: "Hrs", Start: at("2026-10-01T00:00:00Z"), End: at("2026-11-01T00:00:00Z"),
		Instance: &billing.Instance{Type: "db.r6g.xlarge", Platform: "PostgreSQL", MultiAZ: true},
	},
}

func TestRecordsCSV(t *testing.T) {
	got := readText(t, `Account,usage_type,Instance Type,region,quantity,time,end,resource,tags,product,unit,platform,multi_az
111122223333,,m5.large,eu-west-1,1,2026-10-03T14:30:00Z,,i-1,"{""team"":""a"",""env"":""prod"",""none"":null}",,,,
000000000001,TimedStorage-ByteHrs,,us-east-1,1.2E-8,2026-10-03,,,{},AmazonS3,GB-Mo,,false
111122223333,,db.r6g.xlarge,us-east-1,1000000000000.50,2026-10-01 00:00:00,2026-11-01T02:00:00+02:00,,,,,PostgreSQL,TRUE
`)
	wantProblems(t, got.problems)
	if diff := cmp.Diff(wantRecords, got.records, compareDecimals); diff != "" {
		t.Error(diff)
	}
}

func TestRecordsJSON(t *testing.T) {
	got := readText(t, `{"account":"111122223333","instanceType":"m5.large","region":"eu-west-1","quantity":1,"time":"2026-10-03T14:00:00Z","resource":"i-1","tags":{"team":"a","env":"prod"}}

{"account":"000000000001","usageType":"TimedStorage-ByteHrs","product":"AmazonS3","region":"us-east-1","quantity":"0.000000012","unit":"GB-Mo","time":"2026-10-03","tags":null}
{"account":"111122223333","instanceType":"db.r6g.xlarge","region":"us-east-1","platform":"PostgreSQL","multiAZ":true,"quantity":1000000000000.50,"time":"2026-10-01T00:00:00Z","end":"2026-11-01T00:00:00Z"}
{"account":"111122223333","usageTyp":"X"}
{"account":"111122223333","usageType":"X","usage_type":"Y"}
{"account":["111122223333"]}
{"account":
{"account":"111122223333","usageType":"X","product":"P","quantity":1,"time":"2026-10-03","tags":"team"}`)
	wantProblems(t, got.problems, `f:5: usageTyp: a usage record has no such key`, `f:6: usage_type: the key comes twice`, `f:7: account: neither a text nor a number`,
		"f:8: not a JSON object", `f:9: tags: not a JSON object of texts: "\"team\""`)
	if diff := cmp.Diff(wantRecords, got.records, compareDecimals); diff != "" {
		t.Error(diff)
	}
}

func TestBadRecords(t *testing.T) {
	rows := [][2]string{
		{"11112222333,X,P,,1,2026-10-03,,,,", "account: not an account ID of 12 digits: \"11112222333\""},
		{"1111222233334,X,P,,1,2026-10-03,,,,", "account: not an account"},
		{"11112222333x,X,P,,1,2026-10-03,,,,", "account: not an account"},
		{",X,P,,1,2026-10-03,,,,", "account: nothing stands here"},
		{"111122223333,X,P,,much,2026-10-03,,,,", "quantity: not a number: \"much\""},
		{"111122223333,X,P,,NaN,2026-10-03,,,,", "quantity: not a number"},
		{"111122223333,X,P,,1e99,2026-10-03,,,,", "quantity: the number is too large"},
		{"111122223333,X,P,,-1,2026-10-03,,,,", "quantity: usage below zero"},
		{"111122223333,X,P,,,2026-10-03,,,,", "quantity: nothing stands here"},
		{"111122223333,X,P,,1,2026-02-29,,,,", "time: not a time: \"2026-02-29\""},
		{"111122223333,X,P,,1,2026-10-03T24:00:00Z,,,,", "time: not a time"},
		{"111122223333,X,P,,1,2026-10-03T14:00:00Zulu,,,,", "time: not a time"},
		{"111122223333,X,P,,1,03.10.2026,,,,", "time: not a time"},
		{"111122223333,X,P,,1,,,,,", "time: nothing stands here"},
		{"111122223333,X,P,,1,2026-10-03,2026-10-02,,,", "end: the end is before the start"},
		{"111122223333,X,P,,1,2026-10-03,2026-10-03,,,", "end: the end is before the start"},
		{"111122223333,X,,,1,2026-10-03,,,,", "product: a usage type without its product"},
		{"111122223333,,P,,1,2026-10-03,,,,", "usage_type: neither a usage type nor an instance type"},
		{"111122223333,,,moon-1,1,2026-10-03,,m5.large,,", "region: not a Region whose usage types are known"},
		{"111122223333,X,P,,1,2026-10-03,,,team=a,", "tags: not a JSON object of texts: \"team=a\""},
		{"111122223333,X,P,,1,2026-10-03,,,[],", "tags: not a JSON object"},
		{"111122223333,X,P,,1,2026-10-03,,,,yes", "multi_az: neither true nor false: \"yes\""},
	}
	var text strings.Builder
	var want []string
	text.WriteString("account,usage_type,product,region,quantity,time,end,instance_type,tags,multi_az\n")
	for i, r := range rows {
		text.WriteString(r[0] + "\n")
		want = append(want, "f:"+itoa(i+2)+": "+r[1])
	}
	got := readText(t, text.String())
	wantProblems(t, got.problems, want...)
}
