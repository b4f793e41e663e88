package sde

import "math"

// blockSize is the number of particles that take their steps together: their
// coordinates, increments and scratch fit into the first-level cache.
const blockSize = 256

// sizeOfBlocks returns the number of particles in a block of a system of dim
// coordinates: fewer where a particle is large. It is part of what makes a
// seed's numbers, so that it depends on nothing else.
func sizeOfBlocks(dim int) int {
	size := blockSize
	for size > 8 && size*dim > 16*blockSize {
		size /= 2
	}
	return size
}

// A Block is a group of particles that move together. Column i of its rows is
// one particle, Particle(i); the columns below Live move, the others were
// absorbed and stand where that happened.
type Block struct {
	X      [][]float64 // X[d][i] is coordinate d of the particle in column i
	Old    [][]float64 // where the moving ones stood before the step; for boundaries
	Exit   []float64   // the time at which a particle was absorbed, +Inf while it moves
	Live   int         // how many move: the first columns
	Stream *Stream     // random numbers for boundaries

	first  int         // number of the first particle
	order  []uint8     // Particle(i) - first
	moving [][]float64 // X[d][:Live]
}

// newBlock returns a block of n particles, the first of which has the given
// number, in memory taken from slab: dim n numbers, and n more.
func newBlock(first, n, dim int, slab []float64) Block {
	var b Block
	b.lay(first, slab, make([][]float64, 2*dim), make([]uint8, n))
	return b
}

// lay makes a block of its memory: a row a coordinate and one of exits in slab,
// twice as many headers as coordinates, and a place in order for each particle.
func (b *Block) lay(first int, slab []float64, headers [][]float64, order []uint8) {
	n, dim := len(order), len(headers)/2
	b.first, b.Live, b.order = first, n, order
	b.X, b.moving, b.Exit = headers[:dim:dim], headers[dim:], slab[dim*n:(dim+1)*n:(dim+1)*n]
	for d := range b.X {
		b.X[d] = slab[d*n : (d+1)*n : (d+1)*n]
		b.moving[d] = b.X[d]
	}
	for i := range order {
		order[i], b.Exit[i] = uint8(i), math.Inf(1)
	}
}

// newBlocks returns blocks of so many particles, the last one of what is left,
// each with a stream, in few pieces of memory.
func newBlocks(particles, size, dim int) []Block {
	count := (particles + size - 1) / size
	blocks, streams := make([]Block, count), make([]Stream, count)
	slab, headers, order := make([]float64, particles*(dim+1)), make([][]float64, 2*dim*count), make([]uint8, particles)
	for k := range blocks {
		first := k * size
		end := min(first+size, particles)
		blocks[k].lay(first, slab[first*(dim+1):end*(dim+1)], headers[2*dim*k:2*dim*(k+1)], order[first:end:end])
		blocks[k].Stream = &streams[k]
	}
	return blocks
}

// Len returns the number of particles.
func (b *Block) Len() int { return len(b.order) }

// Particle returns the number, from 0, of the particle in column i.
func (b *Block) Particle(i int) int { return b.first + int(b.order[i]) }

// At stores the coordinates of the particle in column i in dst.
func (b *Block) At(dst []float64, i int) { Gather(dst, b.X, i) }

// Absorb ends the motion of the particle in column i, at the given time and
// where it stands in X. The last moving particle takes its column, so that a
// boundary goes through the columns from the last to the first.
func (b *Block) Absorb(i int, t float64) {
	if i >= b.Live {
		panic("sde: a particle absorbed twice")
	}
	b.Exit[i] = t
	b.Live--
	k := b.Live
	b.order[i], b.order[k] = b.order[k], b.order[i]
	b.Exit[i], b.Exit[k] = b.Exit[k], b.Exit[i]
	for d, x := range b.X {
		x[i], x[k] = x[k], x[i]
		b.moving[d] = x[:k]
	}
	for _, x := range b.Old {
		x[i], x[k] = x[k], x[i]
	}
}

// A diagonalStepper takes a step with numbers straight from a stream, which is
// faster than through Step. It reports false if it cannot.
type diagonalStepper interface {
	stepDiagonal(s *Stream, t, h float64, x [][]float64) bool
}

// stepDiagonal is Step for systems that know the variance of their noise.
func (e *eulerStepper) stepDiagonal(s *Stream, t, h float64, x [][]float64) bool {
	if e.VarianceBlock == nil || e.Shape != Diagonal {
		return false
	}
	a, v := e.a.of(len(x[0])), e.b.of(len(x[0]))
	e.drift(a, t, x)
	e.VarianceBlock(v, t, x)
	for d, row := range x {
		s.kick(row, a[d], v[d], h)
	}
	return true
}

// count returns the number of the first columns that hold the moving particles,
// or all of them.
func (b *Block) count(moving bool) int {
	if moving {
		return b.Live
	}
	return b.Len()
}
