package wire

import (
	"bytes"
	"encoding/hex"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/fault"
	"umbel/internal/model"
	"umbel/internal/model/cloudwatch"
)

// cborRequest is a Smithy RPC request as the SDKs make them. The body is in hexadecimal, with spaces anywhere.
func cborRequest(t testing.TB, op *model.Operation, body string) *Request {
	t.Helper()
	raw, err := hex.DecodeString(strings.ReplaceAll(body, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return &Request{Method: "POST", Path: "/service/" + op.Service.TargetPrefix + "/operation/" + op.Name, Body: raw, Header: http.Header{
		"Smithy-Protocol": {"rpc-v2-cbor"}, "Content-Type": {"application/cbor"},
	}}
}

// Keys of GetMetricStatistics in hexadecimal.
const (
	hexStartTime  = "69 537461727454696d65 "
	hexPeriod     = "66 506572696f64 "
	hexMetricName = "6a 4d65747269634e616d65 "
	hexDimensions = "6a 44696d656e73696f6e73 "
)

func TestDecodeCBOR(t *testing.T) {
	_, op := load(t, "cloudwatch", "GetMetricStatistics")
	at := time.UnixMilli(1_700_000_000_250).UTC()
	whole := at.Truncate(time.Second)
	tests := []struct {
		name, body string
		want       cloudwatch.GetMetricStatisticsInput
	}{
		{"nothing", "", cloudwatch.GetMetricStatisticsInput{}},
		{"null is absent", "a1" + hexPeriod + "f6", cloudwatch.GetMetricStatisticsInput{}},
		{"undefined is absent", "a1" + hexPeriod + "f7", cloudwatch.GetMetricStatisticsInput{}},
		{"numbers of any width", "a1" + hexPeriod + "1b 000000000000003c", cloudwatch.GetMetricStatisticsInput{Period: ptr(int32(60))}},
		{"a whole number of 16 bits", "a1" + hexPeriod + "f9 5380", cloudwatch.GetMetricStatisticsInput{Period: ptr(int32(60))}},
		{"a negative number", "a1" + hexPeriod + "38 3b", cloudwatch.GetMetricStatisticsInput{Period: ptr(int32(-60))}},
		{"a map of no stated length", "bf" + hexPeriod + "18 3c ff", cloudwatch.GetMetricStatisticsInput{Period: ptr(int32(60))}},
		{"text in pieces", "a1" + hexMetricName + "7f 6161 6162 ff", cloudwatch.GetMetricStatisticsInput{MetricName: ptr("ab")}},
		{"the last counts", "a2" + hexPeriod + "01" + hexPeriod + "02", cloudwatch.GetMetricStatisticsInput{Period: ptr(int32(2))}},
		{"unknown members", "a2 6178 82 c1 01 bf 01 41ff ff" + hexPeriod + "01", cloudwatch.GetMetricStatisticsInput{Period: ptr(int32(1))}},
		{"a time with milliseconds", "a1" + hexStartTime + "c1 fb 41d954fc40100000", cloudwatch.GetMetricStatisticsInput{StartTime: &at}},
		{"a whole time", "a1" + hexStartTime + "c1 1a 6553f100", cloudwatch.GetMetricStatisticsInput{StartTime: &whole}},
		{"a list of no stated length", "a1" + hexDimensions + "9f a1 644e616d65 6178 ff", cloudwatch.GetMetricStatisticsInput{Dimensions: []cloudwatch.Dimension{{Name: ptr("x")}}}},
		{"an empty list", "a1" + hexDimensions + "80", cloudwatch.GetMetricStatisticsInput{Dimensions: []cloudwatch.Dimension{}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var in cloudwatch.GetMetricStatisticsInput
			b, err := bind(op.Input, &in)
			if err != nil {
				t.Fatal(err)
			}
			if err := (rpcCBOR{}).decode(op, cborRequest(t, op, tt.body), b); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, in); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestMalformedCBOR(t *testing.T) {
	_, op := load(t, "cloudwatch", "GetMetricStatistics")
	tests := []struct{ body, message string }{
		{"80", "Start of list found where not expected"},
		{"01", "Expected structure or map or null"},
		{"a1", "Unexpected end of the request body."},
		{"a0 00", "The request body goes on after its end."},
		{"a1 01 01", "NUMBER_VALUE can not be converted to a String"},
		{"a1" + hexPeriod, "Unexpected end of the request body."},
		{"a1" + hexPeriod + "61 35", "STRING_VALUE can not be converted to an Integer"},
		{"a1" + hexPeriod + "1a ffffffff", "NUMBER_VALUE can not be converted to an Integer"},
		{"a1" + hexPeriod + "3b ffffffffffffffff", "NUMBER_VALUE can not be converted to an Integer"},
		{"a1" + hexPeriod + "f9 3e00", "SIMPLE_VALUE can not be converted to an Integer"},
		{"a1" + hexPeriod + "fb 7ff0000000000000", "SIMPLE_VALUE can not be converted to an Integer"},
		{"a1" + hexPeriod + "1c", "The request body is not well-formed CBOR."},
		{"a1" + hexPeriod + "1f", "The request body is not well-formed CBOR."},
		{"a1" + hexPeriod + "18", "Unexpected end of the request body."},
		{"a1" + hexPeriod + "ff", "The request body is not well-formed CBOR."},
		{"a1" + hexMetricName + "61 ff", "The request body holds text that is not valid UTF-8."},
		{"a1" + hexMetricName + "7f 61c3 61a9 ff", "The request body holds text that is not valid UTF-8."},
		{"a1" + hexMetricName + "61 00", "The request body holds text with a NUL."},
		{"a1" + hexMetricName + "41 61", "BLOB_VALUE can not be converted to a String"},
		{"a1" + hexMetricName + "7b ffffffffffffffff", "Unexpected end of the request body."},
		{"a1" + hexMetricName + "7f 7f ff ff", "The request body is not well-formed CBOR."},
		{"a1" + hexMetricName + "7f 4161 ff", "The request body is not well-formed CBOR."},
		{"a1" + hexDimensions + "9b ffffffffffffffff", "Unexpected end of the request body."},
		{"a1" + hexDimensions + "81 f6", "Expected structure or map or null"},
		{"a1" + hexStartTime + "1a 6553f100", "NUMBER_VALUE can not be converted to a Timestamp"},
		{"a1" + hexStartTime + "c0 60", "TAGGED_VALUE can not be converted to a Timestamp"},
		{"a1" + hexStartTime + "c1 60", "A value can not be converted to a Timestamp"},
		{"a1" + hexStartTime + "c1 fb 7ff8000000000000", "A value can not be converted to a Timestamp"},
		{"a1 6178" + strings.Repeat("81", 100_000), "The request body is nested too deeply."},
		{"a1 6178" + strings.Repeat("c1", 100_000), "The request body is nested too deeply."},
		{"a1 6178" + strings.Repeat("9f", 100_000), "The request body is nested too deeply."},
	}
	for _, tt := range tests {
		var in cloudwatch.GetMetricStatisticsInput
		err := Decode(op, cborRequest(t, op, tt.body), &in)
		if !fault.Is(err, fault.MalformedRequest) || !strings.Contains(err.Error(), tt.message) {
			t.Errorf("%.80s: %v", tt.body, err)
		}
	}
}

func TestHalfFloat(t *testing.T) {
	for bits, want := range map[uint16]float64{ // RFC 8949, appendix A
		0x0000: 0, 0x3c00: 1, 0x3e00: 1.5, 0x7bff: 65504, 0x0001: 5.960464477539063e-8, 0x0400: 0.00006103515625, 0xc400: -4,
		0x7c00: math.Inf(1), 0xfc00: math.Inf(-1),
	} {
		if got := halfFloat(bits); got != want {
			t.Errorf("%04x: %v, want %v", bits, got, want)
		}
	}
	if !math.IsNaN(halfFloat(0x7e00)) {
		t.Error("not a number is one")
	}
}

// TestFailuresInEveryProtocol looks at what one failure of a service is called in the protocols that it is spoken to in.
func TestFailuresInEveryProtocol(t *testing.T) {
	svc, _ := load(t, "cloudwatch", "GetMetricData")
	err := fault.New(fault.InvalidParameterValue, "No.")
	for protocol, want := range map[model.Protocol]string{
		model.RPCv2CBOR: "\xa2f__type\x78\x1eInvalidParameterValueExceptiongmessagecNo.",
		model.JSON:      `{"__type":"InvalidParameterValueException","message":"No."}`,
		model.Query: `<ErrorResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><Error><Type>Sender</Type><Code>InvalidParameterValue</Code>` +
			`<Message>No.</Message></Error><RequestId>req-1</RequestId></ErrorResponse>`,
	} {
		w := httptest.NewRecorder()
		EncodeError(svc.Speaking(protocol), nil, err, "req-1", w)
		if d := cmp.Diff(want, w.Body.String()); d != "" || w.Code != 400 {
			t.Errorf("%s: %d %s", protocol, w.Code, d)
		}
		if old := w.Header().Get("x-amzn-query-error"); old != "InvalidParameterValue;Sender" && protocol != model.Query {
			t.Errorf("%s: the old code is %q", protocol, old)
		}
	}
}

// TestFailureMembersInCBOR writes every kind of value that a failure may bring.
func TestFailureMembersInCBOR(t *testing.T) {
	w := httptest.NewRecorder()
	rpcCBOR{}.encodeError(&model.Service{}, &failure{code: "X", status: 400, messageName: "message", members: []failureMember{
		{"a", []map[string]string{{"k": "v"}}}, {"b", true}, {"c", -5}, {"d", 1.5}, {"e", nil}, {"f", math.Inf(1)},
	}}, "req-1", w)
	want := "\xa8f__typeaXgmessage`aa\x81\xa1akavab\xf5ac\x24ad\xfb\x3f\xf8\x00\x00\x00\x00\x00\x00ae\xf6af\xf6"
	if got := w.Body.String(); got != want {
		t.Errorf("%q", got)
	}
}

func FuzzDecodeCBOR(f *testing.F) {
	_, op := load(f, "cloudwatch", "GetMetricStatistics")
	for _, s := range []string{
		"a0", "", "bf" + hexPeriod + "18 3c ff", "a1" + hexStartTime + "c1 fb 41d954fc40100000", "a1" + hexDimensions + "9f a1 644e616d65 6178 ff",
		"a2 6178 82 c1 01 bf 01 41ff ff" + hexPeriod + "f9 5380", "a1" + hexMetricName + "7f 6161 6162 ff",
	} {
		f.Add(cborRequest(f, op, s).Body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var in, again cloudwatch.GetMetricStatisticsInput
		first, err := bind(op.Input, &in)
		if err != nil {
			t.Fatal(err)
		}
		if err := decodeCBOR(body, first.node, first.value); err != nil {
			checkDecoded(t, err)
			return
		}
		validate(first)
		written := appendCBORStructure(nil, first.node, first.value, false)
		second, err := bind(op.Input, &again)
		if err != nil {
			t.Fatal(err)
		}
		if err := decodeCBOR(written, second.node, second.value); err != nil {
			t.Fatalf("%x was read and written as %x, which is: %v", body, written, err)
		}
		if twice := appendCBORStructure(nil, second.node, second.value, false); !bytes.Equal(twice, written) {
			t.Fatalf("%x became %x and then %x", body, written, twice)
		}
	})
}
