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

// ExplorerFamily gives the family of an instance type, INSTANCE_TYPE_FAMILY: "m5" of "m5.large", "db.m5" of "db.m5.large".
func ExplorerFamily(instanceType string) string {
	if i := strings.LastIndexByte(instanceType, '.'); i > 0 {
		return instanceType[:i]
	}
	return ""
}

// engines are the beginnings of the names of database and cache engines, which stand where the platform of instances does.
var databaseEngines, cacheEngines = []string{"Aurora", "MySQL", "PostgreSQL", "MariaDB", "Oracle", "SQL Server", "Db2"}, []string{"Redis", "Memcached", "Valkey"}

func begins(name string, with []string) bool {
	for _, w := range with {
		if strings.HasPrefix(name, w) {
			return true
		}
	}
	return false
}

// ExplorerDatabase gives DATABASE_ENGINE of a platform; "" for what is none.
func ExplorerDatabase(platform string) string {
	if begins(platform, databaseEngines) {
		return platform
	}
	return ""
}

// ExplorerCache gives CACHE_ENGINE of a platform; "" for what is none.
func ExplorerCache(platform string) string {
	if begins(platform, cacheEngines) {
		return platform
	}
	return ""
}

// ExplorerSystem gives OPERATING_SYSTEM of a platform; "" for what is none.
func ExplorerSystem(platform string) string {
	if begins(platform, databaseEngines) || begins(platform, cacheEngines) {
		return ""
	}
	return platform
}

// ExplorerDeployment gives DEPLOYMENT_OPTION of a usage type of databases; "" for what has none.
func ExplorerDeployment(usageType string) string {
	switch {
	case strings.Contains(usageType, "Multi-AZ"):
		return "Multi-AZ"
	case strings.Contains(usageType, "InstanceUsage:"):
		return "Single-AZ"
	}
	return ""
}

// ExplorerReservation gives RESERVATION_ID of the ARN of a reservation: its last part.
func ExplorerReservation(arn string) string { return arn[strings.LastIndexAny(arn, "/:")+1:] }

// usageGroups are the groups of usage types, USAGE_TYPE_GROUP, by product code and part of a usage type; the first that fits counts
// (Cost Management User Guide, "Usage type group"; there are more at AWS).
var usageGroups = []struct{ product, part, group string }{
	{"AmazonEC2", "BoxUsage", "EC2: Running Hours"}, {"AmazonEC2", "SpotUsage", "EC2: Running Hours"}, {"AmazonEC2", "DedicatedUsage", "EC2: Running Hours"},
	{"AmazonEC2", "EBS:VolumeUsage.gp3", "EC2: EBS - SSD(gp3)"}, {"AmazonEC2", "EBS:VolumeUsage.gp2", "EC2: EBS - SSD(gp2)"},
	{"AmazonEC2", "EBS:VolumeUsage.piops", "EC2: EBS - SSD(io1)"}, {"AmazonEC2", "EBS:SnapshotUsage", "EC2: EBS - Snapshots"},
	{"AmazonEC2", "EBS:VolumeUsage", "EC2: EBS - Magnetic"},
	{"AmazonEC2", "NatGateway-Hours", "EC2: NAT Gateway - Running Hours"}, {"AmazonEC2", "NatGateway-Bytes", "EC2: NAT Gateway - Data Processed"},
	{"AmazonEC2", "DataTransfer-Out-Bytes", "EC2: Data Transfer - Internet (Out)"}, {"AmazonEC2", "DataTransfer-In-Bytes", "EC2: Data Transfer - Internet (In)"},
	{"AmazonEC2", "DataTransfer-Regional-Bytes", "EC2: Data Transfer - Inter AZ"}, {"AmazonEC2", "ElasticIP:IdleAddress", "EC2: Elastic IP - Idle Address"},
	{"AWSELB", "LoadBalancerUsage", "EC2: ELB - Running Hours"}, {"AWSELB", "LCUUsage", "EC2: ELB - LCU Hours"},
	{"AmazonCloudWatch", "MetricMonitorUsage", "EC2: CloudWatch - Metrics"}, {"AmazonCloudWatch", "AlarmMonitorUsage", "EC2: CloudWatch - Alarms"},
	{"AmazonCloudWatch", "CW:Requests", "EC2: CloudWatch - Requests"},
	{"AmazonRDS", "InstanceUsage:", "RDS: Running Hours"}, {"AmazonRDS", "Multi-AZUsage:", "RDS: Running Hours"},
	{"AmazonS3", "TimedStorage-ByteHrs", "S3: Storage - Standard"}, {"AmazonS3", "TimedStorage-GlacierByteHrs", "S3: Storage - Glacier"},
	{"AmazonS3", "Requests-Tier", "S3: API Requests - Standard"}, {"AmazonS3", "DataTransfer-Out-Bytes", "S3: Data Transfer - Internet (Out)"},
}

// UsageMark gives the part of a usage type by which groups tell it; "" for none.
func UsageMark(usageType string) string {
	for _, g := range usageGroups {
		if strings.Contains(usageType, g.part) {
			return g.part
		}
	}
	return ""
}

// ExplorerUsageGroup gives USAGE_TYPE_GROUP of a product code and a mark of UsageMark; "" for none.
func ExplorerUsageGroup(product, mark string) string {
	for _, g := range usageGroups {
		if mark != "" && g.part == mark && g.product == product {
			return g.group
		}
	}
	return ""
}
