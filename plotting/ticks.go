package plotting

import (
	"math"
	"strconv"
	"strings"
)

// A tick is a mark on an axis; a minor one has no label.
type tick struct {
	v     float64
	label string
}

// ticksFor returns about n ticks from lo to hi. The exponent is a common power
// of ten that the labels leave out, 0 as a rule.
func ticksFor(s scale, n int) (ticks []tick, exponent int) {
	if s.log {
		return logTicks(s.lo, s.hi, n), 0
	}
	if s.whole {
		n = min(n, int(s.hi-s.lo))
	}
	return linearTicks(s.lo, s.hi, n)
}

// linearTicks are multiples of 1, 2, 2.5 or 5 times a power of ten, formatted
// with as many decimals as the step has.
func linearTicks(lo, hi float64, n int) (ticks []tick, exponent int) {
	mantissa, power := niceStep((hi - lo) / float64(max(1, n)))
	top := max(math.Abs(lo), math.Abs(hi))
	if e := int(math.Floor(math.Log10(top) + 1e-9)); e >= 5 || e <= -4 {
		exponent = e
	}
	decimals := exponent - power
	if mantissa == 2.5 {
		decimals++
	}
	decimals = max(0, decimals)
	step := mantissa * math.Pow(10, float64(power))
	slack := 1e-9 * (hi - lo)
	for i := math.Ceil((lo - slack) / step); i*step <= hi+slack; i++ {
		// i*mantissa is exact, and so is the shortest decimal of the tick.
		v := scaleTen(i*mantissa, power)
		ticks = append(ticks, tick{v: v, label: decimal(scaleTen(i*mantissa, power-exponent), decimals)})
	}
	return ticks, exponent
}

// niceStep returns the nice number nearest above a step, as a mantissa and a
// power of ten.
func niceStep(raw float64) (mantissa float64, power int) {
	power = int(math.Floor(math.Log10(raw)))
	r := raw / math.Pow(10, float64(power))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m == 2.5 && power == 0 {
			continue // 0, 5, 10 reads better than 0, 2.5, 5
		}
		if r <= m*1.0000001 {
			return m, power
		}
	}
	return 1, power + 1
}

// scaleTen is v times a power of ten, correctly rounded: 3e-1 is 0.3 and not
// 0.30000000000000004.
func scaleTen(v float64, power int) float64 {
	x, err := strconv.ParseFloat(strconv.FormatFloat(v, 'f', -1, 64)+"e"+strconv.Itoa(power), 64)
	if err != nil {
		return v * math.Pow(10, float64(power))
	}
	return x
}

// decimal formats with a true minus sign and without a negative zero.
func decimal(v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return strings.Replace(s, "-", "−", 1)
}

// number is the shortest form of a value with at most that many significant
// digits, for a contour or a text. Whole numbers below 100000 keep theirs.
func number(v float64, digits int) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e5 {
		digits = 5
	}
	if a := math.Abs(v); a != 0 && (a >= 1e5 || a < 1e-4) {
		m, e, _ := strings.Cut(strconv.FormatFloat(v, 'e', digits-1, 64), "e")
		if strings.Contains(m, ".") {
			m = strings.TrimRight(strings.TrimRight(m, "0"), ".")
		}
		n, err := strconv.Atoi(e)
		if err != nil {
			return m
		}
		if m = strings.Replace(m, "-", "−", 1); m == "1" {
			return powerOfTen(n)
		}
		return m + "·" + powerOfTen(n)
	}
	return strings.Replace(strconv.FormatFloat(roundTo(v, digits), 'f', -1, 64), "-", "−", 1)
}

func roundTo(v float64, digits int) float64 {
	x, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	if err != nil {
		return v
	}
	return x
}

// powerOfTen is 10 with a superscript.
func powerOfTen(n int) string {
	digits := []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")
	var b strings.Builder
	b.WriteString("10")
	for _, c := range strconv.Itoa(n) {
		if c == '-' {
			b.WriteRune('⁻')
		} else {
			b.WriteRune(digits[c-'0'])
		}
	}
	return b.String()
}

// logTicks are the powers of ten with their multiples as minor ticks. Over
// less than two decades multiples get labels too.
func logTicks(lo, hi float64, n int) (ticks []tick) {
	first, last := int(math.Floor(math.Log10(lo)+1e-9)), int(math.Ceil(math.Log10(hi)-1e-9))
	decades := math.Log10(hi / lo)
	every := max(1, int(math.Ceil(decades/float64(max(1, n)))))
	var labelled []float64
	switch {
	case decades < 0.7:
		return short(lo, hi, n)
	case decades < 1.3:
		labelled = []float64{2, 3, 5}
	case decades < 2.2:
		labelled = []float64{3}
	}
	for e := first; e <= last; e++ {
		for m := 1.0; m < 10; m++ {
			v := scaleTen(m, e)
			if v < lo*(1-1e-9) || v > hi*(1+1e-9) {
				continue
			}
			t := tick{v: v}
			if m == 1 && mod(e, every) == 0 {
				t.label = power(v, e, decades)
			}
			for _, l := range labelled {
				if m == l {
					t.label = power(v, e, decades)
				}
			}
			if every == 1 || m == 1 {
				ticks = append(ticks, t)
			}
		}
	}
	return ticks
}

// short ranges of a logarithmic axis have the ticks of a linear one.
func short(lo, hi float64, n int) (ticks []tick) {
	linear, exponent := linearTicks(lo, hi, n)
	for _, t := range linear {
		if t.v >= lo && exponent != 0 {
			t.label = number(t.v, 3)
		}
		if t.v > 0 {
			ticks = append(ticks, t)
		}
	}
	return ticks
}

// power labels a tick of a logarithmic axis.
func power(v float64, e int, decades float64) string {
	if decades < 2.2 && e >= -2 && e <= 3 {
		return number(v, 3)
	}
	if m := roundTo(v/math.Pow(10, float64(e)), 3); m != 1 {
		return number(m, 3) + "·" + powerOfTen(e)
	}
	return powerOfTen(e)
}

func mod(a, b int) int { return ((a % b) + b) % b }
