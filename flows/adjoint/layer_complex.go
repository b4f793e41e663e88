package adjoint

import (
	"math"
	"math/cmplx"

	"hopflow/lyapunov/activation"
)

// complexValue continues an activation analytically; one that it does not know,
// to first order. A part as small as 1e-200 has to come out with all its digits,
// which not all functions of math/cmplx do.
func complexValue(f activation.Function, z complex128) complex128 {
	switch f := f.(type) {
	case activation.Tanh:
		return complexTanh(complex(f.Rate, 0) * z)
	case activation.Logistic:
		return complexLogistic(complex(f.Rate, 0) * (z - complex(f.Center, 0)))
	case activation.Arctan:
		return complexArctan(complex(f.Rate, 0) * z)
	case activation.Algebraic:
		return complexAlgebraic(complex(f.Rate, 0) * z)
	case activation.Rectifier:
		rate := complex(f.Rate, 0)
		return complex(f.Leak, 0)*z + complex(1-f.Leak, 0)*complexSoftplus(rate*z)/rate
	}
	u := real(z)
	return complex(f.Value(u), imag(z)*f.Deriv(u))
}

func complexTanh(z complex128) complex128 {
	if math.Abs(real(z)) < 20 {
		return cmplx.Tanh(z)
	}
	if real(z) < 0 {
		return -complexTanh(-z)
	}
	e := cmplx.Exp(-2 * z) // where sinh and cosh overflow
	return 1 - 2*e/(1+e)
}

func complexLogistic(z complex128) complex128 {
	if real(z) >= 0 {
		return 1 / (1 + cmplx.Exp(-z))
	}
	e := cmplx.Exp(z)
	return e / (1 + e)
}

// complexArctan is 1/2 + arctan(z)/π. Left of the origin that is an angle of its
// own, without the cancellation.
func complexArctan(z complex128) complex128 {
	u, v := real(z), imag(z)
	angle := math.Atan2(-2*u, u*u+v*v-1)
	if u >= 0 {
		angle = math.Pi + math.Atan2(2*u, 1-u*u-v*v)
	}
	return complex(angle, math.Atanh(2*v/(1+u*u+v*v))) / (2 * math.Pi)
}

func complexAlgebraic(z complex128) complex128 {
	if real(z) > 0 {
		return 1 - complexAlgebraic(-z)
	}
	h := cmplx.Sqrt(1 + z*z)
	return 1 / (2 * h * (h - z))
}

func complexSoftplus(z complex128) complex128 {
	if real(z) > 0 {
		return z + complexSoftplus(-z)
	}
	e := cmplx.Exp(z)
	return complex(math.Log1p(2*real(e)+real(e)*real(e)+imag(e)*imag(e))/2, cmplx.Phase(1+e))
}
