package unserved

import "strings"

// everyType tells the actions of which every required type of resource is authorized, whether the request names it or not:
// instances are launched from an image into a subnet with a security group and a network interface, and each has a say (EC2
// User Guide, "Example policies": launching instances). Elsewhere the types that go unnamed are alternatives.
func everyType(action string) bool { return strings.EqualFold(action, "ec2:RunInstances") }

// alwaysMade tells the types that the table calls optional and that every such call makes: an instance has a root volume.
func alwaysMade(action, kind string) bool { return everyType(action) && kind == "volume" }
