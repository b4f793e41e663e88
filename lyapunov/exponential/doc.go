// Package exponential takes exponentials by the row: of Gibbs weights, of the
// kernels of transport, of the softmax of retrieval and of the activations of a
// batch. Each function stands behind one name, so that a vectorised one can take
// its place.
//
// The method is that of table and polynomial: exp v = 2^(n/64) exp r with n the
// nearest integer to 64 v/ln 2, so that |r| <= ln 2/128 (P. T. P. Tang, ACM
// Transactions on Mathematical Software 15 (1989) 144).
package exponential
