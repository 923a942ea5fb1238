package wire

import (
	"encoding/json"
	"net/http"
	"strings"

	"umbel/internal/model"
)

// rpcCBOR is Smithy RPC v2 CBOR: everything in one CBOR body, the operation in the path /service/NAME/operation/NAME.
type rpcCBOR struct{}

// rpcPath reads the names of service and operation from a request that says it is of this protocol.
func rpcPath(req *Request) (service, operation string, ok bool) {
	rest, ok := strings.CutPrefix(req.Path, "/service/")
	if !ok || req.Header.Get("Smithy-Protocol") != "rpc-v2-cbor" {
		return "", "", false
	}
	return strings.Cut(rest, "/operation/")
}

func (rpcCBOR) decode(_ *model.Operation, req *Request, in *bound) error {
	return decodeCBOR(req.Body, in.node, in.value)
}

func (rpcCBOR) encode(_ *model.Operation, out *bound, requestID string, w http.ResponseWriter) {
	identify(w, requestID)
	respondCBOR(w, http.StatusOK, func(b []byte) []byte { return appendCBORStructure(b, out.node, out.value, true) })
}

// encodeError writes the members of an awsJson failure.
func (rpcCBOR) encodeError(svc *model.Service, f *failure, requestID string, w http.ResponseWriter) {
	identify(w, requestID)
	nameAsQuery(svc, f, w)
	respondCBOR(w, f.status, func(b []byte) []byte {
		b = appendCBORHead(b, cborMap, uint64(2+len(f.members)))
		b = appendCBORText(appendCBORText(b, "__type"), f.code)
		b = appendCBORText(appendCBORText(b, f.messageName), f.message)
		for _, m := range f.members {
			b = appendCBORAny(appendCBORText(b, m.name), plainValue(m.value))
		}
		return b
	})
}

func (rpcCBOR) common() table { return jsonErrors }

func respondCBOR(w http.ResponseWriter, status int, build func(b []byte) []byte) {
	w.Header()["Smithy-Protocol"] = []string{"rpc-v2-cbor"}
	respond(w, status, "application/cbor", build)
}

// plainValue is a value as JSON has it; nil for one that it does not have.
func plainValue(v any) (plain any) {
	raw, err := json.Marshal(v)
	if err != nil || json.Unmarshal(raw, &plain) != nil {
		return nil
	}
	return plain
}
