package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/fault"
	"umbel/internal/model"
)

// faultCodes reads every code of package fault from its source.
func faultCodes(t *testing.T) map[fault.Code]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../fault/codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[fault.Code]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.ValueSpec); ok {
			text, err := strconv.Unquote(s.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			codes[fault.Code(text)] = s.Names[0].Name
		}
		return true
	})
	if len(codes) < 50 {
		t.Fatalf("found only %d codes", len(codes))
	}
	return codes
}

// TestEveryCodeIsSomebodys makes sure that no code is forgotten: some service or every protocol has a name for it.
func TestEveryCodeIsSomebodys(t *testing.T) {
	tables := []table{ec2Errors}
	for _, id := range model.Services() {
		tables = append(tables, serviceErrors(id))
	}
	for code, name := range faultCodes(t) {
		found := 0
		for _, tb := range []table{jsonErrors, queryErrors, restErrors} {
			if _, ok := tb[code]; ok {
				found++
			}
		}
		if found == 3 {
			continue
		}
		services := 0
		for _, tb := range tables {
			if _, ok := tb[code]; ok {
				services++
			}
		}
		if services == 0 {
			t.Errorf("fault.%s has no name in any service", name)
		}
	}
}

// TestTables makes sure that each row is right: a code that exists, an exception that the model has, a status.
func TestTables(t *testing.T) {
	codes := faultCodes(t)
	for _, id := range model.Services() {
		svc, err := model.Load(id)
		if err != nil {
			t.Fatal(err)
		}
		for code, row := range serviceErrors(id) {
			if _, ok := codes[code]; !ok {
				t.Errorf("%s: no code %s", id, code)
			}
			if s := svc.Shapes[row.shape]; row.shape != "" && (s == nil || !s.Exception) {
				t.Errorf("%s: %s: the model has no exception %s", id, code, row.shape)
			}
			if (row.shape == "") == (row.code == "") || row.shape == "" && row.status == 0 {
				t.Errorf("%s: %s: neither modelled nor complete: %+v", id, code, row)
			}
			if s := svc.Shapes[row.code]; s != nil {
				t.Errorf("%s: %s: the model has %s: use it", id, code, row.code)
			}
		}
	}
	for _, tb := range []table{jsonErrors, queryErrors, restErrors, ec2Errors, s3Errors, snsErrors} {
		for code, row := range tb {
			if _, ok := codes[code]; !ok || row.code == "" || row.status < 400 {
				t.Errorf("%s: %+v", code, row)
			}
		}
	}
}

// TestEveryErrorIsWritten writes every code in every service's dialect and looks at what came out.
func TestEveryErrorIsWritten(t *testing.T) {
	for _, id := range model.Services() {
		svc, err := model.Load(id)
		if err != nil {
			t.Fatal(err)
		}
		for code := range faultCodes(t) {
			w := httptest.NewRecorder()
			EncodeError(svc, nil, fault.New(code, "the message"), "req-1", w)
			_, known := serviceErrors(id)[code]
			if _, ok := protocolOf(svc).common()[code]; ok {
				known = true
			}
			hidden := !known || code == fault.Internal
			if (w.Code >= 500) != (hidden || code == fault.Unavailable || code == fault.NotOffered) {
				t.Errorf("%s: %s is answered with %d", id, code, w.Code)
			}
			if hidden == strings.Contains(w.Body.String(), "the message") {
				t.Errorf("%s: %s: %s", id, code, w.Body)
			}
		}
	}
}

