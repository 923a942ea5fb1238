package usage

import (
	"bytes"
	"encoding/json"
)

// parseObject reads a JSON object of texts; nil for an empty one. Keys without a value (null) are left out.
func parseObject(b []byte) (map[string]string, error) {
	var raw map[string]*string
	if err := json.Unmarshal(b, &raw); err != nil || raw == nil && !bytes.Equal(bytes.TrimSpace(b), []byte("null")) {
		return nil, errMap
	}
	var o map[string]string
	for k, v := range raw {
		if v == nil {
			continue
		}
		if o == nil {
			o = make(map[string]string, len(raw))
		}
		o[k] = *v
	}
	return o, nil
}
