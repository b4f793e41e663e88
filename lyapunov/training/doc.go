// Package training drives a loss down its gradient: the optimisers of learning
// (SGD, Adam), schedules of their rate, mini-batches, and the loop around them.
// In seven lines:
//
//	loop := training.Loop{Method: training.Adam{Rate: 0.05}, Objective: loss, Steps: 500}
//	for p, err := range loop.Run(theta) {
//		if err != nil {
//			...
//		}
//		fmt.Println(p.Step, p.Loss, p.Gradient)
//	}
//
// The loop is an iterator: the caller prints, draws, and breaks to cancel; theta
// then holds the parameters of the last Progress. Nothing is random but what a
// seed draws (Batches), so equal calls give equal bits.
//
// A smooth loss without noise, from a few hundred parameters down, is better
// left to a quasi-Newton method: Minimise hands it to gonum/optimize.
//
// # Rates on a quadratic
//
// For L = ½ θᵀHθ with the eigenvalues of H in [m, M], κ = M/m, the distance to
// the minimum falls by these factors a step, and no better (Polyak, USSR Comput.
// Math. 4 (1964) 1-17): gradient descent with the rate η = 2/(m+M) by (κ-1)/(κ+1);
// with momentum μ = ((√κ-1)/(√κ+1))² and η = (2/(√m+√M))² by (√κ-1)/(√κ+1)
// in the limit; and descent diverges beyond η = 2/M, with momentum beyond
// 2(1+μ)/M. With gradient noise of variance s² a constant rate leaves θ with the
// variance η s²/(H(2-ηH)): a schedule that goes to zero removes it.
package training
