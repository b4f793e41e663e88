package fokkerplanck

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/internal/oracle"
)

func entries(m mat.Matrix) (v []float64) {
	r, c := m.Dims()
	for i := range r {
		for j := range c {
			v = append(v, m.At(i, j))
		}
	}
	return v
}

func TestLemma5(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "lemma5/") {
		f, v, kappa := r.Ins("f"), r.Ins("v"), r.In("kappa")
		check := func(key string, k mat.Matrix, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			want := matrix(t, r, r.Expected, key)
			for i, got := range entries(k) {
				near(t, r.ID+" "+key, got, want[i], 1e-14)
			}
			var kv mat.VecDense
			kv.MulVec(k, mat.NewVecDense(len(v), v))
			for i := range f {
				near(t, r.ID+" K v", kv.AtVec(i), f[i], 1e-14)
			}
		}
		k, err := MinNormMobility(f, v)
		check("K_min_frobenius", k, err)
		r.Close(t, "frobenius_norm_of_min", []float64{mat.Norm(k, 2)}, 1e-14, true)
		k, err = RotationMobility(f, v)
		if r.Want("f_dot_v") < 0 {
			for _, err := range []error{err, second2(SymmetricMobility(f, v, kappa)), second2(NearestMobility(identity(len(f)), f, v))} {
				if err == nil || !strings.Contains(err.Error(), "f·v = -1.5") {
					t.Errorf("%s: error %v", r.ID, err)
				}
			}
			continue
		}
		check("K_rotation_alphaI_plus_A", k, err)
		s, err := SymmetricMobility(f, v, kappa)
		check("K_sym_pd", s, err)
		var eig mat.EigenSym
		eig.Factorize(s, false)
		r.Close(t, "min_eig_K_sym_pd", eig.Values(nil)[:1], 1e-13, true)
		s, err = NearestMobility(identity(len(f)), f, v)
		check("K_dfp_from_identity", s, err)
	}
}

func second2(_ *mat.SymDense, err error) error { return err }

func identity(n int) *mat.SymDense {
	s := mat.NewSymDense(n, nil)
	for i := range n {
		s.SetSym(i, i, 1)
	}
	return s
}

// At p = q the force v vanishes, and a rotation's flux does not: no K. Where
// both vanish every K will do.
func TestLemma5AtEquilibrium(t *testing.T) {
	f, o := []float64{-0.3, 0.7}, []float64{0, 0}
	if _, err := MinNormMobility(f, o); err == nil || !strings.Contains(err.Error(), "no K exists") {
		t.Errorf("v = 0, f ≠ 0: %v", err)
	}
	for _, k := range []func(f, v []float64) (mat.Matrix, error){
		func(f, v []float64) (mat.Matrix, error) { return RotationMobility(f, v) },
		func(f, v []float64) (mat.Matrix, error) { return SymmetricMobility(f, v, 1) },
		func(f, v []float64) (mat.Matrix, error) { return NearestMobility(identity(2), f, v) },
	} {
		if m, err := k(o, o); err != nil || !mat.Equal(m, identity(2)) {
			t.Errorf("f = v = 0: %v, %v", m, err)
		}
		if _, err := k(f, o); err == nil {
			t.Error("v = 0, f ≠ 0 has a K")
		}
		if _, err := k([]float64{1, 2}, []float64{2, -1}); err == nil {
			t.Error("f·v = 0 has a K with a positive symmetric part")
		}
		if _, err := k([]float64{1, math.NaN()}, []float64{2, -1}); err == nil {
			t.Error("NaN has a K")
		}
	}
	if _, err := NearestMobility(mat.NewSymDense(2, []float64{1, 2, 2, 1}), f, f); err == nil {
		t.Error("an indefinite K₀ is accepted")
	}
	if m, err := MinNormMobility(o, f); err != nil || mat.Norm(m, 2) != 0 {
		t.Errorf("f = 0: %v, %v", m, err)
	}
}
