package unserved

import (
	"bytes"
	"encoding/xml"
	"net/url"
	"strings"

	"umbel/iampolicy/actions"
	"umbel/internal/ident"
	"umbel/internal/op"
)

// s3Targets derives what a call of S3 is authorized on: its bucket or object, the object that it copies, every object that it
// deletes. Each action is the one for versions where the request names a version (S3 API reference, "Permissions" of each
// operation).
func (r *request) s3Targets(names []string) []op.Target {
	if r.op.Name == "DeleteObjects" {
		return r.s3Deletions(names)
	}
	bucket, key := r.members.one("Bucket"), r.members.one("Key")
	version := r.members.one("versionId")
	var out []op.Target
	if source := r.wire.Header.Get("X-Amz-Copy-Source"); source != "" {
		from, of, version := copySource(source)
		out = append(out, r.s3Target(versioned("s3:GetObject", version), from, of, version))
	}
	for _, name := range names {
		out = append(out, r.s3Target(versioned(name, version), bucket, key, version))
	}
	return out
}

// copySource takes X-Amz-Copy-Source apart: /bucket/key?versionId=V, or the ARN of an access point with /object/key.
func copySource(source string) (bucket, key, version string) {
	path, query, _ := strings.Cut(source, "?")
	if values, err := url.ParseQuery(query); err == nil {
		version = values.Get("versionId")
	}
	if plain, err := url.PathUnescape(path); err == nil {
		path = plain
	}
	path = strings.TrimPrefix(path, "/")
	if point, object, ok := strings.Cut(path, "/object/"); ok && strings.HasPrefix(point, "arn:") {
		return point, object, version
	}
	bucket, key, _ = strings.Cut(path, "/")
	return bucket, key, version
}

// versioned gives the action on a version of an object that stands for one on an object.
func versioned(action, version string) string {
	if version == "" {
		return action
	}
	switch action {
	case "s3:DeleteObject", "s3:GetObject":
		return action + "Version"
	case "s3:DeleteObjectTagging", "s3:GetObjectAcl", "s3:GetObjectAttributes", "s3:GetObjectTagging", "s3:GetObjectTorrent",
		"s3:PutObjectAcl", "s3:PutObjectTagging":
		return strings.Replace(action, "Object", "ObjectVersion", 1)
	}
	return action
}

// deletion is the body of DeleteObjects.
type deletion struct {
	Objects []struct {
		Key       string
		VersionID string `xml:"VersionId"`
	} `xml:"Object"`
}

// s3Deletions names every object that the body of a DeleteObjects lists; all of the bucket's if it cannot be read.
func (r *request) s3Deletions(names []string) []op.Target {
	bucket := r.members.one("Bucket")
	var body deletion
	if err := xml.NewDecoder(bytes.NewReader(r.wire.Body)).Decode(&body); err != nil || len(body.Objects) == 0 {
		body.Objects = append(body.Objects[:0], struct {
			Key       string
			VersionID string `xml:"VersionId"`
		}{Key: "*"})
	}
	var out []op.Target
	for _, o := range body.Objects {
		for _, name := range names {
			if len(out) < maxTargets {
				out = append(out, r.s3Target(versioned(name, o.VersionID), bucket, o.Key, o.VersionID))
			}
		}
	}
	return out
}

// s3Target makes one target of an action of S3: the object where the action has objects, else the bucket.
func (r *request) s3Target(name, bucket, key, version string) op.Target {
	r.prefix, _, _ = strings.Cut(name, ":")
	a, known := actions.Find(name)
	arn := "*"
	if known && bucket != "" {
		for i := range a.Resources {
			switch t := a.Resources[i].Type.Name; {
			case (t == "object" || t == "accesspointobject") && key != "":
				arn = s3Object(bucket, key)
			case (t == "bucket" || t == "accesspoint") && arn == "*":
				arn = s3Bucket(bucket)
			}
		}
	}
	t := r.target(name, arn, a, nil)
	t.Keys = append(t.Keys, r.s3Keys(a, version)...)
	if owner := ident.AccountID(r.wire.Header.Get("X-Amz-Expected-Bucket-Owner")); arn != "*" && owner.Valid() && owner != r.account {
		t.Account = owner
	}
	return t
}

