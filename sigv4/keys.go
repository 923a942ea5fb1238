package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"sync"
)

// KeyCache remembers signing keys, which change once a day, by access key, date, Region and service. It holds at most twice its
// size. It is safe for concurrent use; a nil cache derives every key anew.
type KeyCache struct {
	size        int
	mu          sync.RWMutex
	young, aged map[keyID]derived
}

type keyID struct{ accessKeyID, date, region, service string }

type derived struct {
	secret string
	key    [32]byte
}

// NewKeyCache makes a cache for about size signing keys.
func NewKeyCache(size int) *KeyCache {
	return &KeyCache{size: max(size, 1), young: map[keyID]derived{}}
}

func (c *KeyCache) get(accessKeyID, secret, date, region, service string) [32]byte {
	if c == nil {
		return signingKey(secret, date, region, service)
	}
	id := keyID{accessKeyID, date, region, service}
	c.mu.RLock()
	d, ok := c.young[id]
	if !ok {
		d, ok = c.aged[id]
	}
	c.mu.RUnlock()
	if ok && d.secret == secret {
		return d.key
	}
	d = derived{secret, signingKey(secret, date, region, service)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.young) >= c.size {
		c.aged, c.young = c.young, make(map[keyID]derived, c.size)
	}
	c.young[id] = d
	return d.key
}

// signingKey derives the key of one day, Region and service from the secret access key.
func signingKey(secret, date, region, service string) [32]byte {
	k := []byte("AWS4" + secret)
	for _, part := range []string{date, region, service, terminator} {
		h := hmac.New(sha256.New, k)
		h.Write([]byte(part))
		k = h.Sum(nil)
	}
	return [32]byte(k)
}
