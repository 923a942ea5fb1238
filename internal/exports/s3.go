package exports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"umbel/sigv4"
)

// S3 delivers to an endpoint that speaks S3, with path-style addresses. It needs the permissions s3:PutObject, s3:ListBucket and
// s3:DeleteObject.
type S3 struct {
	Endpoint    *url.URL
	Region      string // that the endpoint is signed for
	Credentials sigv4.Credentials
	Client      *http.Client
	Now         func() time.Time
	// Wait waits before an attempt is repeated, or gives the context's error; nil waits by the clock.
	Wait func(ctx context.Context, attempt int) error
}

// attempts is how often a request is sent that the endpoint fails to answer.
const attempts = 4

// Put sends the file. S3 shows an object when all of it has come, so what is cut off is not there.
func (s *S3) Put(ctx context.Context, bucket, key, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	hash := sha256.New()
	size, err := io.Copy(hash, f)
	if err != nil {
		return err
	}
	body := func() (io.Reader, error) {
		_, err := f.Seek(0, io.SeekStart)
		return io.NopCloser(f), err // the client must not close it
	}
	if err := s.do(ctx, http.MethodPut, bucket, key, nil, hex.EncodeToString(hash.Sum(nil)), size, body, nil); err != nil {
		return err
	}
	return os.Remove(file)
}

// List asks for a bucket's keys, page by page (S3 API Reference, ListObjectsV2).
func (s *S3) List(ctx context.Context, bucket, prefix string) (keys []string, err error) {
	token := ""
	for {
		q := url.Values{"list-type": {"2"}, "prefix": {prefix}}
		if token != "" {
			q.Set("continuation-token", token)
		}
		var page struct {
			Contents              []struct{ Key string }
			IsTruncated           bool
			NextContinuationToken string
		}
		read := func(r io.Reader) error { return xml.NewDecoder(r).Decode(&page) }
		if err := s.do(ctx, http.MethodGet, bucket, "", q, emptyHash, 0, nil, read); err != nil {
			return nil, err
		}
		for _, c := range page.Contents {
			keys = append(keys, c.Key)
		}
		if !page.IsTruncated {
			slices.Sort(keys)
			return keys, nil
		}
		token = page.NextContinuationToken
	}
}

// Delete removes an object; S3 answers alike if there is none.
func (s *S3) Delete(ctx context.Context, bucket, key string) error {
	return s.do(ctx, http.MethodDelete, bucket, key, nil, emptyHash, 0, nil, nil)
}

const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// do sends a request until it is answered: failures of the network and of the server are tried again, refusals are not.
func (s *S3) do(
	ctx context.Context, method, bucket, key string, query url.Values, hash string, size int64, body func() (io.Reader, error), read func(io.Reader) error,
) error {
	var err error
	for attempt := range attempts {
		if attempt > 0 {
			if e := s.wait(ctx, attempt); e != nil {
				return errors.Join(err, e)
			}
		}
		var again bool
		if again, err = s.once(ctx, method, bucket, key, query, hash, size, body, read); !again {
			return err
		}
	}
	return fmt.Errorf("exports: given up after %d attempts: %w", attempts, err)
}

func (s *S3) wait(ctx context.Context, attempt int) error {
	if s.Wait != nil {
		return s.Wait(ctx, attempt)
	}
	t := time.NewTimer(time.Duration(1<<attempt) * 250 * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *S3) once(
	ctx context.Context, method, bucket, key string, query url.Values, hash string, size int64, body func() (io.Reader, error), read func(io.Reader) error,
) (again bool, err error) {
	var content io.Reader
	if body != nil {
		if content, err = body(); err != nil {
			return false, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, s.address(bucket, key, query), content)
	if err != nil {
		return false, err
	}
	r.ContentLength = size
	r.Header.Set("X-Amz-Content-Sha256", hash)
	sigv4.Signer{Service: "s3", Region: s.Region}.Sign(r, nil, s.Credentials, s.Now())
	answer, err := s.Client.Do(r)
	if err != nil {
		return ctx.Err() == nil, fmt.Errorf("exports: %s %s/%s: %w", method, bucket, key, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 == 2 {
		if read == nil {
			_, err = io.Copy(io.Discard, answer.Body)
		} else {
			err = read(answer.Body)
		}
		return err != nil && ctx.Err() == nil, err
	}
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 4096)) // as much as there is of why
	err = &RefusedError{answer.StatusCode, fmt.Sprintf("exports: %s %s/%s: %s: %s", method, bucket, key, answer.Status, strings.TrimSpace(string(text)))}
	return answer.StatusCode >= 500 || answer.StatusCode == http.StatusTooManyRequests, err
}

// address gives a request's address. Every byte but letters, digits and -._~/ is escaped, as the signature has it.
func (s *S3) address(bucket, key string, query url.Values) string {
	u := *s.Endpoint
	u.Path = strings.TrimSuffix(u.Path, "/") + "/" + bucket + "/" + key
	u.RawPath = escaped(u.Path)
	u.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	return u.String()
}

func escaped(path string) string {
	var b strings.Builder
	for _, c := range []byte(path) {
		if letter(c) || digit(c) || strings.IndexByte("-._~/", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// RefusedError is the answer of an endpoint that does not do what it is asked for.
type RefusedError struct {
	Status int
	text   string
}

func (e *RefusedError) Error() string { return e.text }
