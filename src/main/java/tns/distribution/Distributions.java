package tns.distribution;

import tns.op.Family;

/** The functions of the language that make and compare distributions, torch.distributions with names in lower case. */
public final class Distributions {
    public static final Family FAMILY = new Family("distributions");

    private static final String HAS = " It has sample(n), log_prob(x), entropy() and its parameters; ";

    static {
        FAMILY.define("normal_distribution(loc: tensor, scale: tensor)")
                .doc("The normal distribution with mean loc and deviation scale, or one for each of their elements."
                        + HAS + "also rsample, through which gradients flow, cdf, mean, stddev and variance.")
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
                .doc("The uniform distribution from low to below high, or one for each of their elements." + HAS
                        + "also rsample, cdf, mean, stddev and variance.")
                .example("uniform_distribution(-1., 3.).entropy()", "tensor(1.3863)")
                .gradient("uniform_distribution(a, b).log_prob([0.5, 0.6])", "a: [2] in -1..0", "b: [2] in 1..2")
                .gradient("with seed(1) { uniform_distribution(a, b).rsample(4) }", "a: [2] in -1..0", "b: [2] in 1..2")
                .is(Uniform::new);
        FAMILY.define("exponential_distribution(rate: tensor)")
                .doc("The exponential distribution, of mean 1 / rate, or one for each element." + HAS
                        + "also rsample, cdf, mean, stddev and variance.")
                .example("exponential_distribution(2.).log_prob(0.5)", "tensor(-0.3069)")
                .gradient("exponential_distribution(r).log_prob(x)", "r: [3] in 0.5..2", "x: [2, 3] in 0.1..3")
                .gradient("with seed(1) { exponential_distribution(r).rsample(4) }", "r: [3] in 0.5..2")
                .is(Exponential::new);
        FAMILY.define("bernoulli_distribution(probs: tensor = none, logits: tensor = none)")
                .doc("The distribution of 1 with a probability, else 0, given as probs or as logits, or one for each"
                        + " element." + HAS + "also mean, stddev and variance.")
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
                .is(Divergence::of);
    }

    private Distributions() {}
}
