package ode

// The tests hold every table against all order conditions (rooted trees) in
// rational arithmetic.
var (
	// Euler is x + h f, of order 1.
	Euler = mustParse("Euler", `
0   |
p=1 | 1`)

	// Heun is the trapezoidal rule made explicit, of order 2, with Euler's step
	// embedded. [HNW] II.1, table 1.1.
	Heun = mustParse("Heun 2(1)", `
0   |
1   | 1
p=2 | 1/2 1/2
p=1 | 1   0`)

	// Ralston is the method of order 2 with two stages whose bound on the
	// truncation error is least, with Euler's step embedded. A. Ralston,
	// Mathematics of Computation 16 (1962) 431.
	Ralston = mustParse("Ralston 2(1)", `
0   |
2/3 | 2/3
p=2 | 1/4 3/4
p=1 | 1   0`)

	// RK4 is the classical method of order 4. It has no error estimate: set
	// Settings.Step.
	RK4 = mustParse("RK4", `
0   |
1/2 | 1/2
1/2 | 0   1/2
1   | 0   0   1
p=4 | 1/6 1/3 1/3 1/6`)

	// BogackiShampine is an economical pair of order 3 for tolerances of 1e-2
	// to 1e-4. P. Bogacki and L. F. Shampine, Applied Mathematics Letters 2
	// (1989) 321.
	BogackiShampine = mustParse("Bogacki-Shampine 3(2)", `
0   |
1/2 | 1/2
3/4 | 0    3/4
1   | 2/9  1/3 4/9
p=3 | 2/9  1/3 4/9 0
p=2 | 7/24 1/4 1/3 1/8`)

	// DormandPrince is the pair of order 5 that a nil Method stands for, good
	// for tolerances of 1e-4 to 1e-10, with an interpolant of order 4.
	// J. R. Dormand and P. J. Prince, Journal of Computational and Applied
	// Mathematics 6 (1980) 19; the row D is from [HNW] II.6, (6.12) rewritten
	// about the cubic Hermite interpolant.
	DormandPrince = mustParse("Dormand-Prince 5(4)", `
0    |
1/5  | 1/5
3/10 | 3/40       9/40
4/5  | 44/45      -56/15      32/9
8/9  | 19372/6561 -25360/2187 64448/6561 -212/729
1    | 9017/3168  -355/33     46732/5247 49/176  -5103/18656
1    | 35/384     0           500/1113   125/192 -2187/6784    11/84
p=5  | 35/384     0           500/1113   125/192 -2187/6784    11/84    0
p=4  | 5179/57600 0           7571/16695 393/640 -92097/339200 187/2100 1/40
D    | -12715105075/11282082432 0 87487479700/32700410799 -10690763975/1880347072 701980252875/199316789632 -1453857185/822651844 69997945/29380423`)

	// DormandPrince8 is a pair of order 8 for tolerances of 1e-9 to 1e-14. It
	// has no interpolant: Sample takes a step to each of its times. The
	// fractions are the published ones, which approximate irrational
	// coefficients to 1e-17 or so. P. J. Prince and J. R. Dormand, Journal of
	// Computational and Applied Mathematics 7 (1981) 67, RK8(7)13M.
	DormandPrince8 = mustParse("Dormand-Prince 8(7)", `
0      |
1/18   | 1/18
1/12   | 1/48 1/16
1/8    | 1/32 0 3/32
5/16   | 5/16 0 -75/64 75/64
3/8    | 3/80 0 0 3/16 3/20
59/400 | 29443841/614563906 0 0 77736538/692538347 -28693883/1125000000 23124283/1800000000
93/200 | 16016141/946692911 0 0 61564180/158732637 22789713/633445777 545815736/2771057229 -180193667/1043307555
5490023248/9719169821 | 39632708/573591083 0 0 -433636366/683701615 -421739975/2616292301 100302831/723423059 790204164/839813087 800635310/3783071287
13/20  | 246121993/1340847787 0 0 -37695042795/15268766246 -309121744/1061227803 -12992083/490766935 6005943493/2108947869 393006217/1396673457 123872331/1001029789
1201146811/1299019798 | -1028468189/846180014 0 0 8478235783/508512852 1311729495/1432422823 -10304129995/1701304382 -48777925059/3047939560 15336726248/1032824649 -45442868181/3398467696 3065993473/597172653
1      | 185892177/718116043 0 0 -3185094517/667107341 -477755414/1098053517 -703635378/230739211 5731566787/1027545527 5232866602/850066563 -4093664535/808688257 3962137247/1805957418 65686358/487910083
1      | 403863854/491063109 0 0 -5068492393/434740067 -411421997/543043805 652783627/914296604 11173962825/925320556 -13158990841/6184727034 3936647629/1978049680 -160528059/685178525 248638103/1413531060 0
p=8    | 14005451/335480064 0 0 0 0 -59238493/1068277825 181606767/758867731 561292985/797845732 -1041891430/1371343529 760417239/1151165299 118820643/751138087 -528747749/2220607170 1/4
p=7    | 13451932/455176623 0 0 0 0 -808719846/976000145 1757004468/5645159321 656045339/265891186 -3867574721/1518517206 465885868/322736535 53011238/667516719 2/45 0`)
)
