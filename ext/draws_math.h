/* Plain C under draws.pyx: the generator, the normal quantile and the table look-up. No Python, no state.
 *
 * sim/sampling/draws_pure.py is the twin and gives the same bits: keep the order of every floating-point operation
 * the same in both, and call libm only for exp, log, pow and sqrt (what Python's math module calls too).
 */
#ifndef CCSIM_DRAWS_MATH_H
#define CCSIM_DRAWS_MATH_H

#include <math.h>
#include <stdint.h>

/* The high and the low half of a 64 x 64 bit product. */
static inline uint64_t mul_hi_lo(uint64_t a, uint64_t b, uint64_t *low) {
#ifdef __SIZEOF_INT128__
    unsigned __int128 product = (unsigned __int128)a * b;
    *low = (uint64_t)product;
    return (uint64_t)(product >> 64);
#else
    uint64_t a0 = a & 0xFFFFFFFFu, a1 = a >> 32, b0 = b & 0xFFFFFFFFu, b1 = b >> 32;
    uint64_t p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
    uint64_t middle = (p00 >> 32) + (p01 & 0xFFFFFFFFu) + (p10 & 0xFFFFFFFFu);
    *low = a * b;
    return p11 + (p01 >> 32) + (p10 >> 32) + (middle >> 32);
#endif
}

/* Philox4x64-10: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. */
static inline void philox_block(uint64_t c0, uint64_t c1, uint64_t c2, uint64_t k0, uint64_t k1, uint64_t out[4]) {
    uint64_t c3 = 0;
    for (int round = 0; round < 10; round++) {
        uint64_t low0, low1;
        uint64_t high0 = mul_hi_lo(0xD2E7470EE14C6C93ull, c0, &low0);
        uint64_t high1 = mul_hi_lo(0xCA5A826395121157ull, c2, &low1);
        c0 = high1 ^ c1 ^ k0;
        c1 = low1;
        c2 = high0 ^ c3 ^ k1;
        c3 = low0;
        k0 += 0x9E3779B97F4A7C15ull;
        k1 += 0xBB67AE8584CAA73Bull;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

/* 52 bits and a half: never 0 and never 1. With 53 bits the largest value rounds to 1. */
static inline double unit_interval(uint64_t x) { return ((double)(x >> 12) + 0.5) * 0x1p-52; }

/* 1 / (1 + exp(-x)) without overflow on either side. */
static inline double logistic_of(double x) {
    if (x >= 0.0) return 1.0 / (1.0 + exp(-x));
    double e = exp(x);
    return e / (1.0 + e);
}

/* Standard normal quantile: Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988) 477-484. */
static inline double normal_tail(double r) {
    if (r <= 5.0) {
        r -= 1.6;
        return (((((((r * 7.7454501427834140764e-4 + .0227238449892691845833) * r + .24178072517745061177) * r +
            1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r +
            4.6303378461565452959) * r + 1.42343711074968357734) /
            (((((((r * 1.05075007164441684324e-9 + 5.475938084995344946e-4) * r + .0151986665636164571966) * r +
            .14810397642748007459) * r + .68976733498510000455) * r + 1.6763848301838038494) * r +
            2.05319162663775882187) * r + 1.0);
    }
    r -= 5.0;
    return (((((((r * 2.01033439929228813265e-7 + 2.71155556874348757815e-5) * r + .0012426609473880784386) * r +
        .026532189526576123093) * r + .29656057182850489123) * r + 1.7848265399172913358) * r +
        5.4637849111641143699) * r + 6.6579046435011037772) /
        (((((((r * 2.04426310338993978564e-15 + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r +
        7.868691311456132591e-4) * r + .0148753612908506148525) * r + .13692988092273580531) * r +
        .59983220655588793769) * r + 1.0);
}

static inline double normal_of(double u) {
    double q = u - 0.5, r;
    if (fabs(q) <= 0.425) {
        r = .180625 - q * q;
        return q * (((((((r * 2509.0809287301226727 + 33430.575583588128105) * r + 67265.770927008700853) * r +
            45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r +
            133.14166789178437745) * r + 3.387132872796366608) /
            (((((((r * 5226.495278852545925 + 28729.085735721942674) * r + 39307.89580009271061) * r +
            21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r +
            42.313330701600911252) * r + 1.0);
    }
    r = normal_tail(sqrt(-log(q < 0.0 ? u : 1.0 - u)));
    return q < 0.0 ? -r : r;
}

#endif
