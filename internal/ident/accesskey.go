package ident

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
)

// An access key ID tells its account, as AWS's have since 2019: the ten bytes behind the four letters begin with a set bit and
// 40 bits of the account number; the rest is random. sts:GetAccessKeyInfo and many tools read it from there.
const (
	keyAccountMask  = 0x7fffffffff80
	keyAccountShift = 7
	keyMarker       = 1 << 47
)

// NewAccountKeyID makes an access key ID of 20 characters that tells its account.
func NewAccountKeyID(r io.Reader, prefix UniquePrefix, account AccountID) string {
	n, err := strconv.ParseUint(string(account), 10, 40)
	if err != nil {
		return NewAccessKeyID(r, prefix)
	}
	raw := make([]byte, 12)
	read(r, raw[6:])
	head := uint64(keyMarker) | n<<keyAccountShift | uint64(raw[11]>>1)
	var high [8]byte
	binary.BigEndian.PutUint64(high[:], head)
	copy(raw, high[2:])
	return string(prefix) + unpadded.EncodeToString(raw[:10])
}

// AccountOfKey reads the account from an access key ID that tells it, or gives false.
func AccountOfKey(id string) (AccountID, bool) {
	if len(id) != 20 {
		return "", false
	}
	raw, err := unpadded.DecodeString(id[4:])
	if err != nil {
		return "", false
	}
	head := uint64(binary.BigEndian.Uint16(raw))<<32 | uint64(binary.BigEndian.Uint32(raw[2:]))
	account := AccountID(fmt.Sprintf("%012d", head&keyAccountMask>>keyAccountShift))
	return account, head&keyMarker != 0 && account.Valid()
}
