package usage

import (
	"fmt"
	"math/rand/v2"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// rhythm is how a resource's usage goes through the hours.
type rhythm uint8

// The rhythms.
const (
	always rhythm = iota // every hour alike
	office               // on weekdays from 7 to 19
	bursty               // some hours of some days
	tidal                // always, more by day than by night
)

// kind is a kind of usage that resources make.
type kind struct {
	product, usageType, operation, unit string
	region                              bool     // its usage types begin with the Region's prefix
	low, high                           float64  // usage in an hour of a resource, before rhythm
	monthly                             bool     // low and high are of a whole month: GB-Mo and the like
	whole                               bool     // usage comes in whole units
	rhythms                             []rhythm // one is drawn
	name                                string   // of resources: "i", "vol"
	instances                           []string // types of which one is drawn; "*" in usageType stands for it
	with                                []string // names of kinds that each such resource brings along
	weight                              int      // how often it is drawn; 0 is only with others
	platform                            string   // of instances
}

// kinds are what accounts use. The seed price book has a price for each.
func kinds() []kind {
	ec2 := func(rhythms []rhythm, weight int, with []string, types ...string) kind {
		return kind{product: "AmazonEC2", usageType: "BoxUsage:*", operation: "RunInstances", unit: "Hrs", region: true, low: 1, high: 1, rhythms: rhythms,
			name: "i", instances: types, with: with, weight: weight, platform: "Linux/UNIX"}
	}
	return []kind{
		ec2([]rhythm{always}, 10, []string{"vol"}, "m5.large", "m5.large", "m5.xlarge", "m5.2xlarge", "r5.large", "r5.2xlarge", "m6g.large"),
		ec2([]rhythm{office}, 6, []string{"vol"}, "t3.medium", "t3.large", "m5.large", "c5.large"),
		ec2([]rhythm{bursty}, 8, nil, "c5.large", "c5.xlarge", "c6i.xlarge", "m7g.large"),
		{product: "AmazonEC2", usageType: "EBS:VolumeUsage.gp3", operation: "CreateVolume-Gp3", unit: "GB-Mo", region: true, low: 20, high: 500, monthly: true, name: "vol"},
		{product: "AmazonEC2", usageType: "EBS:SnapshotUsage", operation: "CreateSnapshot", unit: "GB-Mo", region: true, low: 10, high: 400, monthly: true, name: "snap", weight: 3},
		{product: "AmazonEC2", usageType: "NatGateway-Hours", operation: "NatGateway", unit: "Hrs", region: true, low: 1, high: 1, name: "nat", with: []string{"natgb"}, weight: 2},
		{product: "AmazonEC2", usageType: "NatGateway-Bytes", operation: "NatGateway", unit: "GB", region: true, low: .1, high: 6, rhythms: []rhythm{tidal}, name: "natgb"},
		{product: "AmazonEC2", usageType: "DataTransfer-Out-Bytes", operation: "RunInstances", unit: "GB", region: true, low: .05, high: 12, rhythms: []rhythm{tidal}, name: "out", weight: 3},
		{product: "AWSELB", usageType: "LoadBalancerUsage", operation: "LoadBalancing:Application", unit: "Hrs", region: true, low: 1, high: 1, name: "app", with: []string{"lcu"}, weight: 3},
		{product: "AWSELB", usageType: "LCUUsage", operation: "LoadBalancing:Application", unit: "LCU-Hrs", region: true, low: .1, high: 4, rhythms: []rhythm{tidal}, name: "lcu"},
		{product: "AmazonRDS", usageType: "InstanceUsage:*", operation: "CreateDBInstance", unit: "Hrs", region: true, low: 1, high: 1, rhythms: []rhythm{always, always, office},
			name: "db", instances: []string{"db.t3.medium", "db.m5.large", "db.m5.xlarge"}, with: []string{"dbgb"}, weight: 4, platform: "PostgreSQL"},
		{product: "AmazonRDS", usageType: "RDS:GP2-Storage", operation: "CreateDBInstance", unit: "GB-Mo", region: true, low: 20, high: 800, monthly: true, name: "dbgb"},
		{product: "AmazonS3", usageType: "TimedStorage-ByteHrs", operation: "StandardStorage", unit: "GB-Mo", region: true, low: 5, high: 4000, monthly: true, name: "bucket",
			with: []string{"put", "get"}, weight: 6},
		{product: "AmazonS3", usageType: "Requests-Tier1", operation: "PutObject", unit: "Requests", region: true, low: 1, high: 4000, whole: true, rhythms: []rhythm{tidal}, name: "put"},
		{product: "AmazonS3", usageType: "Requests-Tier2", operation: "GetObject", unit: "Requests", region: true, low: 1, high: 40000, whole: true, rhythms: []rhythm{tidal}, name: "get"},
		{product: "AWSLambda", usageType: "Lambda-GB-Second", operation: "Invoke", unit: "Lambda-GB-Second", region: true, low: 10, high: 9000, rhythms: []rhythm{bursty, tidal}, name: "function",
			with: []string{"invoke"}, weight: 4},
		{product: "AWSLambda", usageType: "Request", operation: "Invoke", unit: "Requests", region: true, low: 100, high: 20000, whole: true, rhythms: []rhythm{tidal}, name: "invoke"},
		{product: "AmazonECS", usageType: "Fargate-vCPU-Hours:perCPU", operation: "FargateTask", unit: "hours", region: true, low: .5, high: 8, rhythms: []rhythm{office, tidal}, name: "service",
			with: []string{"memory"}, weight: 3},
		{product: "AmazonECS", usageType: "Fargate-GB-Hours", operation: "FargateTask", unit: "hours", region: true, low: 1, high: 16, rhythms: []rhythm{tidal}, name: "memory"},
		{product: "AmazonDynamoDB", usageType: "WriteRequestUnits", operation: "PayPerRequestThroughput", unit: "WriteRequestUnits", region: true, low: 10, high: 50000, whole: true,
			rhythms: []rhythm{tidal}, name: "table", weight: 3},
		{product: "AWSQueueService", usageType: "Requests", operation: "SendMessage", unit: "Requests", region: true, low: 10, high: 30000, whole: true, rhythms: []rhythm{bursty, tidal}, name: "queue", weight: 2},
		{product: "AmazonCloudWatch", usageType: "CW:MetricMonitorUsage", operation: "MetricStorage", unit: "Metrics", region: true, low: 5, high: 600, monthly: true, name: "metrics", weight: 2},
		{product: "awskms", usageType: "KMS-Keys", operation: "", unit: "Keys", region: true, low: 1, high: 6, monthly: true, name: "key", weight: 2},
		{product: "AmazonRoute53", usageType: "HostedZone", operation: "HostedZone", unit: "HostedZones", low: 1, high: 4, monthly: true, name: "hostedzone", weight: 1},
	}
}

// resource is one that an account has.
type resource struct {
	record billing.UsageRecord // its usage, without time and quantity
	kind   *kind
	rhythm rhythm
	usage  float64 // in an hour of full use, or in a month
	growth float64 // each month so much more
	seed   uint64
}

// fleet is an account's resources.
func (s *Simulation) fleet(account int) []resource {
	all := kinds()
	r := rand.New(rand.NewPCG(s.Seed, uint64(account)))
	total := 0
	byName := map[string]*kind{}
	for i := range all {
		total += all[i].weight
		if all[i].weight == 0 {
			byName[all[i].name] = &all[i]
		}
	}
	regions := []string{"us-east-1", "us-east-1", "us-east-1", "eu-west-1", "us-west-2", "eu-central-1", "ap-southeast-2"}
	home, other := regions[r.IntN(len(regions))], regions[r.IntN(len(regions))]
	owner := s.owner(r)
	var fleet []resource
	for range max(1, s.Resources/2+r.IntN(s.Resources)) {
		drawn := r.IntN(total)
		k := &all[0]
		for i := range all {
			if k = &all[i]; drawn < k.weight {
				break
			}
			drawn -= k.weight
		}
		region := home
		if r.IntN(5) == 0 {
			region = other
		}
		first := s.resource(r, account, len(fleet), k, region, owner.tags(r))
		fleet = append(fleet, first)
		for _, name := range k.with {
			more := s.resource(r, account, len(fleet), byName[name], region, first.record.Tags)
			if name != "vol" { // the same resource's usage of another type
				more.record.Resource = first.record.Resource
			}
			fleet = append(fleet, more)
		}
	}
	return fleet
}

func (s *Simulation) resource(r *rand.Rand, account, number int, k *kind, region string, tags map[string]string) resource {
	u := billing.UsageRecord{Account: s.Accounts[account], Product: k.product, UsageType: k.usageType, Operation: k.operation, Unit: k.unit, Tags: tags}
	prefix := ""
	if k.region {
		u.Region = region
		prefix, _ = usagePrefix(region)
	}
	id := r.Uint64() & (1<<48 - 1)
	u.Resource = fmt.Sprintf("%s-%012x", k.name, id)
	if k.instances != nil {
		t := k.instances[r.IntN(len(k.instances))]
		u.UsageType = u.UsageType[:len(u.UsageType)-1] + t
		u.Instance = &billing.Instance{Type: t, Platform: k.platform, Tenancy: "default"}
		if u.Product == "AmazonRDS" {
			u.Instance.Tenancy = ""
		}
		u.Zone = region + string(rune('a'+r.IntN(3)))
	}
	u.UsageType = prefix + u.UsageType
	out := resource{record: u, kind: k, growth: r.Float64() * .06, seed: s.Seed ^ uint64(account)<<32 ^ uint64(number)<<16 ^ id}
	// Most resources are small and few are large.
	size := r.Float64()
	out.usage = k.low + float64((k.high-k.low)*size*size*size) // conversions keep every machine from rounding otherwise
	if k.rhythms != nil {
		out.rhythm = k.rhythms[r.IntN(len(k.rhythms))]
	}
	return out
}

// owner is who has an account's resources, as their tags tell.
type owner struct{ team, environment, center string }

func (s *Simulation) owner(r *rand.Rand) owner {
	return owner{
		team:        []string{"checkout", "search", "platform", "data", "mobile", "billing"}[r.IntN(6)],
		environment: []string{"prod", "prod", "staging", "dev", "dev"}[r.IntN(5)],
		center:      fmt.Sprint(1000 + 100*r.IntN(9)),
	}
}

// tags gives a resource's tags, with the gaps that tags have: some keys are missing, some values are spelt otherwise, some
// resources have none at all.
func (o owner) tags(r *rand.Rand) map[string]string {
	if r.IntN(8) == 0 {
		return nil
	}
	tags := map[string]string{}
	if r.IntN(5) > 0 {
		tags["team"] = o.team
	}
	if r.IntN(3) > 0 {
		tags["env"] = o.environment
		if r.IntN(20) == 0 {
			tags["env"] = "Production"
		}
	}
	if r.IntN(5) < 2 {
		tags["cost-center"] = o.center
	}
	return tags
}

// quantity gives a resource's usage in an hour of the simulation; 0 for none. hour counts from the simulation's first, month
// too; weekday and clock are the hour's own.
func (x *resource) quantity(hour, month int, weekend bool, clock, hours int) decimal.D {
	amount := x.usage
	if x.kind.monthly {
		amount /= float64(hours)
	}
	draw := chance(x.seed, uint64(hour))
	switch x.rhythm {
	case office:
		if weekend || clock < 7 || clock >= 19 {
			return decimal.D{}
		}
	case bursty: // two days of five, for one to six hours
		day := chance(x.seed, uint64(hour/24)|1<<40)
		start, length := int(day*1000)%18, 1+int(day*7919)%6
		if day > .4 || clock < start || clock >= start+length {
			return decimal.D{}
		}
	case tidal:
		amount *= .3 + .7*float64(12-max(clock-14, 14-clock))/12
		amount *= .8 + float64(.4*draw)
	}
	if x.kind.instances != nil || x.kind.unit == "Hrs" {
		return decimal.Int(1)
	}
	amount *= 1 + float64(x.growth*float64(month))
	if x.kind.whole {
		return decimal.Int(int64(amount))
	}
	return decimal.New(int64(amount*1e6), 6)
}

// chance gives a number from 0 to 1 that depends on nothing but its arguments.
func chance(seed, n uint64) float64 {
	var p rand.PCG
	p.Seed(seed, n)
	return float64(p.Uint64()>>11) / (1 << 53)
}
