package flows

// A Series is one coordinate of a Trajectory against time. It is a view: it
// has the methods of gonum/plot's XYer and copies nothing.
type Series struct {
	trajectory *Trajectory
	i          int
}

// Component returns coordinate i against time. It panics if the trajectory is
// not empty and has no coordinate i.
func (tr *Trajectory) Component(i int) Series {
	tr.mustHave(i)
	return Series{trajectory: tr, i: i}
}

// Len returns the number of points.
func (s Series) Len() int { return s.trajectory.Len() }

// XY returns the k-th time and the coordinate at it.
func (s Series) XY(k int) (x, y float64) {
	return s.trajectory.T[k], s.trajectory.X[k][s.i]
}

// An Orbit is a Trajectory in the plane of two of its coordinates. It is a
// view: it has the methods of gonum/plot's XYer and copies nothing.
type Orbit struct {
	trajectory *Trajectory
	i, j       int
}

// Phase returns coordinate j against coordinate i. It panics if the trajectory
// is not empty and lacks one of them.
func (tr *Trajectory) Phase(i, j int) Orbit {
	tr.mustHave(i)
	tr.mustHave(j)
	return Orbit{trajectory: tr, i: i, j: j}
}

// Len returns the number of points.
func (o Orbit) Len() int { return o.trajectory.Len() }

// XY returns coordinates i and j of the k-th state.
func (o Orbit) XY(k int) (x, y float64) {
	return o.trajectory.X[k][o.i], o.trajectory.X[k][o.j]
}

func (tr *Trajectory) mustHave(i int) {
	if i < 0 || tr.Len() > 0 && i >= tr.Dim() {
		panic("flows: no such coordinate")
	}
}
