// Package workedexamples owns the worked examples that AWS publishes of how usage becomes a bill: the prices, terms and usage of each,
// in a month of the reader's choice. Tests of every room that usage passes through take them from here. It knows no results: they
// stand in the tests, and none is computed with the code that is tested.
package workedexamples
