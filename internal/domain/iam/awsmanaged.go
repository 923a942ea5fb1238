package iam

import (
	"crypto/sha256"
	_ "embed" // for the policies' texts
	"encoding/base32"
	"strconv"
	"strings"
	"sync"
	"time"

	"umbel/iampolicy"
	"umbel/internal/ident"
)

//go:embed awsmanaged/policies.tsv
var awsManagedText string

// awsManagedARN begins the ARN of every AWS managed policy.
const awsManagedARN = "arn:" + ident.Partition + ":iam::aws:policy/"

// awsManaged gives the AWS managed policies, read once when first asked for. Documents are parsed when first used.
var awsManaged = sync.OnceValue(readAWSManaged)

type awsPolicies struct {
	byARN   map[string]*ManagedPolicy
	inOrder []*ManagedPolicy // of name
}

func readAWSManaged() *awsPolicies {
	all := &awsPolicies{byARN: make(map[string]*ManagedPolicy, strings.Count(awsManagedText, "\n"))}
	for line := range strings.Lines(awsManagedText) {
		p := readAWSPolicy(strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		all.byARN[awsManagedARN+p.Path[1:]+p.Name] = p
		all.inOrder = append(all.inOrder, p)
	}
	sortByName(all.inOrder)
	return all
}

// readAWSPolicy reads one line of the embedded file. A test reads them all, so that an error here cannot happen later.
func readAWSPolicy(f []string) *ManagedPolicy {
	number, err := strconv.Atoi(f[2])
	if err != nil {
		panic("iam: embedded policy " + f[1] + ": " + err.Error())
	}
	created, updated := embeddedTime(f[3]), embeddedTime(f[4])
	return &ManagedPolicy{
		Name: f[1], Path: f[0], AWS: true, UniqueID: awsPolicyID(f[0] + f[1]), Created: created, Updated: updated,
		Default:  number,
		Versions: []PolicyVersion{{Number: number, Document: iampolicy.NewDocument(f[5]), Created: updated}},
	}
}

func embeddedTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic("iam: embedded policy: " + err.Error())
	}
	return t
}

// awsPolicyID derives a unique ID, the same in every Umbel, as AWS managed policies have the same in every account.
func awsPolicyID(resource string) string {
	sum := sha256.Sum256([]byte(resource))
	return string(ident.PrefixManagedPolicy) + base32.StdEncoding.EncodeToString(sum[:])[:17]
}

// AWSManagedText gives the text of the default version of an AWS managed policy by its ARN.
func AWSManagedText(arn string) (string, bool) {
	p := awsManaged().byARN[arn]
	if p == nil {
		return "", false
	}
	return p.Versions[0].Document.Text(), true
}
