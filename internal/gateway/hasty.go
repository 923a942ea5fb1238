package gateway

import (
	"strings"
	"time"
)

// The AWS SDK for Go closes a request's body as soon as the answer's header is there (smithy-go, transport/http,
// ClientHandler.Handle). If net/http on its side has not yet looked whether that body had ended, it takes this for a failed
// write and drops the connection, and of a long answer the rest is lost ("use of closed network connection"). Far servers
// never answer that fast; this one does. So a long answer to that SDK waits for a moment.
const (
	hastyAgent  = "aws-sdk-go-v2/"
	hastyAnswer = 3 << 10 // bytes; a shorter answer is read together with its header
	hastyWait   = time.Millisecond
)

// waitForHasty waits before an answer of the given length, if its client needs that.
func waitForHasty(userAgent string, length int) {
	if length > hastyAnswer && strings.Contains(userAgent, hastyAgent) {
		time.Sleep(hastyWait)
	}
}
