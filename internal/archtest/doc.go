// Package archtest holds the project against its own architecture: which
// package may import which, what the module may require, and what every file
// looks like. It consists of tests. Each rule is an entry of a table, and each
// has a fixture that breaks it, so that no rule is one that cannot fail.
package archtest