func TestEncodeError(t *testing.T) {
	tests := []struct {
		name, service string
		err           error
		status        int
		body          string
	}{
		{"modelled", "organizations", fmt.Errorf("move: %w", fault.New(fault.AccountNotFound, "No such account.")), 400, `{"__type":"AccountNotFoundException","Message":"No such account."}`},
		{"default text", "organizations", fault.New(fault.NotInOrganization, ""), 400, `{"__type":"AWSOrganizationsNotInUseException","Message":"Your account is not a member of an organization."}`},
		{"reason", "organizations", fault.WithReason(fault.ConstraintViolation, "OU_DEPTH_LIMIT_EXCEEDED", "Too deep."), 400, `{"__type":"ConstraintViolationException","Message":"Too deep.","Reason":"OU_DEPTH_LIMIT_EXCEEDED"}`},
		{"page token", "organizations", fault.New(fault.InvalidPageToken, ""), 400, `{"__type":"InvalidInputException","Message":"You specified an invalid value.","Reason":"INVALID_NEXT_TOKEN"}`},
		{"further member", "organizations", &fault.Error{Code: fault.Throttling, Message: "Slow down.", Fields: map[string]any{"Type": "RATE", "Other": 1}}, 400, `{"__type":"TooManyRequestsException","Message":"Slow down.","Type":"RATE"}`},
		{"uncoded", "organizations", errors.New("disk on fire"), 500, `{"__type":"ServiceException","Message":"AWS Organizations can't complete your request because of an internal service error. Try again later."}`},
		{"signature", "organizations", fault.New(fault.SignatureMismatch, ""), 400, `{"__type":"InvalidSignatureException","message":"` + textMismatch + `"}`},
		{"denied", "cloudtrail", fault.New(fault.AccessDenied, "No."), 400, `{"__type":"AccessDeniedException","message":"No."}`},
		{"modelled", "iam", fault.New(fault.NoSuchEntity, "The role with name <x> cannot be found."), 404,
			`<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>The role with name &lt;x&gt; cannot be found.</Message></Error><RequestId>req-1</RequestId></ErrorResponse>`},
		{"denied", "iam", fault.New(fault.AccessDenied, "No."), 403,
			`<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>No.</Message></Error><RequestId>req-1</RequestId></ErrorResponse>`},
		{"uncoded", "sts", errors.New("disk on fire"), 500,
			`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Receiver</Type><Code>InternalFailure</Code><Message>` + textInternal + `</Message></Error><RequestId>req-1</RequestId></ErrorResponse>`},
		{"denied", "account", fault.New(fault.AccessDenied, "No."), 403, `{"message":"No."}`},
		{"no service", "", fault.New(fault.RequestTooLarge, ""), 413,
			`<ErrorResponse><Error><Type>Sender</Type><Code>RequestEntityTooLarge</Code><Message>The request is too large.</Message></Error><RequestId>req-1</RequestId></ErrorResponse>`},
	}
	for _, tt := range tests {
		t.Run(tt.service+" "+tt.name, func(t *testing.T) {
			var svc *model.Service
			if tt.service != "" {
				svc, _ = model.Load(tt.service)
			}
			w := httptest.NewRecorder()
			EncodeError(svc, nil, tt.err, "req-1", w)
			if w.Code != tt.status || w.Header().Get("x-amzn-requestid") != "req-1" || w.Header().Get("Content-Length") != strconv.Itoa(w.Body.Len()) {
				t.Errorf("status %d, headers %v", w.Code, w.Header())
			}
			if d := cmp.Diff(tt.body, w.Body.String()); d != "" {
				t.Error(d)
			}
			code, status, _ := Describe(svc, nil, tt.err)
			if status != tt.status || !strings.Contains(tt.body+w.Header().Get("x-amzn-errortype"), code) {
				t.Errorf("described as %s, %d", code, status)
			}
		})
	}
}

func TestNotOffered(t *testing.T) {
	svc, op := load(t, "account", "GetContactInformation")
	w := httptest.NewRecorder()
	EncodeError(svc, op, fault.New(fault.NotOffered, ""), "req-1", w)
	var body struct{ Message string }
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusNotImplemented || w.Header().Get("x-amzn-errortype") != "NotImplementedException" || body.Message != "Umbel does not serve GetContactInformation of AWS Account." {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}
