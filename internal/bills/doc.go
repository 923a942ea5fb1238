// Package bills owns how usage in the store becomes bills in the store: it takes files of usage in, rates months, writes their
// lines, closes them, and tells who follows. It knows what of all that a caller may see, and puts Cost Explorer's filter
// language into questions to cost lines. What usage costs is domain/billing's to say, where lines live costlines'; the state it
// works on is domain/cost's. It knows no wire.
package bills
