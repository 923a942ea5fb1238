package billing_test

import (
	"testing"

	"umbel/internal/domain/billing"
)

func TestExplorerNames(t *testing.T) {
	for _, c := range []struct {
		of, got, want string
	}{
		{"an instance", billing.ExplorerService(billing.Usage, "AmazonEC2", "Amazon Elastic Compute Cloud", "AmazonEC2", billing.IsComputeUsage("EUW1-BoxUsage:m5.large")), "Amazon Elastic Compute Cloud - Compute"},
		{"a volume", billing.ExplorerService(billing.Usage, "AmazonEC2", "Amazon Elastic Compute Cloud", "AmazonEC2", billing.IsComputeUsage("EBS:VolumeUsage.gp3")), "EC2 - Other"},
		{"transfer of EC2", billing.ExplorerService(billing.Usage, "AmazonEC2", "AWS Data Transfer", "AWSDataTransfer", billing.IsComputeUsage("DataTransfer-Out-Bytes")), "EC2 - Other"},
		{"transfer of S3", billing.ExplorerService(billing.Usage, "AmazonS3", "AWS Data Transfer", "AWSDataTransfer", false), "Amazon Simple Storage Service"},
		{"a discount on EC2", billing.ExplorerService(billing.EnterpriseDiscount, "AmazonEC2", "", "", billing.IsComputeUsage("")), "Amazon Elastic Compute Cloud - Compute"},
		{"a tax", billing.ExplorerService(billing.Tax, "AmazonS3", "Amazon Simple Storage Service", "AmazonS3", true), "Tax"},
		{"support", billing.ExplorerService(billing.Fee, "AWSSupportBusiness", "AWS Support (Business)", "AWSSupportBusiness", false), "AWS Support (Business)"},
		{"a plan's fee", billing.ExplorerService(billing.SavingsPlanRecurring, "ComputeSavingsPlans", "", "ComputeSavingsPlans", false), "Savings Plans for AWS Compute usage"},
		{"a product without a name", billing.ExplorerService(billing.Usage, "8xyz", "", "8xyz", false), "8xyz"},
		{"a refund of nothing", billing.ExplorerService(billing.Refund, "", "", "", false), "Refund"},

		{"usage", billing.ExplorerRecord(billing.Usage, false, false), "Usage"},
		{"support", billing.ExplorerRecord(billing.Fee, true, false), "Support"},
		{"a reservation's payment", billing.ExplorerRecord(billing.Fee, false, true), "Upfront"},
		{"a subscription", billing.ExplorerRecord(billing.Fee, false, false), "Other out-of-cycle charges"},
		{"a reservation's fee", billing.ExplorerRecord(billing.ReservationFee, false, true), "Recurring"},
		{"a discount", billing.ExplorerRecord(billing.EnterpriseDiscount, false, false), "Enterprise Discount Program Discount"},

		{"on demand", billing.ExplorerPurchase(billing.Usage, "OnDemand", "", false, false), "On Demand Instances"},
		{"spot", billing.ExplorerPurchase(billing.Usage, "OnDemand", "", true, false), "Spot Instances"},
		{"reserved", billing.ExplorerPurchase(billing.DiscountedUsage, "Reserved", "convertible", false, true), "Convertible Reserved Instances"},
		{"a payment", billing.ExplorerPurchase(billing.Fee, "Reserved", "standard", false, true), "Standard Reserved Instances"},
		{"a plan", billing.ExplorerPurchase(billing.SavingsPlanNegation, "OnDemand", "", false, false), "Savings Plans"},
		{"credit", billing.ExplorerPurchase(billing.Credit, "", "", false, false), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.of, c.got, c.want)
		}
	}
}
