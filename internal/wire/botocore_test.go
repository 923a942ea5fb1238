package wire

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/model"
	"umbel/internal/model/accessanalyzer"
	"umbel/internal/model/bcmdataexports"
	"umbel/internal/model/billing"
	"umbel/internal/model/budgets"
	"umbel/internal/model/ce"
	"umbel/internal/model/cloudtrail"
	"umbel/internal/model/cloudwatch"
	"umbel/internal/model/cur"
	"umbel/internal/model/freetier"
	"umbel/internal/model/iam"
	"umbel/internal/model/invoicing"
	"umbel/internal/model/organizations"
	"umbel/internal/model/pricing"
	"umbel/internal/model/savingsplans"
	"umbel/internal/model/sts"
)

const script = "testdata/botocore_roundtrip.py"

// newTypes makes an operation's input and output: the generated types, or for a service without them types made of the
// model.
func newTypes(t testing.TB, op *model.Operation) (in, out any) {
	t.Helper()
	var ok bool
	switch op.Service.ID {
	case "organizations":
		in, out, ok = organizations.New(op.Name)
	case "iam":
		in, out, ok = iam.New(op.Name)
	case "sts":
		in, out, ok = sts.New(op.Name)
	case "cloudtrail":
		in, out, ok = cloudtrail.New(op.Name)
	case "accessanalyzer":
		in, out, ok = accessanalyzer.New(op.Name)
	case "bcm-data-exports":
		in, out, ok = bcmdataexports.New(op.Name)
	case "billing":
		in, out, ok = billing.New(op.Name)
	case "budgets":
		in, out, ok = budgets.New(op.Name)
	case "ce":
		in, out, ok = ce.New(op.Name)
	case "cloudwatch":
		in, out, ok = cloudwatch.New(op.Name)
	case "cur":
		in, out, ok = cur.New(op.Name)
	case "freetier":
		in, out, ok = freetier.New(op.Name)
	case "invoicing":
		in, out, ok = invoicing.New(op.Name)
	case "pricing":
		in, out, ok = pricing.New(op.Name)
	case "savingsplans":
		in, out, ok = savingsplans.New(op.Name)
	default:
		return reflect.New(typeOf(op.Input)).Interface(), reflect.New(typeOf(op.Output)).Interface()
	}
	if !ok {
		t.Fatalf("no types of %s.%s", op.Service.ID, op.Name)
	}
	return in, out
}

// typeOf makes the Go type of a shape that is not recursive.
func typeOf(s *model.Shape) reflect.Type {
	switch s.Type {
	case model.Structure:
		var fields []reflect.StructField
		for _, m := range s.Members {
			t := typeOf(m.Shape)
			if t.Kind() != reflect.Slice && t.Kind() != reflect.Map {
				t = reflect.PointerTo(t)
			}
			fields = append(fields, reflect.StructField{Name: m.GoName(), Type: t})
		}
		return reflect.StructOf(fields)
	case model.List:
		return reflect.SliceOf(typeOf(s.Elem.Shape))
	case model.Map:
		return reflect.MapOf(reflect.TypeFor[string](), typeOf(s.Value.Shape))
	case model.Boolean:
		return reflect.TypeFor[bool]()
	case model.Byte, model.Short, model.Integer:
		return reflect.TypeFor[int32]()
	case model.Long:
		return reflect.TypeFor[int64]()
	case model.Float:
		return reflect.TypeFor[float32]()
	case model.Double:
		return reflect.TypeFor[float64]()
	case model.Timestamp:
		return reflect.TypeFor[time.Time]()
	case model.Blob:
		return reflect.TypeFor[[]byte]()
	}
	return reflect.TypeFor[string]()
}

