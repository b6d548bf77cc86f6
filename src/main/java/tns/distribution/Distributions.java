package tns.distribution;

import tns.op.Family;

/** The functions of the language that make and compare distributions, torch.distributions with names in lower case. */
public final class Distributions {
    public static final Family FAMILY = new Family("distributions");

    private static final String HAS = " It has sample(n), log_prob(x), entropy() and its parameters; ";
    private static final String ALL = HAS + "also rsample, cdf, icdf, mean, stddev and variance.";
    private static final String MOMENTS = HAS + "also mean, stddev and variance.";

    static {
        FAMILY.define("normal_distribution(loc: tensor, scale: tensor)")
                .doc("The normal distribution with mean loc and deviation scale, or one for each of their elements."
                        + HAS + "also rsample, through which gradients flow, cdf, icdf, its inverse, mean, stddev and"
                        + " variance; batch_shape and event_shape, as every distribution has.")
                .example("normal_distribution(0., 1.).log_prob(0.5)", "tensor(-1.0439)")
                .example(
                        "seed(0); normal_distribution([0., 10.], [1., 2.]).sample(2)",
                        "tensor([[ 1.5410,  9.4131],\n        [-2.1788, 11.1369]])")
                .gradient("normal_distribution(m, s).log_prob(x)", "m: [3]", "s: [3] in 0.5..2", "x: [2, 3]")
                .gradient("normal_distribution(m, s).cdf(x)", "m: [3]", "s: [3] in 0.5..2", "x: [2, 3]")
                .gradient("normal_distribution(m, s).entropy()", "m: [3]", "s: [3] in 0.5..2")
                .gradient("with seed(1) { normal_distribution(m, s).rsample(4) }", "m: [3]", "s: [3] in 0.5..2")
                .is(Normal::new);
        FAMILY.define("uniform_distribution(low: tensor, high: tensor)")
                .doc("The uniform distribution from low to below high, or one for each of their elements." + ALL)
                .example("uniform_distribution(-1., 3.).entropy()", "tensor(1.3863)")
                .gradient("uniform_distribution(a, b).log_prob([0.5, 0.6])", "a: [2] in -1..0", "b: [2] in 1..2")
                .gradient("with seed(1) { uniform_distribution(a, b).rsample(4) }", "a: [2] in -1..0", "b: [2] in 1..2")
                .is(Uniform::new);
        FAMILY.define("exponential_distribution(rate: tensor)")
                .doc("The exponential distribution, of mean 1 / rate, or one for each element." + ALL)
                .example("exponential_distribution(2.).log_prob(0.5)", "tensor(-0.3069)")
                .gradient("exponential_distribution(r).log_prob(x)", "r: [3] in 0.5..2", "x: [2, 3] in 0.1..3")
                .gradient("with seed(1) { exponential_distribution(r).rsample(4) }", "r: [3] in 0.5..2")
                .is(Exponential::new);
        FAMILY.define("bernoulli_distribution(probs: tensor = none, logits: tensor = none)")
                .doc("The distribution of 1 with a probability, else 0, given as probs or as logits, or one for each"
                        + " element." + MOMENTS)
                .example("bernoulli_distribution(0.25).log_prob([0., 1.])", "tensor([-0.2877, -1.3863])")
                .gradient("bernoulli_distribution(p).log_prob([0., 1.])", "p: [2] in 0.1..0.9")
                .gradient("bernoulli_distribution(logits=x).entropy()", "x: [3]")
                .is(Bernoulli::new);
        FAMILY.define("categorical_distribution(probs: tensor = none, logits: tensor = none)")
                .doc("The distribution over classes from 0 on, given as probs, which need not add up to 1, or as"
                        + " logits in the last dim; the dims before it make a batch." + HAS + "samples are ints.")
                .example("categorical_distribution([1., 3.]).log_prob([0, 1])", "tensor([-1.3863, -0.2877])")
                .example("seed(0); categorical_distribution([[.1, .2, .7], [1., 1., 1.]]).sample()", "tensor([2, 1])")
                .gradient("categorical_distribution(p).log_prob([[0], [2]])", "p: [2, 3] in 0.1..0.9")
                .gradient("categorical_distribution(logits=x).entropy()", "x: [2, 3]")
                .is(Categorical::new);
        FAMILY.define("laplace_distribution(loc: tensor, scale: tensor)")
                .doc("The Laplace distribution, exponential on both sides of loc, of mean distance scale, or one"
                        + " for each of their elements." + ALL)
                .example("laplace_distribution(1., 2.).log_prob([0., 4.])", "tensor([-1.8863, -2.8863])")
                .gradient("laplace_distribution(m, s).log_prob([3., 4., 5.])", "m: [3]", "s: [3] in 0.5..2")
                .gradient("laplace_distribution(m, s).cdf([3., -4., 5.])", "m: [3]", "s: [3] in 0.5..2")
                .gradient("laplace_distribution(m, s).icdf(p)", "m: [3]", "s: [3] in 0.5..2", "p: [3] in 0.1..0.4")
                .gradient("with seed(1) { laplace_distribution(m, s).rsample(4) }", "m: [3]", "s: [3] in 0.5..2")
                .is(Laplace::new);
        FAMILY.define("cauchy_distribution(loc: tensor, scale: tensor)")
                .doc("The Cauchy distribution around loc, whose quartiles are scale away, or one for each of their"
                        + " elements; it has no mean: that is NaN." + ALL)
                .example("cauchy_distribution(1., 2.).cdf([1., 4.])", "tensor([0.5000, 0.8128])")
                .gradient("cauchy_distribution(m, s).log_prob(x)", "m: [3]", "s: [3] in 0.5..2", "x: [2, 3]")
                .gradient("cauchy_distribution(m, s).cdf(x)", "m: [3]", "s: [3] in 0.5..2", "x: [2, 3]")
                .gradient("cauchy_distribution(m, s).icdf(p)", "m: [3]", "s: [3] in 0.5..2", "p: [3] in 0.2..0.8")
                .is(Cauchy::new);
        FAMILY.define("log_normal_distribution(loc: tensor, scale: tensor)")
                .doc("The distribution of what has a normal logarithm, with mean loc and deviation scale, or one"
                        + " for each of their elements." + ALL)
                .example("log_normal_distribution(0.25, 0.5).mean", "tensor(1.4550)")
                .gradient("log_normal_distribution(m, s).log_prob(x)", "m: [3]", "s: [3] in 0.5..2", "x: [3] in 0.2..4")
                .gradient("log_normal_distribution(m, s).cdf(x)", "m: [3]", "s: [3] in 0.5..2", "x: [3] in 0.2..4")
                .gradient("log_normal_distribution(m, s).entropy()", "m: [3]", "s: [3] in 0.5..2")
                .is(LogNormal::new);
        FAMILY.define("poisson_distribution(rate: tensor)")
                .doc("The Poisson distribution of counts with mean rate, or one for each element. It has sample(n),"
                        + " log_prob(x), rate, mean, stddev and variance. Samples are drawn on the host.")
                .example("poisson_distribution(2.5).log_prob([0., 1.])", "tensor([-2.5000, -1.5837])")
                .gradient("poisson_distribution(r).log_prob([0., 1., 7.])", "r: [3] in 0.5..4")
                .is(Poisson::new);
        FAMILY.define("geometric_distribution(probs: tensor = none, logits: tensor = none)")
                .doc("The distribution of how many tries fail before the first that succeeds, with a probability"
                        + " given as probs or as logits, or one for each element." + MOMENTS)
                .example("geometric_distribution(0.3).log_prob([0., 1.])", "tensor([-1.2040, -1.5606])")
                .gradient("geometric_distribution(p).log_prob([0., 1., 7.])", "p: [3] in 0.2..0.8")
                .gradient("geometric_distribution(logits=x).entropy()", "x: [3]")
                .is(Geometric::new);
        FAMILY.define("binomial_distribution(total_count: tensor = 1, probs: tensor = none, logits: tensor = none)")
                .doc("The distribution of how many of total_count tries succeed, each with a probability given as probs"
                        + " or as logits, or one for each element." + MOMENTS + " Samples are drawn on the host, and"
                        + " entropy needs one total_count for all.")
                .example("binomial_distribution(10, 0.3).log_prob([0., 3.])", "tensor([-3.5667, -1.3212])")
                .gradient("binomial_distribution(10, p).log_prob([0., 3., 10.])", "p: [3] in 0.2..0.8")
                .gradient("binomial_distribution(4, logits=x).entropy()", "x: [3]")
                .is(Binomial::new);
        FAMILY.define("gamma_distribution(concentration: tensor, rate: tensor)")
                .doc("The gamma distribution, of mean concentration / rate, or one for each of their elements." + HAS
                        + "also rsample, cdf, mean, stddev and variance. Samples are drawn on the host; their gradient"
                        + " by concentration is that of a draw that keeps the probability below it, and has none in"
                        + " turn; that of cdf is by x and rate alone.")
                .example("gamma_distribution(2.5, 1.5).log_prob([0.5, 3.])", "tensor([-1.0607, -2.1231])")
                .gradient(
                        "gamma_distribution(a, b).log_prob(x)",
                        "a: [3] in 0.5..4",
                        "b: [3] in 0.5..2",
                        "x: [2, 3] in 0.2..4")
                .gradient("gamma_distribution(2., b).cdf(x)", "b: [3] in 0.5..2", "x: [2, 3] in 0.2..4")
                .gradient("gamma_distribution(a, b).entropy()", "a: [3] in 0.5..4", "b: [3] in 0.5..2")
                .is(Gamma::new);
        FAMILY.define("beta_distribution(concentration1: tensor, concentration0: tensor)")
                .doc("The beta distribution of a probability, of mean concentration1 / (concentration1 +"
                        + " concentration0), or one for each of their elements." + HAS
                        + "also rsample, mean, stddev and variance. Samples"
                        + " are those of dirichlet_distribution.")
                .example("beta_distribution(2., 0.5).log_prob([0.25, 0.9])", "tensor([-1.5301,  0.7582])")
                .gradient(
                        "beta_distribution(a, b).log_prob(x)",
                        "a: [3] in 0.5..4",
                        "b: [3] in 0.5..4",
                        "x: [2, 3] in 0.1..0.9")
                .gradient("beta_distribution(a, b).entropy()", "a: [3] in 0.5..4", "b: [3] in 0.5..4")
                .is(Beta::new);
        FAMILY.define("dirichlet_distribution(concentration: tensor)")
                .doc("The Dirichlet distribution over the probabilities of classes, with a concentration for each"
                        + " in the last dim; the dims before it make a batch." + HAS
                        + "also rsample, mean, stddev and variance. Samples are gamma draws divided by their"
                        + " sum, and their gradients go that way: for one draw they are not PyTorch's, which have"
                        + " the same mean.")
                .example("dirichlet_distribution([.5, 2., 3.]).log_prob([.2, .3, .5])", "tensor(0.9068)")
                .gradient("dirichlet_distribution(a).log_prob([.2, .3, .5])", "a: [2, 3] in 0.5..4")
                .gradient("dirichlet_distribution(a).entropy()", "a: [2, 3] in 0.5..4")
                .gradient("dirichlet_distribution(a).variance", "a: [2, 3] in 0.5..4")
                .is(Dirichlet::new);
        FAMILY.define("student_t_distribution(df: tensor, loc: tensor = 0.0, scale: tensor = 1.0)")
                .doc("Student's t-distribution with df degrees of freedom, moved to loc and stretched by scale, or"
                        + " one for each of their elements." + HAS
                        + "also rsample, mean, NaN up to df 1, stddev and variance,"
                        + " inf up to df 2.")
                .example("student_t_distribution(3., 1., 2.).log_prob([0., 4.])", "tensor([-1.8541, -2.8133])")
                .gradient(
                        "student_t_distribution(d, m, s).log_prob(x)",
                        "d: [3] in 1..5",
                        "m: [3]",
                        "s: [3] in 0.5..2",
                        "x: [2, 3]")
                .gradient("student_t_distribution(d, 0., s).entropy()", "d: [3] in 1..5", "s: [3] in 0.5..2")
                .gradient("student_t_distribution(d).variance", "d: [3] in 2.5..5")
                .is(StudentT::new);
        FAMILY.define("gumbel_distribution(loc: tensor, scale: tensor)")
                .doc("The Gumbel distribution, of the greatest of many numbers, most often near loc, or one for each of"
                        + " their elements." + ALL)
                .example("gumbel_distribution(1., 2.).log_prob([0., 4.])", "tensor([-1.8419, -2.4163])")
                .gradient("gumbel_distribution(m, s).log_prob(x)", "m: [3]", "s: [3] in 0.5..2", "x: [2, 3]")
                .gradient("gumbel_distribution(m, s).cdf(x)", "m: [3]", "s: [3] in 0.5..2", "x: [2, 3]")
                .gradient("gumbel_distribution(m, s).icdf(p)", "m: [3]", "s: [3] in 0.5..2", "p: [3] in 0.2..0.8")
                .is(Gumbel::new);
        FAMILY.define("half_normal_distribution(scale: tensor)")
                .doc("The distribution of the distance from 0 of what is normal around 0 with deviation scale, or"
                        + " one for each element." + ALL)
                .example("half_normal_distribution(2.).log_prob([-1., 0.5])", "tensor([   -inf, -0.9502])")
                .gradient("half_normal_distribution(s).log_prob(x)", "s: [3] in 0.5..2", "x: [2, 3] in 0.2..3")
                .gradient("half_normal_distribution(s).cdf(x)", "s: [3] in 0.5..2", "x: [2, 3] in 0.2..3")
                .gradient("half_normal_distribution(s).icdf(p)", "s: [3] in 0.5..2", "p: [3] in 0.2..0.8")
                .is(HalfNormal::new);
        FAMILY.define("multivariate_normal_distribution(loc: tensor, covariance_matrix: tensor = none,"
                        + " precision_matrix: tensor = none, scale_tril: tensor = none)")
                .doc("The normal distribution of vectors around loc, with the covariance given by itself, by its"
                        + " inverse or by its lower Cholesky factor, or a batch of them." + HAS
                        + "the other two matrices, and"
                        + " rsample, mean, stddev and variance. Its systems are solved on the host.")
                .example(
                        "multivariate_normal_distribution([1., -1.], [[2., .5], [.5, 1.]]).log_prob([0., 0.])",
                        "tensor(-3.2605)")
                .gradient(
                        "multivariate_normal_distribution(m, a @ a.T + eye(2)).log_prob(x)",
                        "m: [2]",
                        "a: [2, 2]",
                        "x: [3, 2]")
                .gradient(
                        "multivariate_normal_distribution(m, scale_tril=a.tril() + 4 * eye(2)).log_prob(x)",
                        "m: [3, 2]",
                        "a: [2, 2]",
                        "x: [3, 2]")
                .gradient("multivariate_normal_distribution(zeros(2), a @ a.T + eye(2)).entropy()", "a: [3, 2, 2]")
                .gradient(
                        "with seed(1) { multivariate_normal_distribution(m, precision_matrix=a @ a.T +"
                                + " eye(2)).rsample(3) }",
                        "m: [2]",
                        "a: [2, 2]")
                .is(MultivariateNormal::new);
        FAMILY.define("independent(base: any, reinterpreted_batch_ndims: int)")
                .doc("The distribution base with the last dims of its batch as dims of one draw: log_prob and"
                        + " entropy are sums over them.")
                .example("independent(normal_distribution(zeros(3), 1.), 1).log_prob(zeros(3))", "tensor(-2.7568)")
                .example("independent(normal_distribution(zeros(2, 3), 1.), 1).event_shape", "(3,)")
                .gradient(
                        "independent(normal_distribution(m, s), 1).log_prob(x)",
                        "m: [3]",
                        "s: [3] in 0.5..2",
                        "x: [2, 3]")
                .is(Independent::new);
        FAMILY.define("kl_divergence(p: any, q: any)")
                .doc("The Kullback-Leibler divergence of distribution p from q, two of one kind, for each of a batch.")
                .example("kl_divergence(normal_distribution(0., 1.), normal_distribution(1., 2.))", "tensor(0.4431)")
                .gradient(
                        "kl_divergence(normal_distribution(a, s), normal_distribution(b, t))",
                        "a: [3]",
                        "s: [3] in 0.5..2",
                        "b: [3]",
                        "t: [3] in 0.5..2")
                .gradient(
                        "kl_divergence(bernoulli_distribution(p), bernoulli_distribution(logits=x))",
                        "p: [3] in 0.1..0.9",
                        "x: [3]")
                .gradient(
                        "kl_divergence(categorical_distribution(p), categorical_distribution(logits=x))",
                        "p: [2, 3] in 0.1..0.9",
                        "x: [2, 3]")
                .gradient(
                        "kl_divergence(laplace_distribution(a, s), laplace_distribution(5., t))",
                        "a: [3]",
                        "s: [3] in 0.5..2",
                        "t: [3] in 0.5..2")
                .gradient(
                        "kl_divergence(cauchy_distribution(a, s), cauchy_distribution(0., t))",
                        "a: [3]",
                        "s: [3] in 0.5..2",
                        "t: [3] in 0.5..2")
                .gradient(
                        "kl_divergence(gumbel_distribution(a, s), gumbel_distribution(0., t))",
                        "a: [3]",
                        "s: [3] in 0.5..2",
                        "t: [3] in 0.5..2")
                .gradient(
                        "kl_divergence(half_normal_distribution(s), half_normal_distribution(t))",
                        "s: [3] in 0.5..2",
                        "t: [3] in 0.5..2")
                .gradient(
                        "kl_divergence(poisson_distribution(s), poisson_distribution(t))",
                        "s: [3] in 0.5..2",
                        "t: [3] in 0.5..2")
                .gradient(
                        "kl_divergence(geometric_distribution(p), geometric_distribution(logits=x))",
                        "p: [3] in 0.2..0.8",
                        "x: [3]")
                .gradient(
                        "kl_divergence(binomial_distribution(7, p), binomial_distribution(7, logits=x))",
                        "p: [3] in 0.2..0.8",
                        "x: [3]")
                .gradient(
                        "kl_divergence(gamma_distribution(a, b), gamma_distribution(c, d))",
                        "a: [3] in 0.5..4",
                        "b: [3] in 0.5..2",
                        "c: [3] in 0.5..4",
                        "d: [3] in 0.5..2")
                .gradient(
                        "kl_divergence(dirichlet_distribution(a), dirichlet_distribution(b))",
                        "a: [2, 3] in 0.5..4",
                        "b: [2, 3] in 0.5..4")
                .gradient(
                        "kl_divergence(beta_distribution(a, 2.), beta_distribution(1.5, b))",
                        "a: [3] in 0.5..4",
                        "b: [3] in 0.5..4")
                .gradient(
                        "kl_divergence(multivariate_normal_distribution(m, a @ a.T + eye(2)),"
                                + " multivariate_normal_distribution(zeros(2), b @ b.T + eye(2)))",
                        "m: [3, 2]",
                        "a: [2, 2]",
                        "b: [2, 2]")
                .is(Divergence::of);
    }

    private Distributions() {}
}
