package dev.distill.evaluation;

/**
 * The standard normal distribution.
 *
 * <p>Quantiles are Wichura's algorithm AS 241, PPND16 (Applied Statistics 37, 1988, 477-484),
 * accurate to about 1 part in 10^16. Probabilities invert it, so that there is one source of truth.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // the coefficients as they are printed there
final class Normal {
    private Normal() {}

    /** The value below which a share {@code p} of the distribution lies. */
    static double quantile(double p) {
        if (!(p > 0 && p < 1)) {
            throw new IllegalArgumentException("p must be between 0 and 1, got " + p);
        }
        double q = p - 0.5;
        if (Math.abs(q) <= 0.425) {
            double r = 0.180625 - q * q;
            return q
                    * ratio(
                            r,
                            new double[] {
                                3.3871328727963666080e0, 1.3314166789178437745e+2,
                                1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                3.3430575583588128105e+4, 2.5090809287301226727e+3
                            },
                            new double[] {
                                1,
                                4.2313330701600911252e+1,
                                6.8718700749205790830e+2,
                                5.3941960214247511077e+3,
                                2.1213794301586595867e+4,
                                3.9307895800092710610e+4,
                                2.8729085735721942674e+4,
                                5.2264952788528545610e+3
                            });
        }
        double r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
        double tail = r <= 5 ? middle(r - 1.6) : far(r - 5);
        return q < 0 ? -tail : tail;
    }

    /** The two-sided critical value of a confidence level: 1.96 for 0.95. */
    static double critical(double confidence) {
        return quantile(1 - (1 - confidence) / 2);
    }

    /** The share of the distribution below {@code x}, by bisection of {@link #quantile}. */
    static double probability(double x) {
        double low = 1e-15;
        double high = 1 - 1e-15;
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (quantile(middle) < x) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    private static double middle(double r) {
        return ratio(
                r,
                new double[] {
                    1.42343711074968357734e0, 4.63033784615654529590e0,
                    5.76949722146069140550e0, 3.64784832476320460504e0,
                    1.27045825245236838258e0, 2.41780725177450611770e-1,
                    2.27238449892691845833e-2, 7.74545014278341407640e-4
                },
                new double[] {
                    1,
                    2.05319162663775882187e0,
                    1.67638483018380384940e0,
                    6.89767334985100004550e-1,
                    1.48103976427480074590e-1,
                    1.51986665636164571966e-2,
                    5.47593808499534494600e-4,
                    1.05075007164441684324e-9
                });
    }

    private static double far(double r) {
        return ratio(
                r,
                new double[] {
                    6.65790464350110377720e0, 5.46378491116411436990e0,
                    1.78482653991729133580e0, 2.96560571828504891230e-1,
                    2.65321895265761230930e-2, 1.24266094738807843860e-3,
                    2.71155556874348757815e-5, 2.01033439929228813265e-7
                },
                new double[] {
                    1,
                    5.99832206555887937690e-1,
                    1.36929880922735805310e-1,
                    1.48753612908506148525e-2,
                    7.86869131145613259100e-4,
                    1.84631831751005468180e-5,
                    1.42151175831644588870e-7,
                    2.04426310338993978564e-15
                });
    }

    /** A rational function; coefficients from the constant term up. */
    private static double ratio(double x, double[] numerator, double[] denominator) {
        double above = 0;
        double below = 0;
        for (int i = numerator.length - 1; i >= 0; i--) {
            above = above * x + numerator[i];
            below = below * x + denominator[i];
        }
        return above / below;
    }
}