func TestTypesCarryEverything(t *testing.T) {
	for _, id := range model.Services() {
		svc, err := model.Load(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range svc.Operations {
			in, out := newTypes(t, op)
			if missing := Unbound(op.Input, reflect.TypeOf(in)); len(missing) > 0 {
				t.Errorf("%s.%s: input: %v", id, op.Name, missing)
			}
			if missing := Unbound(op.Output, reflect.TypeOf(out)); len(missing) > 0 {
				t.Errorf("%s.%s: output: %v", id, op.Name, missing)
			}
		}
	}
}

// plain gives a value in the script's form.
func plain(s *model.Shape, v reflect.Value) any {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch s.Type {
	case model.Structure:
		out := map[string]any{}
		for _, m := range s.Members {
			if fv := v.FieldByName(m.GoName()); !fv.IsNil() {
				out[m.Name] = plain(m.Shape, fv)
			}
		}
		return out
	case model.List:
		out := []any{}
		for i := range v.Len() {
			out = append(out, plain(s.Elem.Shape, v.Index(i)))
		}
		return out
	case model.Map:
		out := map[string]any{}
		for _, k := range v.MapKeys() {
			out[k.String()] = plain(s.Value.Shape, v.MapIndex(k))
		}
		return out
	case model.Timestamp:
		return json.Number(fmt.Sprint(v.Interface().(time.Time).UnixMilli()))
	case model.Blob:
		return base64.StdEncoding.EncodeToString(v.Bytes())
	case model.Float, model.Double, model.Byte, model.Short, model.Integer, model.Long:
		raw, _ := json.Marshal(v.Interface())
		return json.Number(raw)
	}
	return v.Interface()
}

// typed sets a value from the script's form.
func typed(t testing.TB, s *model.Shape, v reflect.Value, p any) {
	t.Helper()
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch s.Type {
	case model.Structure:
		for name, p := range p.(map[string]any) {
			m := s.Member(name)
			typed(t, m.Shape, v.FieldByName(m.GoName()), p)
		}
	case model.List:
		l := p.([]any)
		v.Set(reflect.MakeSlice(v.Type(), len(l), len(l)))
		for i, p := range l {
			typed(t, s.Elem.Shape, v.Index(i), p)
		}
	case model.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for k, p := range p.(map[string]any) {
			e := reflect.New(v.Type().Elem()).Elem()
			typed(t, s.Value.Shape, e, p)
			v.SetMapIndex(reflect.ValueOf(k), e)
		}
	case model.Timestamp:
		ms, err := p.(json.Number).Int64()
		if err != nil {
			t.Fatal(err)
		}
		v.Set(reflect.ValueOf(time.UnixMilli(ms).UTC()))
	case model.Blob:
		raw, err := base64.StdEncoding.DecodeString(p.(string))
		if err != nil {
			t.Fatal(err)
		}
		v.SetBytes(raw)
	default:
		raw, err := json.Marshal(p)
		if err == nil {
			err = json.Unmarshal(raw, v.Addr().Interface())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// botocorePython finds a Python that has botocore, or skips the test.
func botocorePython(t *testing.T) string {
	t.Helper()
	candidates := []string{"python3", "/usr/bin/python3"}
	if python := os.Getenv("UMBEL_PYTHON"); python != "" {
		candidates = []string{python}
	}
	for _, python := range candidates {
		if out, err := exec.Command(python, script, "version").Output(); err == nil {
			t.Logf("%s has botocore %s", python, bytes.TrimSpace(out))
			return python
		}
	}
	if os.Getenv("UMBEL_TEST_REQUIRE") != "" {
		t.Fatalf("none of %v has botocore", candidates)
	}
	t.Skip("SKIPPED: no Python with botocore (apt-get install python3-botocore, or set UMBEL_PYTHON)")
	return ""
}

// roundTripped are the services that go through botocore: all imported ones, and those of testdata/models, which have
// what no imported one has.
type roundTripped struct {
	dir      string // where the script finds the models
	services map[string]*model.Service
}

// services collects the models. Overlays only correct constraints, which botocore's codecs do not look at.
func services(t *testing.T) roundTripped {
	t.Helper()
	all := roundTripped{dir: t.TempDir(), services: map[string]*model.Service{}}
	for _, pattern := range []string{"../model/data/*.json", "testdata/models/*.json"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no models in %s: %v", pattern, err)
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err == nil {
				err = os.WriteFile(filepath.Join(all.dir, filepath.Base(file)), raw, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			id := strings.TrimSuffix(filepath.Base(file), ".json")
			if all.services[id], err = model.Load(id); err != nil {
				all.services[id], err = model.Parse(id, raw)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return all
}

type madeCall struct {
	Service, Protocol, Operation string
	Request                      struct {
		Method, URL string
		Headers     map[string]string
		Body        []byte
	}
	Input, Output map[string]any
}

type readAnswer struct {
	RequestID string
	Value     map[string]any
}

func TestRoundTripBotocore(t *testing.T) {
	python := botocorePython(t)
	all := services(t)
	count := "6"
	if testing.Short() {
		count = "1"
	}
	made, err := exec.Command(python, script, "make", all.dir, "1", count).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr)
	}
	var answers bytes.Buffer
	var want []map[string]any
	var names []string
	lines := bufio.NewScanner(bytes.NewReader(made))
	lines.Buffer(nil, 64<<20)
	calls := map[string]bool{}
	for lines.Scan() {
		c := unmarshal[madeCall](t, lines.Bytes())
		svc := all.services[c.Service].Speaking(model.Protocol(c.Protocol))
		op := svc.Operations[c.Operation]
		checkInput(t, svc, op, c)
		_, out := newTypes(t, op)
		typed(t, op.Output, reflect.ValueOf(out).Elem(), any(c.Output))
		w := httptest.NewRecorder()
		Encode(op, out, "req-1", w)
		addAnswer(t, &answers, svc, c.Operation, w)
		expectLists(op.Output, c.Output)
		name := fmt.Sprintf("%s.%s in %s", c.Service, c.Operation, c.Protocol)
		want, names = append(want, c.Output), append(names, name)
		calls[name] = true
	}
	for id, svc := range all.services {
		for _, v := range svc.Voices() {
			for name := range v.Operations {
				if !calls[fmt.Sprintf("%s.%s in %s", id, name, v.Protocol)] {
					t.Errorf("%s.%s was not tried in %s", id, name, v.Protocol)
				}
			}
		}
	}
	for i, got := range botocoreReads(t, python, all.dir, &answers) {
		if d := cmp.Diff(want[i], got.Value, cmp.Comparer(sameNumber)); d != "" {
			t.Errorf("output of %s:\n%s", names[i], d)
		}
		if got.RequestID != "req-1" && !(len(want[i]) == 0 && strings.HasSuffix(names[i], string(model.RPCv2CBOR))) { // of an operation without output botocore reads nothing
			t.Errorf("output of %s: request ID %q", names[i], got.RequestID)
		}
	}
	t.Logf("%d calls of %d operations", len(names), len(calls))
}

// expectLists says what becomes of lists at the top of an output: they are always written, but flattened ones without
// elements leave nothing to write.
func expectLists(s *model.Shape, out map[string]any) {
	for _, m := range s.Members {
		empty := out[m.Name] == nil || cmp.Equal(out[m.Name], []any{}) || cmp.Equal(out[m.Name], map[string]any{})
		switch {
		case m.Shape.Flattened && empty:
			delete(out, m.Name)
		case m.Shape.Type == model.List && m.Location == "" && empty:
			out[m.Name] = []any{}
		}
	}
}

// checkInput routes and decodes a request that botocore made.
func checkInput(t *testing.T, svc *model.Service, op *model.Operation, c madeCall) {
	t.Helper()
	u, err := url.Parse(c.Request.URL)
	if err != nil {
		t.Fatal(err)
	}
	req := &Request{Method: c.Request.Method, Path: u.EscapedPath(), RawQuery: u.RawQuery, Header: http.Header{}, Body: c.Request.Body}
	for k, v := range c.Request.Headers {
		req.Header.Set(k, v)
	}
	if gotSvc, gotOp, err := NewRouter([]*model.Service{svc.Voices()[0]}).Route(req, svc.SigningName); err != nil || gotSvc != svc || gotOp != op {
		t.Errorf("%s.%s is routed to %v: %v", svc.ID, op.Name, gotOp, err)
	}
	in, _ := newTypes(t, op)
	b, err := bind(op.Input, in)
	if err == nil {
		err = protocolOf(svc).decode(op, req, b)
	}
	if err != nil {
		t.Errorf("%s.%s: %v\n%s", svc.ID, op.Name, err, req.Body)
		return
	}
	validate(b) // random values violate constraints; that must not matter to it
	if d := cmp.Diff(any(c.Input), plain(op.Input, b.value), cmp.Comparer(sameNumber)); d != "" {
		t.Errorf("input of %s.%s:\n%s\n%s", svc.ID, op.Name, d, req.Body)
	}
}

// sameNumber compares numbers by value: 1.0 and 1 are one.
func sameNumber(a, b json.Number) bool {
	x, err1 := a.Float64()
	y, err2 := b.Float64()
	return a == b || err1 == nil && err2 == nil && math.Abs(x-y) <= 1e-6*math.Abs(x)
}

func unmarshal[T any](t *testing.T, raw []byte) (v T) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// addAnswer adds a response to what botocore shall read.
func addAnswer(t *testing.T, b *bytes.Buffer, svc *model.Service, operation string, w *httptest.ResponseRecorder) {
	t.Helper()
	headers := map[string]string{}
	for k, v := range w.Header() {
		headers[k] = strings.Join(v, ",")
	}
	err := json.NewEncoder(b).Encode(map[string]any{
		"service": svc.ID, "protocol": svc.Protocol, "operation": operation, "status": w.Code, "headers": headers, "body": w.Body.Bytes(),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// botocoreReads lets botocore read responses.
func botocoreReads(t *testing.T, python, models string, answers *bytes.Buffer) []readAnswer {
	t.Helper()
	n := bytes.Count(answers.Bytes(), []byte("\n"))
	cmd := exec.Command(python, script, "read", models)
	cmd.Stdin = answers
	raw, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr)
	}
	var got []readAnswer
	for line := range bytes.Lines(raw) {
		got = append(got, unmarshal[readAnswer](t, line))
	}
	if len(got) != n {
		t.Fatalf("botocore read %d of %d responses", len(got), n)
	}
	return got
}

func TestErrorsBotocoreReads(t *testing.T) {
	python := botocorePython(t)
	all := services(t)
	var answers bytes.Buffer
	type expectation struct{ service, code, message string }
	var want []expectation
	for id, svc := range all.services {
		for _, v := range svc.Voices() {
			for _, s := range svc.Shapes {
				if !s.Exception {
					continue
				}
				f := &failure{message: "a <b> & \"c\" é", messageName: "message"}
				f.describe(v, s)
				f.add(s, "Reason", "WHY")
				w := httptest.NewRecorder()
				protocolOf(v).encodeError(v, f, "req-1", w)
				addAnswer(t, &answers, v, "", w)
				want = append(want, expectation{id, s.Code(), f.message})
			}
		}
	}
	for i, got := range botocoreReads(t, python, all.dir, &answers) {
		e, _ := got.Value["Error"].(map[string]any)
		if e["Code"] != want[i].code || e["Message"] != want[i].message || got.RequestID != "req-1" {
			t.Errorf("%v was read as %v, request ID %q", want[i], e, got.RequestID)
		}
	}
}
