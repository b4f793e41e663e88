// Package verify prints what a notebook claims and makes it fail where it is
// not so: claims (two numbers and a tolerance), errata (a printed formula, its
// correction and an independent third), fitted orders of convergence and
// z-scores of statistical statements.
//
// The text reads well in a terminal, in a notebook and on a code host, and has
// a line format that tools parse: see Must and Errata. The package knows
// nothing of notebooks.
package verify
