package iampolicy

import "strings"

// comparison is what an operator does with one request value and one policy value.
type comparison uint8

const (
	compareString comparison = iota
	compareStringFold
	compareStringLike
	compareNumber
	compareDate
	compareBool
	compareBinary
	compareIP
	compareArn
	compareNull
)

// quantifier is a set operator.
type quantifier uint8

const (
	single quantifier = iota
	forAllValues
	forAnyValue
)

// relation is the wanted order of request value and policy value, as bits.
type relation uint8

const (
	less relation = 1 << iota
	equal
	greater
)

// operator is a condition operator, taken apart: ForAllValues:StringNotLikeIfExists.
type operator struct {
	compare  comparison
	relation relation // of numbers and dates
	negated  bool
	ifExists bool
	set      quantifier
}

// parseOperator knows the operators of IAM User Guide, "IAM JSON policy elements: Condition operators". Names are exact in case.
func parseOperator(name string) (op operator, ok bool) {
	if rest, found := strings.CutPrefix(name, "ForAllValues:"); found {
		op.set, name = forAllValues, rest
	} else if rest, found := strings.CutPrefix(name, "ForAnyValue:"); found {
		op.set, name = forAnyValue, rest
	}
	name, op.ifExists = strings.CutSuffix(name, "IfExists")
	op.relation = equal
	switch name {
	case "StringEquals":
		op.compare = compareString
	case "StringNotEquals":
		op.compare, op.negated = compareString, true
	case "StringEqualsIgnoreCase":
		op.compare = compareStringFold
	case "StringNotEqualsIgnoreCase":
		op.compare, op.negated = compareStringFold, true
	case "StringLike":
		op.compare = compareStringLike
	case "StringNotLike":
		op.compare, op.negated = compareStringLike, true
	case "Bool":
		op.compare = compareBool
	case "BinaryEquals":
		op.compare = compareBinary
	case "IpAddress":
		op.compare = compareIP
	case "NotIpAddress":
		op.compare, op.negated = compareIP, true
	case "ArnEquals", "ArnLike":
		op.compare = compareArn
	case "ArnNotEquals", "ArnNotLike":
		op.compare, op.negated = compareArn, true
	case "Null":
		op.compare = compareNull
		return op, !op.ifExists
	default:
		return op, op.ordered(name)
	}
	return op, true
}

// ordered knows the operators of numbers and dates.
func (op *operator) ordered(name string) bool {
	rest, number := strings.CutPrefix(name, "Numeric")
	op.compare = compareNumber
	if !number {
		var date bool
		if rest, date = strings.CutPrefix(name, "Date"); !date {
			return false
		}
		op.compare = compareDate
	}
	switch rest {
	case "Equals":
	case "NotEquals":
		op.negated = true
	case "LessThan":
		op.relation = less
	case "LessThanEquals":
		op.relation = less | equal
	case "GreaterThan":
		op.relation = greater
	case "GreaterThanEquals":
		op.relation = greater | equal
	default:
		return false
	}
	return true
}
