// Package seal owns the sealing of what Umbel hands to clients and takes back: session tokens and page tokens. A sealed
// text can neither be read nor altered, is bound to its purpose, and opens on every replica that shares the store's secret.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"sync"
)

// ErrForged tells that a text was not sealed by this key for this purpose, or was altered.
var ErrForged = errors.New("seal: not sealed here, or altered")

// Key seals and opens texts of one purpose. It is safe for concurrent use.
type Key struct {
	aead cipher.AEAD
	macs sync.Pool // of *mac
}

// mac is a keyed hash, whose making costs more than what it hashes here, with room for what it is given.
type mac struct {
	hash.Hash
	room []byte
}

// New derives the key of a purpose, such as "session", from the store's secret.
func New(secret []byte, purpose string) (*Key, error) {
	enc, err := hkdf.Key(sha256.New, secret, nil, "umbel seal "+purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	macKey, err := hkdf.Key(sha256.New, secret, nil, "umbel mac "+purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	block, err := aes.NewCipher(enc)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	k := &Key{aead: aead}
	k.macs.New = func() any { return &mac{Hash: hmac.New(sha256.New, macKey)} }
	return k, nil
}

// Seal encrypts the plain bytes; bound is authenticated with them and must be given again to Open.
func (k *Key) Seal(plain, bound []byte) string {
	nonce := make([]byte, k.aead.NonceSize(), k.aead.NonceSize()+len(plain)+k.aead.Overhead())
	rand.Read(nonce)
	return base64.StdEncoding.EncodeToString(k.aead.Seal(nonce, nonce, plain, bound))
}

// Open gives back what was sealed, or ErrForged.
func (k *Key) Open(sealed string, bound []byte) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < k.aead.NonceSize() {
		return nil, ErrForged
	}
	n := k.aead.NonceSize()
	plain, err := k.aead.Open(nil, raw[:n], raw[n:], bound)
	if err != nil {
		return nil, ErrForged
	}
	return plain, nil
}

// MAC derives 32 bytes from the parts of a text under the key: secrets that need not be stored. How the text is cut into parts
// does not matter.
func (k *Key) MAC(parts ...string) []byte {
	h := k.macs.Get().(*mac)
	defer k.macs.Put(h)
	h.room = h.room[:0]
	for _, part := range parts {
		h.room = append(h.room, part...)
	}
	h.Reset()
	h.Write(h.room)
	return h.Sum(nil)
}
