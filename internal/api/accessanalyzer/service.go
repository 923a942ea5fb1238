// Package accessanalyzer owns the operations of IAM Access Analyzer that Umbel serves: the validation of policies. What is
// found in a policy is iampolicy's to say; this package only puts it into the service's words.
package accessanalyzer

import "umbel/internal/op"

// Service declares IAM Access Analyzer.
func Service() op.Service {
	return op.Service{
		ID:         "accessanalyzer",
		Operations: []*op.Operation{validatePolicy()},
		NotOffered: []string{
			"ApplyArchiveRule", "CancelPolicyGeneration", "CheckAccessNotGranted", "CheckNoNewAccess", "CheckNoPublicAccess",
			"CreateAccessPreview", "CreateAnalyzer", "CreateArchiveRule", "CreateServiceLinkedAnalyzer", "DeleteAnalyzer",
			"DeleteArchiveRule", "DeleteServiceLinkedAnalyzer", "GenerateFindingRecommendation", "GetAccessPreview", "GetAnalyzedResource",
			"GetAnalyzer", "GetArchiveRule", "GetFinding", "GetFindingRecommendation", "GetFindingV2", "GetFindingsStatistics",
			"GetGeneratedPolicy", "ListAccessPreviewFindings", "ListAccessPreviews", "ListAnalyzedResources", "ListAnalyzers",
			"ListArchiveRules", "ListFindings", "ListFindingsV2", "ListPolicyGenerations", "ListTagsForResource", "StartPolicyGeneration",
			"StartResourceScan", "TagResource", "UntagResource", "UpdateAnalyzer", "UpdateArchiveRule", "UpdateFindings",
		},
	}
}
