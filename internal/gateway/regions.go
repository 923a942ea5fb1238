package gateway

import (
	"slices"

	"umbel/internal/authz"
	"umbel/internal/model"
)

// regions are the Regions of the partition "aws", sorted (AWS General Reference, "AWS Regions", 2026).
func regions() []string {
	return []string{
		"af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
		"ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
		"ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1",
		"eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-1",
		"us-east-2", "us-west-1", "us-west-2",
	}
}

// goodRegion tells whether a credential for the service may be scoped to the Region.
func (g *Gateway) goodRegion(svc *model.Service) func(string) bool {
	return func(region string) bool {
		if region == "us-east-1" {
			return true
		}
		if authz.Global(svc.SigningName) && !g.AnyRegion {
			return false
		}
		_, ok := slices.BinarySearch(regions(), region)
		return ok
	}
}