// s3Bucket gives the ARN of a bucket; an access point is named by its own.
func s3Bucket(bucket string) string {
	if strings.HasPrefix(bucket, "arn:") {
		return bucket
	}
	return "arn:" + ident.Partition + ":s3:::" + bucket
}

func s3Object(bucket, key string) string {
	if strings.HasPrefix(bucket, "arn:") {
		return bucket + "/object/" + key
	}
	return s3Bucket(bucket) + "/" + key
}

// s3Keys derives the condition keys that S3 takes from headers and from the request as a whole, of those that the action
// table has for the action (S3 User Guide, "Bucket policy examples using condition keys").
func (r *request) s3Keys(a *actions.Action, version string) []op.Key {
	if a == nil {
		return nil
	}
	set := map[string][]string{
		"s3:ResourceAccount": {string(r.account)}, "s3:signatureversion": {"AWS4-HMAC-SHA256"}, "s3:authType": {"REST-HEADER"},
	}
	if r.wire.Header.Get("Authorization") == "" {
		set["s3:authType"] = []string{"REST-QUERY-STRING"}
	}
	if version != "" {
		set["s3:VersionId"] = []string{version}
	}
	switch r.op.Name {
	case "PutObject", "CopyObject", "CompleteMultipartUpload":
		set["s3:ObjectCreationOperation"] = []string{"true"}
	case "CreateMultipartUpload", "UploadPart", "UploadPartCopy":
		set["s3:ObjectCreationOperation"] = []string{"false"}
	case "CreateBucket":
		set["s3:locationconstraint"] = r.locationConstraint()
	}
	var names []string
	for _, t := range r.s3Tags() {
		set["s3:RequestObjectTag/"+t.key] = []string{t.value}
		names = append(names, t.key)
	}
	if names != nil {
		set["s3:RequestObjectTagKeys"] = names
	}
	var list []op.Key
	for _, name := range sortedKeys(set) {
		if len(set[name]) > 0 && (a.Carries(name) || name == "s3:VersionId") {
			list = append(list, op.Key{Name: name, Values: set[name]})
		}
	}
	for _, name := range a.Keys {
		if v := r.wire.Header.Get(s3Header(name)); v != "" {
			list = append(list, op.Key{Name: name, Values: []string{v}})
		}
	}
	return list
}

// s3Header gives the header that a key of S3 has its value from; "" for keys of other kinds.
func s3Header(name string) string {
	short := strings.TrimPrefix(name, "s3:")
	switch {
	case strings.HasPrefix(short, "x-amz-"):
		return short
	case strings.HasPrefix(short, "object-lock-"):
		return "x-amz-" + short
	case strings.HasPrefix(short, "if-"):
		return short
	}
	return ""
}

// locationConstraint reads the Region in the body of CreateBucket.
func (r *request) locationConstraint() []string {
	var body struct{ LocationConstraint string }
	if err := xml.NewDecoder(bytes.NewReader(r.wire.Body)).Decode(&body); err != nil || body.LocationConstraint == "" {
		return nil
	}
	return []string{body.LocationConstraint}
}

// s3Tags gives the tags of an object in the header, or in the body of an operation that puts them.
func (r *request) s3Tags() []tag {
	if text := r.wire.Header.Get("X-Amz-Tagging"); text != "" {
		return queryTags(text)
	}
	var body struct {
		TagSet struct {
			Tag []struct{ Key, Value string }
		}
	}
	if !strings.HasSuffix(r.op.Name, "Tagging") || xml.NewDecoder(bytes.NewReader(r.wire.Body)).Decode(&body) != nil {
		return nil
	}
	var out []tag
	for _, t := range body.TagSet.Tag {
		out = append(out, tag{t.Key, t.Value})
	}
	return out
}
