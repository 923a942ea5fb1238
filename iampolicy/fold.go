package iampolicy

import "math/bits"

// Condition keys and actions know no case. They are hashed and compared eight bytes at a time, because every request does
// so for each of its keys.

const (
	eachByte = 0x0101010101010101
	caseBits = 0x20 * eachByte // what tells an ASCII letter's two cases apart
	highBits = 0x80 * eachByte
)

// load reads eight bytes at i.
func load(s string, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// loadShort reads a string of fewer than eight bytes.
func loadShort(s string) (w uint64) {
	for i := 0; i < len(s); i++ {
		w |= uint64(s[i]) << (8 * i)
	}
	return w
}

// hashKey hashes a string without regard to ASCII case. Of a long one it takes the beginning, the middle and the end: whoever
// looks something up by it compares the whole.
func hashKey(s string) uint32 {
	n := len(s)
	h := uint64(n) * 0x9e3779b97f4a7c15
	if n < 8 {
		return uint32(mix(h ^ (loadShort(s) | caseBits)))
	}
	h = mix(h^(load(s, 0)|caseBits)) + mix((load(s, (n-8)/2)|caseBits)^0xa0761d6478bd642f)
	return uint32(mix(h ^ (load(s, n-8) | caseBits)))
}

func mix(x uint64) uint64 {
	high, low := bits.Mul64(x, 0xd6e8feb86659fd93)
	return high ^ low
}

// equalFold compares without regard to ASCII case.
func equalFold(a, b string) bool {
	n := len(a)
	if n != len(b) {
		return false
	}
	if n < 8 {
		return sameLetters(loadShort(a), loadShort(b))
	}
	for i := 0; i < n-8; i += 8 {
		if !sameLetters(load(a, i), load(b, i)) {
			return false
		}
	}
	return sameLetters(load(a, n-8), load(b, n-8))
}

// lowerKey gives a key in ASCII lower case: other letters of a tag's key are as they are.
func lowerKey(key string) string {
	b := []byte(key)
	for i := range b {
		b[i] = lower(b[i])
	}
	return string(b)
}

// sameLetters tells whether the eight bytes of x and y are the same but for the case of ASCII letters.
func sameLetters(x, y uint64) bool {
	differ := x ^ y
	if differ == 0 {
		return true
	}
	// The high bit of a byte tells that it is a letter: at least 'a' and not above 'z', in seven bits of its own.
	folded := (x | caseBits) &^ highBits
	letters := (folded + (0x80-'a')*eachByte) &^ (folded + (0x80-'z'-1)*eachByte) &^ x & highBits
	return differ&^(letters>>2) == 0
}
