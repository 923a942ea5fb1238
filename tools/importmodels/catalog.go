package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// outline is what the catalog keeps of a model: how the service is spoken to, and which operations it has.
type outline struct {
	Metadata struct {
		APIVersion      string    `json:"apiVersion"`
		EndpointPrefix  string    `json:"endpointPrefix"`
		JSONVersion     string    `json:"jsonVersion"`
		Protocol        string    `json:"protocol"`
		QueryCompatible *struct{} `json:"awsQueryCompatible"`
		ServiceFullName string    `json:"serviceFullName"`
		ServiceID       string    `json:"serviceId"`
		SigningName     string    `json:"signingName"`
		TargetPrefix    string    `json:"targetPrefix"`
		XMLNamespace    any       `json:"xmlNamespace"`
	} `json:"metadata"`
	Operations map[string]outlineOperation `json:"operations"`
	Shapes     map[string]struct {
		Required []string `json:"required"`
		Members  map[string]struct {
			Location     string `json:"location"`
			LocationName string `json:"locationName"`
		} `json:"members"`
	} `json:"shapes"`
}

type outlineOperation struct {
	HTTP struct {
		Method string `json:"method"`
		URI    string `json:"requestUri"`
	} `json:"http"`
	Input *struct {
		Shape string `json:"shape"`
	} `json:"input"`
	Deprecated      bool   `json:"deprecated"`
	AuthType        string `json:"authtype"`
	UnsignedPayload bool   `json:"unsignedPayload"`
}

// importCatalog renders all services: for each a line of its own facts, then a line for each operation.
func importCatalog(data string) ([]byte, error) {
	global, err := globalRegions(data)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(data)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, e := range entries {
		dir := filepath.Join(data, e.Name())
		if found, err := filepath.Glob(filepath.Join(dir, "*", "service-2.json*")); err != nil || len(found) == 0 {
			continue // not a service: endpoints, partitions
		}
		raw, err := readService(dir)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		var o outline
		if err := json.Unmarshal(raw, &o); err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		o.write(&b, e.Name(), global)
	}
	return b.Bytes(), nil
}

// write renders one service, tabs between the fields.
func (o *outline) write(b *bytes.Buffer, id string, global map[string]string) {
	m := &o.Metadata
	signing := m.SigningName
	if signing == "" {
		signing = m.EndpointPrefix
	}
	compatible := ""
	if m.QueryCompatible != nil {
		compatible = "query"
	}
	namespace, _ := m.XMLNamespace.(string)
	fmt.Fprintln(b, "="+strings.Join([]string{
		id, m.ServiceID, m.ServiceFullName, signing, m.EndpointPrefix, m.Protocol, m.JSONVersion, m.TargetPrefix, m.APIVersion,
		namespace, global[m.EndpointPrefix], compatible,
	}, "\t"))
	routed := strings.HasPrefix(m.Protocol, "rest-")
	taken := map[string]bool{} // routes of operations that are not deprecated
	for _, op := range o.Operations {
		if !op.Deprecated {
			taken[o.route(op)] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.Operations)) {
		op := o.Operations[name]
		switch {
		case !routed:
			fmt.Fprintln(b, name)
		case !op.Deprecated || !taken[o.route(op)]:
			fmt.Fprintln(b, name+"\t"+o.route(op))
		}
	}
}

// route is an operation's method, URI, the query parameters and headers it cannot do without, and "u" if its body need not
// be signed.
func (o *outline) route(op outlineOperation) string {
	fields := []string{op.HTTP.Method, op.HTTP.URI}
	if op.Input != nil {
		shape := o.Shapes[op.Input.Shape]
		for _, name := range slices.Sorted(slices.Values(shape.Required)) {
			m := shape.Members[name]
			if m.Location == "querystring" || m.Location == "header" {
				fields = append(fields, m.Location[:1]+":"+m.LocationName)
			}
		}
	}
	if op.UnsignedPayload || op.AuthType == "v4-unsigned-body" {
		fields = append(fields, "u")
	}
	return strings.Join(fields, "\t")
}

// globalRegions gives the Region that the services with one endpoint for all Regions are signed for, by endpoint prefix.
func globalRegions(data string) (map[string]string, error) {
	raw, err := readCompressed(filepath.Join(data, "endpoints.json"))
	if err != nil {
		return nil, err
	}
	var file struct {
		Partitions []struct {
			Partition string `json:"partition"`
			Services  map[string]struct {
				PartitionEndpoint string `json:"partitionEndpoint"`
				Regionalized      *bool  `json:"isRegionalized"`
				Endpoints         map[string]struct {
					CredentialScope struct {
						Region string `json:"region"`
					} `json:"credentialScope"`
				} `json:"endpoints"`
			} `json:"services"`
		} `json:"partitions"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("endpoints: %w", err)
	}
	regions := map[string]string{}
	for _, p := range file.Partitions {
		if p.Partition != "aws" {
			continue
		}
		for name, s := range p.Services {
			if s.PartitionEndpoint != "" && s.Regionalized != nil && !*s.Regionalized {
				regions[name] = s.Endpoints[s.PartitionEndpoint].CredentialScope.Region
			}
		}
	}
	return regions, nil
}

// putCatalog writes the catalog, compressed, or compares it with what is committed.
func putCatalog(name string, want []byte, check bool) (err error) {
	if check {
		have, err := readGzip(name)
		if err == nil && !bytes.Equal(have, want) {
			err = fmt.Errorf("%s differs from the installed botocore: run go run ./tools/importmodels", name)
		}
		return err
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(want); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(name, b.Bytes(), 0o644)
}

// readCompressed reads a file that is there as it is or with .gz behind its name.
func readCompressed(name string) ([]byte, error) {
	raw, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return readGzip(name + ".gz")
	}
	return raw, err
}

func readGzip(name string) (_ []byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
