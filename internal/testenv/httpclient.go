package testenv

import (
	"io"
	"net/http"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// httpClient is the SDK's own with one correction. The SDK closes a request's body as soon as the answer's header is there,
// and its body then answers io.EOF from WriteTo, which net/http takes for a failed write: it drops the connection, and the
// rest of an answer larger than its read buffer is lost. Only a server much quicker than AWS sees it. Without WriteTo the
// body is read instead, where io.EOF means what it should.
type httpClient struct{ *awshttp.BuildableClient }

// Do makes a request.
func (c httpClient) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return c.BuildableClient.Do(r)
}
