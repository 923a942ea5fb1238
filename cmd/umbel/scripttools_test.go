package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/rogpeppe/go-internal/testscript"
)

// call is a program: one AWS call with what the AWS environment says, printed in a line.
//
//	call whoami                    sts:GetCallerIdentity: the ARN
//	call create-user NAME          iam:CreateUser: the ARN
//	call create-organization       organizations:CreateOrganization: the ID
//	call create-account NAME EMAIL organizations:CreateAccount: the account's ID, once it is made
//	call close-account ID          organizations:CloseAccount
//	call assume-role ARN           sts:AssumeRole: the ARN of the session
func call() {
	if err := makeCall(context.Background(), os.Args[1:]); err != nil {
		var refusal smithy.APIError
		if errors.As(err, &refusal) {
			err = fmt.Errorf("%s: %s", refusal.ErrorCode(), refusal.ErrorMessage())
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func makeCall(ctx context.Context, args []string) error {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRetryMaxAttempts(1))
	if err != nil {
		return err
	}
	var said string
	switch args = append(args, "", ""); args[0] {
	case "whoami":
		var out *sts.GetCallerIdentityOutput
		if out, err = sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}); err == nil {
			said = *out.Arn
		}
	case "assume-role":
		var out *sts.AssumeRoleOutput
		if out, err = sts.NewFromConfig(cfg).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &args[1], RoleSessionName: aws.String("call")}); err == nil {
			said = *out.AssumedRoleUser.Arn
		}
	case "create-user":
		var out *iam.CreateUserOutput
		if out, err = iam.NewFromConfig(cfg).CreateUser(ctx, &iam.CreateUserInput{UserName: &args[1]}); err == nil {
			said = *out.User.Arn
		}
	case "create-organization":
		var out *organizations.CreateOrganizationOutput
		if out, err = organizations.NewFromConfig(cfg).CreateOrganization(ctx, &organizations.CreateOrganizationInput{}); err == nil {
			said = *out.Organization.Id
		}
	case "create-account":
		said, err = createAccount(ctx, organizations.NewFromConfig(cfg), args[1], args[2])
	case "close-account":
		_, err = organizations.NewFromConfig(cfg).CloseAccount(ctx, &organizations.CloseAccountInput{AccountId: &args[1]})
	default:
		err = fmt.Errorf("there is no call %s", args[0])
	}
	if err == nil {
		fmt.Println(said)
	}
	return err
}

func createAccount(ctx context.Context, c *organizations.Client, name, email string) (string, error) {
	out, err := c.CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: &name, Email: &email})
	if err != nil {
		return "", err
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for status := out.CreateAccountStatus; ; <-tick.C {
		switch status.State {
		case "SUCCEEDED":
			return *status.AccountId, nil
		case "FAILED":
			return "", fmt.Errorf("create account: %s", status.FailureReason)
		}
		now, err := c.DescribeCreateAccountStatus(ctx, &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: status.Id})
		if err != nil {
			return "", err
		}
		status = now.CreateAccountStatus
	}
}

func runSQL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sql FILE STATEMENT")
	}
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	result, err := db.Exec(args[1])
	ts.Check(err)
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		ts.Fatalf("%d rows changed, %v", n, err)
	}
}

func certificate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: certificate HOST")
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: args[0]}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	if ip := net.ParseIP(args[0]); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = args
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	ts.Check(err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
}

func plainHTTP(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: http METHOD URL STATUS")
	}
	rq, err := http.NewRequest(args[0], args[1], nil)
	ts.Check(err)
	resp, err := http.DefaultClient.Do(rq)
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if !strings.HasPrefix(resp.Status, args[2]) {
		ts.Fatalf("%s %s: %s %s, want %s", args[0], args[1], resp.Status, body, args[2])
	}
}
