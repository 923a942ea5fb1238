// Package awsclient owns how Umbel's own clients of the AWS API reach a server: the configuration of the AWS SDK for Go for
// an endpoint and one principal's credentials. It knows no operation.
package awsclient

import (
	"crypto/tls"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// region is what calls are signed for: Organizations and IAM have one endpoint, which is there.
const region = "us-east-1"

// Keys are one principal's credentials.
type Keys struct {
	ID, Secret, Token string
	Expires           time.Time // zero: never
}

// Config gives the SDK's configuration for an endpoint, which is reached without a proxy. conf may be nil.
func Config(endpoint string, k Keys, conf *tls.Config) aws.Config {
	direct := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.TLSClientConfig, t.Proxy = conf, nil })
	static := credentials.NewStaticCredentialsProvider(k.ID, k.Secret, k.Token)
	static.Value.CanExpire, static.Value.Expires = !k.Expires.IsZero(), k.Expires
	return aws.Config{
		Region: region, BaseEndpoint: aws.String(endpoint), Credentials: static,
		HTTPClient: client{direct},
	}
}

// client is the SDK's own with one correction. The SDK closes a request's body as soon as the answer's header is there, and
// its body then answers io.EOF from WriteTo, which net/http takes for a failed write: it drops the connection, and the rest
// of an answer larger than its read buffer is lost. Only a server much quicker than AWS sees it. Without WriteTo the body is
// read instead, where io.EOF means what it should.
type client struct{ *awshttp.BuildableClient }

// Do makes a request.
func (c client) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return c.BuildableClient.Do(r)
}
