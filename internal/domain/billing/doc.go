// Package billing owns how usage becomes money: the price book, the rating of a month, the bill, and what a line of a bill is and
// what its metrics mean. It is pure: no clock, no randomness, no storage, no wire.
//
// Compute rates a month of an organization. It takes usage hour by hour and holds one hour in memory, besides the rows of the
// bill. In each hour it applies, in this order: reservations (zonal before regional, the owner's usage before that of others), the
// free tier, savings plans (the owner's usage first, instance plans before compute plans, what saves most first) and, to what is
// left, volume tiers that count the usage of all accounts together. When the month is over it adds the fees of commitments,
// charges of their own, support, credits, bundled and negotiated discounts, and taxes. The same input gives the same bill to the
// last digit, in whatever order an hour's records come: everything is done in the order of account, price and record. What AWS
// leaves open is decided in docs/decisions/billing.md.
//
// Sources: AWS Billing User Guide, "Consolidated billing for AWS Organizations" and "AWS credits"; EC2 User Guide, "How Reserved
// Instance discounts are applied"; Savings Plans User Guide, "Understanding how Savings Plans apply to your usage"; AWS Data
// Exports User Guide, "Cost and Usage Report (CUR) 2.0"; AWS Cost Management User Guide, "Cost Explorer".
package billing
