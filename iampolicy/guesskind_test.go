package iampolicy

import "testing"

func TestGuessKind(t *testing.T) {
	for text, want := range map[string]Kind{
		`{`:  KindIdentity,
		`[]`: KindIdentity,
		`{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}`:                                                        KindIdentity,
		`{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}`:                                                       KindTrust,
		`{"Statement":[{"Effect":"Allow","Principal":"*","Action":["STS:AssumeRole","sts:TagSession"]}]}`:                                  KindTrust,
		`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"},{"Effect":"Deny","NotPrincipal":{},"Action":"s3:*"}]}`: KindResource,
		`{"Statement":[{"Effect":"Allow","NotPrincipal":"*","NotAction":"sts:AssumeRole"}]}`:                                               KindResource,
		`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}]}`:                                                       KindResource,
	} {
		if got := GuessKind(text); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}
