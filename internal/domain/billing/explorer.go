package billing

import "strings"

// What Cost Explorer calls the service, the kind of charge and the kind of purchase of a line is in no column of a report; it
// follows from several. The functions here take those values and not lines, so that who has lines by column can ask once for each
// combination.

// explorerServices gives the names of services in Cost Explorer by product code, where they are not the product's name in reports
// or where a line may bear the name of another product (data transfer is listed with the service that transferred).
var explorerServices = map[string]string{
	"AmazonEC2": ExplorerCompute, "AmazonS3": "Amazon Simple Storage Service", "AmazonRDS": "Amazon Relational Database Service",
	"AWSELB": "Amazon Elastic Load Balancing", "AmazonCloudWatch": "AmazonCloudWatch", "AWSLambda": "AWS Lambda",
	"AmazonVPC": "Amazon Virtual Private Cloud", "AmazonDynamoDB": "Amazon DynamoDB", "AmazonCloudFront": "Amazon CloudFront",
	"AmazonECS": "Amazon Elastic Container Service", "AmazonEKS": "Amazon Elastic Container Service for Kubernetes",
	"AmazonECR": "Amazon EC2 Container Registry (ECR)", "AmazonSNS": "Amazon Simple Notification Service",
	"AWSQueueService": "Amazon Simple Queue Service", "awskms": "AWS Key Management Service", "AmazonElastiCache": "Amazon ElastiCache",
	"AmazonRedshift": "Amazon Redshift", "AmazonRoute53": "Amazon Route 53", "AmazonEFS": "Amazon Elastic File System",
	"ComputeSavingsPlans": ExplorerSavingsPlans, "EC2InstanceSavingsPlans": ExplorerSavingsPlans,
}

// Names of services in Cost Explorer that rules speak of.
const (
	ExplorerCompute      = "Amazon Elastic Compute Cloud - Compute"
	ExplorerOther        = "EC2 - Other"
	ExplorerSavingsPlans = "Savings Plans for AWS Compute usage"
)

// computeUsage are the parts of usage types that tell instances from all else of EC2.
var computeUsage = []string{
	"BoxUsage", "SpotUsage", "HeavyUsage", "DedicatedUsage", "HostUsage", "HostBoxUsage", "ReservedHostUsage", "SchedUsage", "UnusedBox", "UnusedDed",
	"DedicatedRes",
}

// IsComputeUsage tells whether a usage type of EC2 is of instances; lines without a usage type, such as credits, are.
func IsComputeUsage(usageType string) bool {
	if usageType == "" {
		return true
	}
	for _, part := range computeUsage {
		if strings.Contains(usageType, part) {
			return true
		}
	}
	return false
}

// ExplorerService gives the value of Cost Explorer's dimension SERVICE: product code and name as in reports, the service as in
// product_servicecode (Billing User Guide, "Differences between AWS Billing and Cost Explorer data": EC2 is split into instances
// and the rest, data transfer belongs to the service; taxes are a service of their own).
func ExplorerService(t LineType, product, name, service string, compute bool) string {
	switch {
	case t == Tax:
		return "Tax"
	case product == ProductEC2 && !compute:
		return ExplorerOther
	}
	if known := explorerServices[product]; known != "" {
		return known
	}
	if name != "" && (service == product || service == "" || product == "") {
		return name
	}
	if product == "" && t == Refund {
		return "Refund"
	}
	return product
}

// IsSupportProduct tells whether a product code is that of a support plan.
func IsSupportProduct(product string) bool {
	return strings.HasPrefix(product, "AWSSupport") || product == "AWSDeveloperSupport" || product == "OCBPremiumSupport"
}

// explorerRecords gives the kinds of charges in Cost Explorer that are not called as in reports.
var explorerRecords = map[LineType]string{
	ReservationFee: "Recurring", BundledDiscount: "Bundled Discount", EnterpriseDiscount: "Enterprise Discount Program Discount",
	SolutionProvider: "Solution Provider Program Discount", PrivateRate: "Private Rate Card Discount",
	DistributorDiscount: "Distributor Discount", ReservationVolume: "RI Volume Discount",
}

// ExplorerRecord gives the value of Cost Explorer's dimension RECORD_TYPE (Cost Management User Guide, "Charge type"; the names are
// those the API takes: "Upfront", "Recurring", "Support"). reserved tells of a line that a reservation is on.
func ExplorerRecord(t LineType, support, reserved bool) string {
	if t == Fee {
		switch {
		case support:
			return "Support"
		case reserved:
			return "Upfront"
		}
		return "Other out-of-cycle charges"
	}
	if name := explorerRecords[t]; name != "" {
		return name
	}
	return string(t)
}

// ExplorerPurchase gives the value of Cost Explorer's dimension PURCHASE_TYPE; "" for what is no purchase of either kind. spot tells
// of usage types of Spot Instances.
func ExplorerPurchase(t LineType, term, class string, spot, reserved bool) string {
	switch {
	case spot:
		return "Spot Instances"
	case strings.HasPrefix(string(t), "SavingsPlan"):
		return "Savings Plans"
	case t == DiscountedUsage, t == ReservationFee, t == Fee && reserved:
		if class == "convertible" {
			return "Convertible Reserved Instances"
		}
		return "Standard Reserved Instances"
	case term == "OnDemand":
		return "On Demand Instances"
	}
	return ""
}
