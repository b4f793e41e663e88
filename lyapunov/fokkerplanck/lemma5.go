package fokkerplanck

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// [LF] Lemma 5, corrected: for a flux velocity f at a point where v = -∇(T ln p +
// E), a K with f = K v exists unless v = 0 and f ≠ 0, and one whose symmetric
// part is positive definite exists if and only if f·v > 0 (or both are 0), since
// vᵀKv = f·v. The general solution is f vᵀ/|v|² + M (I - v vᵀ/|v|²) with any M.
// The functions of this file return four of them; f = K v is the secant equation
// of quasi-Newton methods.

// MinNormMobility returns the K of least Frobenius norm, f vᵀ/|v|², of norm
// |f|/|v|. Its symmetric part is indefinite unless f is parallel to v. v = 0 and
// f ≠ 0 is an error: there is no K. It panics if the lengths differ.
func MinNormMobility(f, v []float64) (*mat.Dense, error) {
	vv, _, err := secant(f, v)
	if err != nil {
		return nil, err
	}
	k := mat.NewDense(len(f), len(f), nil)
	if vv > 0 {
		k.Outer(1/vv, mat.NewVecDense(len(f), f), mat.NewVecDense(len(v), v))
	}
	return k, nil
}

// RotationMobility returns α I + A with α = f·v/|v|² and the antisymmetric A = (w
// vᵀ - v wᵀ)/|v|², w = f - α v: along the force as far as f goes along it, and
// turned for the rest. Its symmetric part is positive definite. f·v <= 0 is an
// error: no K has a positive symmetric part. f = v = 0 gives the identity. It
// panics if the lengths differ.
func RotationMobility(f, v []float64) (*mat.Dense, error) {
	vv, fv, err := positiveSecant(f, v)
	if err != nil {
		return nil, err
	}
	n := len(f)
	k := mat.NewDense(n, n, nil)
	for i := range n {
		k.Set(i, i, 1)
	}
	if vv == 0 {
		return k, nil
	}
	alpha := fv / vv
	for i := range n {
		for j := range n {
			wi, wj := f[i]-alpha*v[i], f[j]-alpha*v[j]
			k.Set(i, j, alpha*k.At(i, j)+(wi*v[j]-v[i]*wj)/vv)
		}
	}
	return k, nil
}

// SymmetricMobility returns the symmetric positive definite K = f fᵀ/(f·v) + κ (I
// - v vᵀ/|v|²). It fails as RotationMobility does; f = v = 0 gives κ I. It panics
// if the lengths differ or κ is not positive and finite.
func SymmetricMobility(f, v []float64, kappa float64) (*mat.SymDense, error) {
	if !(kappa > 0) || math.IsInf(kappa, 0) {
		panic(fmt.Sprintf("fokkerplanck: κ is %v, want a positive finite number", kappa))
	}
	vv, fv, err := positiveSecant(f, v)
	if err != nil {
		return nil, err
	}
	k := mat.NewSymDense(len(f), nil)
	for i := range f {
		k.SetSym(i, i, kappa)
	}
	if vv > 0 {
		k.SymRankOne(k, -kappa/vv, mat.NewVecDense(len(v), v))
		k.SymRankOne(k, 1/fv, mat.NewVecDense(len(f), f))
	}
	return k, nil
}

// NearestMobility returns the symmetric positive definite K with f = K v that is
// closest to k0 in a weighted Frobenius norm, the update of Davidon, Fletcher and
// Powell,
//
//	(I - f vᵀ/(f·v)) K₀ (I - v fᵀ/(f·v)) + f fᵀ/(f·v).
//
// It fails as RotationMobility does, and if k0 is not positive definite; f = v =
// 0 gives k0. It panics if the sizes differ.
func NearestMobility(k0 mat.Symmetric, f, v []float64) (*mat.SymDense, error) {
	n := len(f)
	if k0.SymmetricDim() != n {
		panic("fokkerplanck: length mismatch")
	}
	vv, fv, err := positiveSecant(f, v)
	if err != nil {
		return nil, err
	}
	var chol mat.Cholesky
	if !chol.Factorize(k0) {
		return nil, fmt.Errorf("fokkerplanck: K₀ is not positive definite: the nearest mobility to it need not be either; start from one that is, such as the identity")
	}
	k := mat.NewSymDense(n, nil)
	k.CopySym(k0)
	if vv == 0 {
		return k, nil
	}
	var kv mat.VecDense
	kv.MulVec(k0, mat.NewVecDense(n, v))
	vkv := mat.Dot(&kv, mat.NewVecDense(n, v))
	fVec := mat.NewVecDense(n, f)
	k.RankTwo(k, -1/fv, fVec, &kv)
	k.SymRankOne(k, (1+vkv/fv)/fv, fVec)
	return k, nil
}

// secant returns |v|² and f·v.
func secant(f, v []float64) (vv, fv float64, err error) {
	if len(f) != len(v) {
		panic("fokkerplanck: length mismatch")
	}
	for i := range f {
		if x := f[i] + v[i]; math.IsNaN(x) || math.IsInf(x, 0) {
			return 0, 0, fmt.Errorf("fokkerplanck: component %d of f and v is %v and %v: give finite ones", i, f[i], v[i])
		}
	}
	vv, fv = floats.Dot(v, v), floats.Dot(f, v)
	if vv == 0 && floats.Norm(f, 2) > 0 {
		return 0, 0, fmt.Errorf("fokkerplanck: no K exists: v = 0 and f = %.6g: the flux does not vanish where T ln p + E is stationary, as in a rotation at p = q", f)
	}
	return vv, fv, nil
}

func positiveSecant(f, v []float64) (vv, fv float64, err error) {
	if vv, fv, err = secant(f, v); err != nil {
		return 0, 0, err
	}
	if vv > 0 && !(fv > 0) {
		return 0, 0, fmt.Errorf("fokkerplanck: no K with a positive definite symmetric part exists: f·v = %.6g, and vᵀKv = f·v: the flux does not lower the free energy there", fv)
	}
	return vv, fv, nil
}
