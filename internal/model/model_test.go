package model

import (
	"regexp"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func mustLoad(t testing.TB, id string) *Service {
	t.Helper()
	svc, err := Load(id)
	if err != nil {
		t.Fatal(err)
	}
	return svc
}

func TestLoad(t *testing.T) {
	if d := cmp.Diff([]string{
		"accessanalyzer", "account", "bcm-data-exports", "billing", "budgets", "ce", "cloudtrail", "cloudwatch", "cur", "freetier", "iam", "invoicing", "organizations", "pricing", "savingsplans", "sts",
	}, Services()); d != "" {
		t.Fatal(d)
	}
	counts := map[string]int{}
	for _, id := range Services() {
		counts[id] = len(mustLoad(t, id).Operations)
	}
	if d := cmp.Diff(map[string]int{
		"accessanalyzer": 39, "account": 15, "bcm-data-exports": 12, "billing": 12, "budgets": 26, "ce": 47, "cloudtrail": 60, "cloudwatch": 46, "cur": 7, "freetier": 5, "iam": 176, "invoicing": 17, "organizations": 63, "pricing": 5, "savingsplans": 10, "sts": 11,
	}, counts); d != "" {
		t.Error(d)
	}
	if svc, err := Load("nothing"); err == nil || svc != nil {
		t.Errorf("an unknown service: %v, %v", svc, err)
	}
}

func TestLoadIsShared(t *testing.T) {
	var group sync.WaitGroup
	got := make([]*Service, 8)
	for i := range got {
		group.Go(func() { got[i], _ = Load("sts") })
	}
	group.Wait()
	for _, svc := range got {
		if svc == nil || svc != got[0] {
			t.Fatal("Load gave different models of one service")
		}
	}
}

func TestOrganizationsModel(t *testing.T) {
	svc := mustLoad(t, "organizations")
	if svc.Protocol != JSON || svc.TargetPrefix != "AWSOrganizationsV20161128" || svc.JSONVersion != "1.1" || svc.SigningName != "organizations" {
		t.Errorf("metadata: %+v", svc)
	}
	op := svc.Operations["MoveAccount"]
	if op.Output == nil || len(op.Output.Members) != 0 || op.Service != svc || op.Method != "POST" {
		t.Errorf("MoveAccount: %+v", op)
	}
	m := op.Input.Member("AccountId")
	if m == nil || !m.Required || m.Shape.Name != "AccountId" || *m.Shape.Max != 12 {
		t.Errorf("AccountId: %+v", m)
	}
	if op.Input.Member("accountId") != nil {
		t.Error("members are found whatever their case")
	}
	if c := svc.Operations["CreateAccount"].Input; !c.Member("Email").Shape.Sensitive {
		t.Error("an e-mail address is not sensitive")
	}
}

func TestExceptions(t *testing.T) {
	iam := mustLoad(t, "iam")
	if s := iam.Shapes["NoSuchEntityException"]; s.Code() != "NoSuchEntity" || s.ErrorStatus != 404 || !s.Exception {
		t.Errorf("%+v", s)
	}
	if s := mustLoad(t, "organizations").Shapes["ServiceException"]; s.Code() != "ServiceException" || !s.Fault {
		t.Errorf("%+v", s)
	}
	if op := mustLoad(t, "sts").Operations["AssumeRoleWithSAML"]; !op.Unsigned || op.ResultWrapper != "AssumeRoleWithSAMLResult" {
		t.Errorf("%+v", op)
	}
}

func TestMatches(t *testing.T) {
	tests := []struct {
		service, shape, value string
		want                  bool
	}{
		{"organizations", "AccountId", "123456789012", true},
		{"organizations", "AccountId", "123456789012\n", false},
		{"organizations", "AccountId", "x123456789012", false},
		{"organizations", "PolicyTargetId", "r-ab12", true},
		{"organizations", "PolicyTargetId", "r-ab12x/", false},
		{"organizations", "CreateAccountName", "Log archive", true},
		{"organizations", "CreateAccountName", "é", false},
		{"organizations", "TagValue", "", true},
		{"organizations", "TagValue", "größe 漢字 @x", true},
		{"organizations", "TagValue", "a&b", false},
		{"organizations", "PolicyContent", "\u0000anything\n", true},
		{"iam", "roleNameType", "Org+Access,x@y-z_1=", true},
		{"iam", "roleNameType", "", false},
		{"iam", "roleNameType", "a b", false},
		{"iam", "pathType", "/", true},
		{"iam", "pathType", "/a", false},
		{"iam", "pathType", "/a/b/", true},
		{"iam", "policyDocumentType", "{\n\t\"é\"\r}", true},
		{"iam", "policyDocumentType", "漢", false},
		{"iam", "accountAliasType", "my-alias", true},
		{"iam", "accountAliasType", "my--alias", false},
		{"iam", "accountAliasType", "-alias", false},
		{"iam", "accountAliasType", "alias-", false},
		{"cloudtrail", "PartitionKeyName", "a\U0001F600\t", true},
		{"cloudtrail", "PartitionKeyName", "a\n", false},
		{"ce", "CostCategoryName", "Team größe_1-2", true},
		{"ce", "CostCategoryName", "", true},
		{"ce", "CostCategoryName", "x", true},
		{"ce", "CostCategoryName", " x", false},
		{"ce", "CostCategoryName", "x ", false},
		{"ce", "CostCategoryName", "\u00a0x\u00a0", true},
		{"ce", "CostCategoryValue", "a/b", false},
		{"invoicing", "InvoiceUnitName", "Unit 1", true},
		{"invoicing", "InvoiceUnitName", "Unit 1 ", false},
		{"billing", "CostCategoryName", "-a b-", true},
		{"budgets", "BudgetName", "Monthly / action", true},
		{"budgets", "BudgetName", "a/action/b", false},
		{"budgets", "BudgetName", "a:b", false},
		{"budgets", "BudgetName", "a\\b", false},
		{"budgets", "BudgetName", "x<SCRIPT>y</script>z", false},
		{"budgets", "BudgetName", "<script>", true},
		{"pricing", "PriceListArn", "arn:aws:pricing:::price-list/aws/AmazonEC2/USD/20260101000000/us-east-1", true},
		{"pricing", "PriceListArn", "arn:aws:pricing:::price-list/", false},
	}
	for _, tt := range tests {
		s := mustLoad(t, tt.service).Shapes[tt.shape]
		if got := s.Matches(tt.value); got != tt.want {
			t.Errorf("%s.%s %q: %v, pattern %s", tt.service, tt.shape, tt.value, got, s.Pattern)
		}
	}
}

// TestClassMatcher compares the table with the expression, for every pattern there is.
func TestClassMatcher(t *testing.T) {
	for _, id := range Services() {
		for _, s := range mustLoad(t, id).Shapes {
			if s.match == nil {
				continue
			}
			s.Matches("") // compiles: a pattern that Go cannot read panics here
			pattern := translate(s.Pattern)
			class := classMatcher(pattern)
			if class == nil {
				continue
			}
			re := regexp.MustCompile(pattern)
			rapid.Check(t, func(t *rapid.T) {
				v := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]{0,8}`)).Draw(t, "v")
				if got, want := class(v), re.MatchString(v); got != want {
					t.Fatalf("%s %s: %q: table %v, expression %v", s.Name, pattern, v, got, want)
				}
			})
		}
	}
}

// TestVoices looks at a service that speaks several protocols.
func TestVoices(t *testing.T) {
	svc := mustLoad(t, "cloudwatch")
	var spoken []Protocol
	for _, v := range svc.Voices() {
		spoken = append(spoken, v.Protocol)
		if v.Speaking(RPCv2CBOR) != svc || svc.Speaking(v.Protocol) != v {
			t.Errorf("%s: the protocols do not lead to each other", v.Protocol)
		}
		for name, op := range v.Operations {
			if op.Service != v || op.Input != svc.Operations[name].Input {
				t.Errorf("%s: %s is of %s", v.Protocol, name, op.Service.Protocol)
			}
		}
	}
	if d := cmp.Diff([]Protocol{RPCv2CBOR, JSON, Query}, spoken); d != "" || !svc.QueryCompatible {
		t.Error(d)
	}
	if org := mustLoad(t, "organizations"); len(org.Voices()) != 1 || org.Speaking(JSON) != org || org.Speaking(Query) != nil {
		t.Error("Organizations speaks one protocol")
	}
}

func TestOverlay(t *testing.T) {
	svc, err := Parse("x", []byte(`{"metadata":{"serviceId":"X","endpointPrefix":"x"},
		"operations":{"Do":{"http":{"method":"POST","requestUri":"/"},"input":{"shape":"In"}}},
		"shapes":{"In":{"type":"structure","required":["A"],"members":{"B":{"shape":"S"},"A":{"shape":"S"}}},"S":{"type":"string","max":5,"pattern":"a+"}}}`),
		[]byte(`{"shapes":{"In":{"members":{"A":{"shape":"T"},"C":{"shape":"T"}}},"S":{"max":7,"match":"b+"},"T":{"type":"integer"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	in := svc.Operations["Do"].Input
	for _, m := range in.Members {
		names = append(names, m.Name+" "+m.Shape.Name)
	}
	if d := cmp.Diff([]string{"B S", "A T", "C T"}, names); d != "" {
		t.Error(d)
	}
	s := svc.Shapes["S"]
	if *s.Max != 7 || s.Pattern != "a+" || !s.Matches("bb") || s.Matches("aa") || !in.Member("A").Required {
		t.Errorf("S: %+v", s)
	}
}

func TestBrokenModels(t *testing.T) {
	for _, text := range []string{
		`{"shapes":{"L":{"type":"list","member":{"shape":"None"}}}}`,
		`{"operations":{"Do":{"input":{"shape":"S"}}},"shapes":{"S":{"type":"string"}}}`,
		`{"operations":{"Do":{"errors":[{"shape":"E"}]}}}`,
		`{"shapes":{"S":{"type":1}}}`,
		`[]`,
	} {
		if _, err := Parse("x", []byte(text)); err == nil {
			t.Errorf("accepted: %s", text)
		}
	}
}
